using Scheduling.Placement.Policies;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>How a pool grain paces itself. Configuration section "Pools".</summary>
public sealed class PoolOptions
{
    public const string Section = "Pools";

    /// <summary>Attempts planned in one round, sharing its messages and its writes. Default 256.</summary>
    public int RoundSize { get; set; } = 256;

    /// <summary>Rounds under way at once. Default 4: while they wait for the disk, arrivals gather for the next.</summary>
    public int MaxRounds { get; set; } = 4;

    /// <summary>How long a rack keeps a hold that nobody commits. Default 60 s.</summary>
    public TimeSpan HoldLease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries of one step before its attempts are set aside as in doubt. Default 3.</summary>
    public int StepTries { get; set; } = 3;

    /// <summary>How often what is in doubt is taken up again, and full quota levels are asked again. Default 5 s.</summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Assignment changes remembered for watchers; a watcher that falls behind lists again. Default 65,536.</summary>
    public int FeedLength { get; set; } = 65_536;

    /// <summary>Racks attached to at once when an activation begins. Default 32.</summary>
    public int AttachConcurrency { get; set; } = 32;

    /// <summary>
    /// What chooses the node of a single worker that takes less than a node: ByLevel (the default), Foresight, FGD, BestFit, DotProd, GpuPacking or
    /// GpuClustering. docs/policies.md says which to take.
    /// </summary>
    public string PlacementPolicy { get; set; } = ScoringPolicies.ByLevel;

    /// <summary>Order, reservations, preemption.</summary>
    public PoolPolicy Policy { get; set; } = new();

    public PoolLimits Limits { get; set; } = new();

    /// <summary>Journal entries before a snapshot is taken; when the last one is larger than they are, more. Default 1,000.</summary>
    public int SnapshotAfter { get; set; } = 1000;

    /// <summary>What is kept of the past.</summary>
    public PoolHistoryOptions History { get; set; } = new();
}
