namespace Benchmarks.Kubernetes;

/// <summary>What tells the gateway of the cluster.</summary>
internal static class ProductSettings
{
    public static IEnumerable<string> For(BenchCluster cluster) => [$"--Kubernetes:KubeConfig={cluster.Server.Kubeconfig(BenchCluster.Account)}"];
}
