using System.Collections.Immutable;

namespace Gateway.Kubernetes.Nodes;

/// <summary>What a pod's manifest asks of a node, container by container: what <see cref="PodRequests"/> counts.</summary>
internal sealed record PodAsk
{
    public ImmutableArray<ContainerAsk> Containers { get; init; } = [];

    /// <summary>In the order in which they run.</summary>
    public ImmutableArray<ContainerAsk> InitContainers { get; init; } = [];

    /// <summary>What the pod's runtime class takes on top of its containers.</summary>
    public ResourceAmounts Overhead { get; init; } = ResourceAmounts.None;

    /// <summary>What the pod as a whole asks, where it does (spec.resources): it stands instead of what its containers ask.</summary>
    public ContainerAsk Whole { get; init; } = ContainerAsk.None;
}

/// <summary>One container's resources as they are written.</summary>
internal sealed record ContainerAsk
{
    public static ContainerAsk None { get; } = new();

    public ResourceAmounts Requests { get; init; } = ResourceAmounts.None;

    /// <summary>Where a limit is written and no request, the limit is the request.</summary>
    public ResourceAmounts Limits { get; init; } = ResourceAmounts.None;

    /// <summary>Of an init container: it is restarted always, so it runs on beside all that come after it.</summary>
    public bool IsSidecar { get; init; }

    /// <summary>What its node has given it at the moment, where that was resized: as long as it is more it counts.</summary>
    public ResourceAmounts Given { get; init; } = ResourceAmounts.None;
}
