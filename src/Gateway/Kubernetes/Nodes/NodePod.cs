using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>A pod on a node that has not ended: what it takes, and whose business it is to move it.</summary>
internal sealed record NodePod
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required NodeId Node { get; init; }

    /// <summary>Ours: a rack's ledger counts it, and its job moves it.</summary>
    public required bool IsOurs { get; init; }

    public required PodStay Stay { get; init; }

    /// <summary>It is being deleted.</summary>
    public bool IsLeaving { get; init; }

    public long CpuMilli { get; init; }

    public long MemoryBytes { get; init; }

    /// <summary>What it asks for by name, GPUs, ephemeral storage and other devices; null when it asks for none, or is ours.</summary>
    public ResourceAmounts? Devices { get; init; }

    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>What becomes of a pod of others when its node is drained.</summary>
internal enum PodStay
{
    /// <summary>It is asked to leave, and its controller makes another elsewhere.</summary>
    Evicted = 0,

    /// <summary>It belongs to the node: of a DaemonSet, or made by the kubelet itself.</summary>
    OfTheNode = 1,

    /// <summary>Nobody would make it again: an operator has to decide.</summary>
    Unmanaged = 2,
}
