using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Silo.Tests")]
[assembly: InternalsVisibleTo("Simulation")]
