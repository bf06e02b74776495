using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gateway.Tests")]
[assembly: InternalsVisibleTo("Simulation")]
[assembly: InternalsVisibleTo("Azure.Tests")]
[assembly: InternalsVisibleTo("Kubernetes.Tests")]
