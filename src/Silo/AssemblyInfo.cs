using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Silo.Tests")]
