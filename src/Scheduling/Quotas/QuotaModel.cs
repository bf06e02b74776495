using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>
/// So much of one resource: "gpu" (thousandths of any GPU), "gpu/MODEL" (thousandths of that model), "cpu" (thousandths of a core),
/// "memory" (MiB).
/// </summary>
[GenerateSerializer, Immutable]
public readonly record struct ResourceAmount([property: Id(0)] string Resource, [property: Id(1)] long Amount);

/// <summary>
/// What one level of a quota tree is owed, may borrow, lends and may never pass. A resource that is not named is not limited, and
/// where nothing in the whole tree is nominal nothing is shared out.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record QuotaSpec
{
    /// <summary>
    /// Owed to this level and all below it. A level that names none has what its children have together; the cohort's is all there is
    /// to share.
    /// </summary>
    [Id(0)] public ImmutableArray<ResourceAmount> Nominal { get; init; } = [];

    /// <summary>Never passed.</summary>
    [Id(1)] public ImmutableArray<ResourceAmount> Limit { get; init; } = [];

    /// <summary>Share among siblings. > 0.</summary>
    [Id(2)] public int Weight { get; init; } = 1;

    /// <summary>Jobs of this level that may wait at once; null is the system's limit.</summary>
    [Id(3)] public int? MaxPendingJobs { get; init; }

    /// <summary>So much above nominal may be borrowed of what others leave idle; not named: up to the limit.</summary>
    [Id(4)] public ImmutableArray<ResourceAmount> BorrowingLimit { get; init; } = [];

    /// <summary>So much of nominal may others use while it is idle; not named: all of it.</summary>
    [Id(5)] public ImmutableArray<ResourceAmount> LendingLimit { get; init; } = [];

    /// <summary>What any one user may use at and below this level.</summary>
    [Id(6)] public ImmutableArray<ResourceAmount> MaxPerUser { get; init; } = [];

    /// <summary>What jobs of high priority may use together, so that not everything is urgent.</summary>
    [Id(7)] public ImmutableArray<PriorityCap> PriorityCaps { get; init; } = [];

    /// <summary>GPU-hours after which nothing more is started; null is no budget.</summary>
    [Id(8)] public GpuHourBudget? Budget { get; init; }
}

/// <summary>Jobs of this priority or a higher one use at most so much together.</summary>
[GenerateSerializer, Immutable]
public sealed record PriorityCap
{
    [Id(0)] public required int MinPriority { get; init; }

    [Id(1)] public required ImmutableArray<ResourceAmount> Amounts { get; init; }
}

/// <summary>How much GPU time a level may spend in a period. What runs when it is spent runs on; nothing more is started.</summary>
[GenerateSerializer, Immutable]
public sealed record GpuHourBudget
{
    /// <summary>Hours of one GPU, of any model.</summary>
    [Id(0)] public required long Hours { get; init; }

    [Id(1)] public BudgetPeriod Period { get; init; }

    /// <summary>With <see cref="BudgetPeriod.Rolling"/>: today and so many days less one before it.</summary>
    [Id(2)] public int Days { get; init; }
}

/// <summary>What a budget is counted over. Days are UTC's.</summary>
[GenerateSerializer]
public enum BudgetPeriod
{
    /// <summary>From when it was set, for ever.</summary>
    None = 0,

    /// <summary>From the first of the month.</summary>
    Month = 1,

    /// <summary>From Monday.</summary>
    Week = 2,

    /// <summary>The last so many days.</summary>
    Rolling = 3,
}

/// <summary>A live charge, keyed by the attempt.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaCharge
{
    [Id(0)] public required AttemptId Attempt { get; init; }

    /// <summary>The leaf it is charged to; every level above is charged with it.</summary>
    [Id(1)] public required QuotaPath Path { get; init; }

    [Id(2)] public required ImmutableArray<ResourceAmount> Amounts { get; init; }

    /// <summary>
    /// The plan it was made for. A refund names its plan and ends only charges of that plan or an older one,
    /// so that a refund that was delayed never takes away the charge of the plan that followed.
    /// In the same way a charge for a plan that was refunded already is refused.
    /// </summary>
    [Id(3)] public required long Plan { get; init; }

    /// <summary>The job's; <see cref="PriorityCap"/> goes by it.</summary>
    [Id(4)] public int Priority { get; init; }

    /// <summary>Who submitted the job; <see cref="QuotaSpec.MaxPerUser"/> goes by it. Null: the path's user.</summary>
    [Id(5)] public string? User { get; init; }

    /// <summary>Whose caps it counts in: the user that is named, or the one the path ends with; empty when neither is known.</summary>
    public string UserName => User ?? (Path.Value.AsSpan().Count('/') == QuotaRules.MaxDepth - 1 ? Path.Value[(Path.Value.LastIndexOf('/') + 1)..] : "");
}
