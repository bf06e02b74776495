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

    /// <summary>The gang cannot be made whole any more, and why; null when nothing is known against it.</summary>
    public string? Broken { get; init; }

    public FailureClass BrokenClass { get; init; } = FailureClass.Hardware;

    /// <summary>Since when some pod could not start as things were; null while none is so.</summary>
    public DateTimeOffset? StuckSince { get; init; }

    /// <summary>What the job was told last, and when.</summary>
    public AttemptReport? Told { get; init; }

    public DateTimeOffset ToldAt { get; init; }
}
