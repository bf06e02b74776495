using System.Collections.Immutable;

namespace Gateway.Kubernetes.Nodes;

/// <summary>What is done to a cluster's nodes, in our words. Every call may be made again; each is conditional on what was read.</summary>
internal interface INodeCluster
{
    /// <summary>
    /// Makes our taints those that are wanted, if the node is still as it was read, and leaves the caller's epoch on it in the same write. Taints of
    /// others are not touched. Conflict: it has changed since.
    /// </summary>
    Task<ClusterAnswer<NodeObject>> SetTaints(NodeObject asRead, ImmutableArray<NodeTaint> wanted, long epoch, CancellationToken cancellationToken);

    /// <summary>Asks this very pod to leave, as far as its disruption budget allows.</summary>
    Task<EvictionAnswer> Evict(NodePod pod, CancellationToken cancellationToken);
}

/// <summary>How an eviction ended.</summary>
internal abstract record EvictionAnswer
{
    private EvictionAnswer()
    {
    }

    /// <summary>It leaves, or is gone already.</summary>
    public sealed record Leaves : EvictionAnswer
    {
        public static Leaves Instance { get; } = new();
    }

    /// <summary>Not now: a disruption budget forbids it.</summary>
    public sealed record NotNow(string Why) : EvictionAnswer;

    /// <summary>It did not work, or nobody knows whether it did.</summary>
    public sealed record Failed(string Why, TimeSpan? After = null) : EvictionAnswer;
}
