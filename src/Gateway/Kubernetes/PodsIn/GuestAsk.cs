using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What one pod asks of the scheduler, in our words.</summary>
internal sealed record GuestAsk
{
    public required WorkerShape Shape { get; init; }

    /// <summary>The pool that it names; null when it names none.</summary>
    public PoolId? Pool { get; init; }

    /// <summary>The queue that it names, in whosever words; null when it names none.</summary>
    public string? Queue { get; init; }

    /// <summary>0–1000.</summary>
    public int Priority { get; init; }

    public string? PriorityClass { get; init; }

    public bool MayPreempt { get; init; } = true;

    public TopologyRule Topology { get; init; } = TopologyRule.None;

    public SliceRule? Slices { get; init; }

    /// <summary>Its part in the gang: launcher, worker, head. A name of DNS letters.</summary>
    public string Role { get; init; } = "pod";

    /// <summary>Its number in its role, which orders the ranks; pods without one come last, by name.</summary>
    public long Index { get; init; } = long.MaxValue;

    /// <summary>How long it has to save its work when it is asked to; null: nobody said that it can.</summary>
    public TimeSpan? CheckpointGrace { get; init; }
}
