using Gateway.Kubernetes;
using Scheduling.Model;

namespace KubeTests.Contract;

/// <summary>A cluster with two machines and none of our pods.</summary>
internal interface IPodClusterWorld : IAsyncDisposable
{
    NodeId Node(int index);

    /// <summary>A name that no other job of the cluster has.</summary>
    JobId Job(string name);

    /// <summary>The answer to a call, however it travels.</summary>
    Task<T> Do<T>(Func<IPodCluster, Task<T>> call);
}
