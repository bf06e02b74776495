using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Preemption;

/// <summary>A placed attempt that may have to make room: what it holds, where it stands, and what stopping it would cost.</summary>
public sealed record Victim
{
    public required AttemptId Attempt { get; init; }

    /// <summary>What it holds in the index; it leaves as a whole.</summary>
    public required GangPlacement Placement { get; init; }

    public required ImmutableArray<RoleSpec> Roles { get; init; }

    /// <summary>Base priority: waiting long makes nobody evictable.</summary>
    public int Priority { get; init; }

    public QuotaPath Quota { get; init; }

    /// <summary>It runs on more than its quota is owed: what was lent can be called back.</summary>
    public bool IsBorrowing { get; init; }

    /// <summary>It runs only on what nobody else wants, and is the first to go.</summary>
    public bool IsOpportunistic { get; init; }

    /// <summary>It is being stopped already, for whatever reason: what it holds is about to be free, and waiting for it costs nothing.</summary>
    public bool IsStopping { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last saved its work, as it says; null when it said nothing.</summary>
    public DateTimeOffset? LastCheckpointAt { get; init; }

    /// <summary>How long its GPUs are lost until it works again; null: <see cref="EvictionPricing.RestartCost"/>.</summary>
    public TimeSpan? RestartCost { get; init; }

    /// <summary>How often its job was evicted within the window of <see cref="PreemptionLimits.EvictionWindow"/>.</summary>
    public int Evictions { get; init; }

    /// <summary>It may not be evicted before it ran this long.</summary>
    public TimeSpan MinRuntime { get; init; }

    /// <summary>What it is charged, for reclaiming quota.</summary>
    public ImmutableArray<ResourceAmount> Amounts { get; init; } = [];

    /// <summary>GPU of all its workers, in thousandths.</summary>
    public long GpuMilli
    {
        get
        {
            long milli = 0;
            foreach (var role in Roles) milli += role.Count * (role.Shape.Gpus == 0 ? 0 : role.Shape.TotalGpuMilli);
            return milli;
        }
    }

    /// <summary>Its claim to capacity, highest first: within its quota, borrowed, opportunistic.</summary>
    public Standing Standing => Facts.Standing;

    /// <summary>By what it is judged.</summary>
    public VictimFacts Facts => new(Attempt.Job, Priority, Quota, IsBorrowing, IsOpportunistic, IsStopping, StartedAt, Evictions, MinRuntime);
}

/// <summary>What decides whether an attempt may be evicted for another: see <see cref="Victim"/>. All that run are judged at every look, so it is a value.</summary>
public readonly record struct VictimFacts(
    JobId Job, int Priority, QuotaPath Quota, bool IsBorrowing, bool IsOpportunistic, bool IsStopping, DateTimeOffset StartedAt, int Evictions, TimeSpan MinRuntime)
{
    public Standing Standing => IsOpportunistic ? Standing.Opportunistic : IsBorrowing ? Standing.Borrowing : Standing.Owed;
}

/// <summary>What a job's claim to its capacity rests on. A higher one goes before a lower one, whatever the priorities.</summary>
public enum Standing
{
    /// <summary>Runs on what nobody else wants.</summary>
    Opportunistic = 0,

    /// <summary>Runs on what others lent.</summary>
    Borrowing = 1,

    /// <summary>Runs on what its quota is owed.</summary>
    Owed = 2,
}
