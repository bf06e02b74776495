using Gateway.Kubernetes.Hosting;
using Gateway.Leadership;

namespace Gateway.Azure;

/// <summary>Leads for scale sets who has the lease of this cluster; nobody, until the cluster is reached.</summary>
internal sealed class ClusterLeader(ClusterHost cluster) : ILeader
{
    private readonly Task _never = new TaskCompletionSource().Task;

    public long? Epoch => cluster.Leader?.Epoch;

    public Task Changed => cluster.Leader?.Changed ?? _never;
}
