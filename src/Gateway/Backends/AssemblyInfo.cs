using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gateway.Tests")]
[assembly: InternalsVisibleTo("Simulation")]
[assembly: InternalsVisibleTo("Kubernetes.Tests")]
