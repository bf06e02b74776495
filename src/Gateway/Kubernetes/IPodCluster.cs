using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// A Kubernetes cluster in our words: our pods and nothing else. Every call may be made again; all but lists are conditional on what was read
/// before, and leave the caller's epoch on the pod in the same write. A deadline comes with the token.
/// </summary>
internal interface IPodCluster
{
    /// <summary>For logs and metrics.</summary>
    string Name { get; }

    /// <summary>The pods of all attempts of a job.</summary>
    Task<ClusterAnswer<PodPage>> List(JobId job, PodRead read, CancellationToken cancellationToken);

    /// <summary>All our pods, page by page.</summary>
    Task<ClusterAnswer<PodPage>> ListAll(string? from, CancellationToken cancellationToken);

    /// <summary>Which attempts' pods changed after <paramref name="version"/>; waits for the first. Conflict: too old, list again.</summary>
    Task<ClusterAnswer<PodNews>> Watch(string version, CancellationToken cancellationToken);

    /// <summary>Makes a pod that is bound nowhere. Conflict: one of that name is there already.</summary>
    Task<ClusterAnswer<PodView>> Create(PodOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Binds a pod to a node if it is still the one that was read. Servers before 1.21 ignore both preconditions, but like all others refuse to
    /// bind a pod twice: read back, and compare.
    /// </summary>
    Task<ClusterAnswer<PodView>> Bind(PodRef pod, NodeId node, long epoch, CancellationToken cancellationToken);

    /// <summary>Asks a pod to save its work by then, or takes that back.</summary>
    Task<ClusterAnswer<PodView>> Mark(PodRef pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken);

    /// <summary>Begins to delete a pod if it is still the one that was read; its node has so long to stop it.</summary>
    Task<ClusterAnswer<PodView>> Delete(PodRef pod, TimeSpan grace, long epoch, CancellationToken cancellationToken);
}
