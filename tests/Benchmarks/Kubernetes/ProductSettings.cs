using KubeKit;

namespace Benchmarks.Kubernetes;

/// <summary>What tells the gateway of the cluster.</summary>
internal static class ProductSettings
{
    public static IEnumerable<string> For(BenchCluster cluster) => ["--kubeconfig", cluster.Server.Kubeconfig(BenchCluster.Account)];

    /// <summary>More than its account has by default, so that the bench measures binding and nothing is missing: what it uses is tested in tests/Kubernetes.Tests.</summary>
    public static Task Grant(KubeServer server) =>
        server.Kubectl(["create", "clusterrolebinding", "bench", "--clusterrole=cluster-admin", $"--user={BenchCluster.Account}"]);
}
