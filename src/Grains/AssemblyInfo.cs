using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Grains.Tests")]
[assembly: InternalsVisibleTo("Silo.Tests")]
[assembly: InternalsVisibleTo("Simulation")]
[assembly: InternalsVisibleTo("Kubernetes.Tests")]
