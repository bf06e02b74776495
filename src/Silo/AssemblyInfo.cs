using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Benchmarks")]
[assembly: InternalsVisibleTo("Cluster.Tests")]
[assembly: InternalsVisibleTo("ClusterKit")]
[assembly: InternalsVisibleTo("Gateway.Tests")]
[assembly: InternalsVisibleTo("Silo.Tests")]
[assembly: InternalsVisibleTo("Simulation")]
[assembly: InternalsVisibleTo("Kubernetes.Tests")]
