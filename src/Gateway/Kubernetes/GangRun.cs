using System.Collections.Immutable;
using Grains.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// What this process remembers of an attempt while it leads under one epoch. Nothing rests on it: without it, things are asked and said again.
/// </summary>
internal sealed record GangRun
{
    public required long Epoch { get; init; }

    /// <summary>The job has it in writing, under this epoch, that these workers may be bound.</summary>
    public string? Confirmed { get; init; }

    /// <summary>Ranks that the job has given up with their nodes, and in whose place it knows of none yet.</summary>
    public ImmutableSortedSet<int> Vacant { get; init; } = [];

    /// <summary>The job's version when it agreed last: higher than any incarnation that it ever agreed to.</summary>
    public long JobVersion { get; init; }

    /// <summary>All members as they were when all were bound last: what is gone can then still be named. Default: they were not, or need not be remembered.</summary>
    public ImmutableArray<PodView?> Bound { get; init; }

    /// <summary>Where each rank belongs; null until the racks were asked.</summary>
    public ImmutableDictionary<int, NodeId>? Planned { get; init; }

    /// <summary>The gang cannot be made whole any more, and why; null when nothing is known against it.</summary>
    public string? Broken { get; init; }

    public FailureClass BrokenClass { get; init; } = FailureClass.Hardware;

    /// <summary>Since when some pod could not start as things were; null while none is so.</summary>
    public DateTimeOffset? StuckSince { get; init; }

    /// <summary>What the job was told last, and when.</summary>
    public AttemptReport? Told { get; init; }

    public DateTimeOffset ToldAt { get; init; }
}
