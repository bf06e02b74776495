using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gateway.Tests")]
[assembly: InternalsVisibleTo("ClusterKit")]
[assembly: InternalsVisibleTo("Simulation")]
[assembly: InternalsVisibleTo("Azure.Tests")]
[assembly: InternalsVisibleTo("Kubernetes.Tests")]
