using Grains.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What this process remembers of an attempt of guests while it leads under one epoch. Nothing rests on it.</summary>
internal sealed record GuestRun
{
    public required long Epoch { get; init; }

    /// <summary>Where each rank belongs; null until that was looked up.</summary>
    public IReadOnlyList<NodeId>? Planned { get; init; }

    /// <summary>The cluster will not have it, and why; null when nothing is known against it.</summary>
    public string? Refused { get; init; }

    /// <summary>What the job was told last, and when.</summary>
    public AttemptReport? Told { get; init; }

    public DateTimeOffset ToldAt { get; init; }
}
