using System.Collections.Immutable;
using Scheduling.Fairness;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Prediction;
using Scheduling.Preemption;
using Scheduling.Quotas;
using Scheduling.Scaling;

namespace Scheduling.Pools;

/// <summary>What happened to a pool, in order: its journal. Every decision is a function of these.</summary>
[GenerateSerializer]
public enum PoolEntryKind
{
    /// <summary>A new activation took over; older epochs are fenced off.</summary>
    EpochBegan = 0,

    /// <summary>A job's attempt joined the queue.</summary>
    Enqueued = 1,

    /// <summary>The intent: this attempt is to run on this placement. Durable before the first message leaves.</summary>
    Planned = 2,

    /// <summary>The job committed the plan.</summary>
    Committed = 3,

    /// <summary>The plan came to nothing; what it had is given back; the attempt queues again.</summary>
    Aborted = 4,

    /// <summary>The committed attempt's workers are to be stopped.</summary>
    StopWanted = 5,

    /// <summary>The attempt is over for its job.</summary>
    Ended = 6,

    /// <summary>Racks and quota have taken back what the attempt had.</summary>
    Freed = 7,

    /// <summary>A rack was seen in a new state.</summary>
    RackSeen = 8,

    /// <summary>What the plan has is being given back: from here on it never goes forward again.</summary>
    UndoBegan = 9,

    /// <summary>The sums of GPU time up to here.</summary>
    LedgerSaved = 10,

    /// <summary>The committed attempt's workers are to save their work, or no longer.</summary>
    CheckpointWanted = 11,

    /// <summary>Time passed, and what was due was done.</summary>
    Ticked = 12,

    /// <summary>Named nodes and GPUs are promised to an attempt, by evictions or at a later time.</summary>
    ClaimMade = 13,

    /// <summary>A promise is off.</summary>
    ClaimDropped = 14,

    /// <summary>A running attempt's workers saved their work.</summary>
    Checkpointed = 15,

    /// <summary>What a quota tree says of its levels, in place of what it said before.</summary>
    LevelsSet = 16,

    /// <summary>A pass over the queue that planned nobody, but set aside or woke some. A pass that plans says so with its first plan.</summary>
    PassedOver = 17,

    /// <summary>It was looked who might be helped by a promise; what came of it follows.</summary>
    ClaimsPlanned = 18,

    /// <summary>After an activation began: promises took their capacity again. Those that could not are dropped next.</summary>
    ClaimsAttached = 19,

    /// <summary>News of room at a quota level that was thought full, or the question whether there is any.</summary>
    QuotaFreed = 20,

    /// <summary>What a quota tree said to a promise that others are to leave for.</summary>
    ClaimConfirmed = 21,

    /// <summary>These machines are these attempts' own, in place of what was said of the attempts before.</summary>
    EarmarksSet = 22,

    /// <summary>Time passed, and the attempt's machines are everybody's.</summary>
    EarmarkEnded = 23,
}

/// <summary>One journal entry. Flat, so that a later version adds members and kinds without moving any.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolEntry
{
    [Id(0)] public required PoolEntryKind Kind { get; init; }
    [Id(1)] public AttemptId Attempt { get; init; }
    [Id(2)] public JobSpec? Spec { get; init; }
    [Id(3)] public DateTimeOffset SubmittedAt { get; init; }
    [Id(4)] public long Plan { get; init; }
    [Id(5)] public GangPlacement? Placement { get; init; }
    [Id(6)] public long Epoch { get; init; }
    [Id(7)] public RackView? Rack { get; init; }
    [Id(8)] public GpuLedgerSnapshot? Ledger { get; init; }

    /// <summary>What a planned attempt costs its quota: decided with the plan, while its racks are known.</summary>
    [Id(9)] public ImmutableArray<ResourceAmount> Amounts { get; init; } = [];

    /// <summary>The time that a checkpoint is wanted by, or was made at.</summary>
    [Id(10)] public DateTimeOffset? Checkpoint { get; init; }

    /// <summary>What is promised.</summary>
    [Id(11)] public Claim? Claim { get; init; }

    /// <summary>When it happened, as the pool was told the time.</summary>
    [Id(12)] public DateTimeOffset At { get; init; }

    /// <summary>A quota tree's levels.</summary>
    [Id(13)] public CohortLevels? Levels { get; init; }

    /// <summary>The place among equals that the order policy gave it when it joined the queue.</summary>
    [Id(20)] public long Key { get; init; }

    /// <summary>How long it was expected to run then, in nine of ten cases; null: it is not known to end.</summary>
    [Id(21)] public TimeSpan? ExpectedAtMost { get; init; }

    /// <summary>The batch of jobs it came with: see <see cref="RunBatches"/>.</summary>
    [Id(22)] public long Batch { get; init; }

    /// <summary>Of an attempt that is over: its job comes back with the next one.</summary>
    [Id(23)] public bool ComesBack { get; init; }

    /// <summary>Of the first entry of a planning pass: how many attempts it might plan.</summary>
    [Id(24)] public int Budget { get; init; }

    /// <summary>Why quota refused the plan that came to nothing, where others learned it from this one.</summary>
    [Id(25)] public QuotaRefusal? Refusal { get; init; }

    /// <summary>What quota trees had said when promises were planned.</summary>
    [Id(26)] public QuotaAnswers? Answers { get; init; }

    /// <summary>Of room at a quota level: which. None: all levels that are thought full are asked again.</summary>
    [Id(27)] public QuotaPath Level { get; init; }

    /// <summary>What a new activation goes by.</summary>
    [Id(28)] public PoolSetup? Setup { get; init; }

    /// <summary>Of a confirmed promise: what the tree said.</summary>
    [Id(29)] public ChargeOutlook? Outlook { get; init; }

    /// <summary>Which machines were bought for whom.</summary>
    [Id(30)] public ImmutableArray<MachineEarmark> Earmarks { get; init; } = [];
}

/// <summary>A pool's whole state at one journal position.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolSnapshot
{
    [Id(0)] public required long Epoch { get; init; }
    [Id(1)] public required long LastPlan { get; init; }

    /// <summary>Every attempt that is not freed, in queue order.</summary>
    [Id(2)] public required ImmutableArray<PoolAttemptRecord> Attempts { get; init; }

    /// <summary>Racks to attach to.</summary>
    [Id(3)] public required ImmutableArray<RackId> Racks { get; init; }

    /// <summary>GPU time so far; null before anything was counted.</summary>
    [Id(4)] public GpuLedgerSnapshot? Ledger { get; init; }

    /// <summary>The latest time the pool had seen.</summary>
    [Id(5)] public DateTimeOffset Now { get; init; }

    /// <summary>What accounts use and have used.</summary>
    [Id(6)] public FairShareSnapshot? Shares { get; init; }

    /// <summary>When past use was last let decay.</summary>
    [Id(7)] public DateTimeOffset SharesAt { get; init; }

    /// <summary>Promises that hold.</summary>
    [Id(8)] public ImmutableArray<Claim> Claims { get; init; } = [];

    /// <summary>Who was evicted, and for whom, lately.</summary>
    [Id(9)] public ImmutableArray<EvictionRecord> Evictions { get; init; } = [];

    /// <summary>What quota trees said of their levels last.</summary>
    [Id(10)] public ImmutableArray<CohortLevels> Levels { get; init; } = [];

    /// <summary>What was learned of run times; null: nothing.</summary>
    [Id(20)] public PredictorSnapshot? Predictor { get; init; }

    /// <summary>Jobs that came together and may still grow in number.</summary>
    [Id(21)] public RunBatchesSnapshot? Batches { get; init; }

    /// <summary>What jobs that come back ran already.</summary>
    [Id(22)] public ImmutableArray<EarlierRuns> EarlierRuns { get; init; } = [];

    /// <summary>When it was last looked how far everybody got.</summary>
    [Id(23)] public DateTimeOffset LookedAt { get; init; }

    /// <summary>Machines that were bought for gangs that wait.</summary>
    [Id(24)] public ImmutableArray<MachineEarmark> Earmarks { get; init; } = [];
}

[GenerateSerializer, Immutable]
public sealed record PoolAttemptRecord
{
    [Id(0)] public required AttemptId Attempt { get; init; }
    [Id(1)] public required JobSpec Spec { get; init; }
    [Id(2)] public required DateTimeOffset SubmittedAt { get; init; }
    [Id(3)] public required AttemptStage Stage { get; init; }
    [Id(4)] public required long Plan { get; init; }
    [Id(5)] public GangPlacement? Placement { get; init; }
    [Id(6)] public bool StopWanted { get; init; }
    [Id(7)] public bool EndWanted { get; init; }
    [Id(8)] public bool Undoing { get; init; }
    [Id(9)] public ImmutableArray<ResourceAmount> Amounts { get; init; } = [];
    [Id(10)] public DateTimeOffset? CheckpointBy { get; init; }
    [Id(11)] public DateTimeOffset CommittedAt { get; init; }
    [Id(12)] public DateTimeOffset? CheckpointedAt { get; init; }
    [Id(20)] public long Key { get; init; }
    [Id(21)] public TimeSpan? ExpectedAtMost { get; init; }
    [Id(22)] public long Batch { get; init; }
    [Id(23)] public double RanBefore { get; init; }
    [Id(24)] public int GaveWay { get; init; }
}
