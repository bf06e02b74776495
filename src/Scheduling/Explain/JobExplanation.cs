using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Explain;

/// <summary>Stable codes for why a job waits.</summary>
public static class PendingReason
{
    /// <summary>Not looked at yet.</summary>
    public const string PendingEvaluation = "PendingEvaluation";

    /// <summary>It fits; the transaction that starts it is under way.</summary>
    public const string Placing = "Placing";

    /// <summary>Not enough free resources now.</summary>
    public const string Resources = "Resources";

    /// <summary>A quota limit is reached.</summary>
    public const string WaitingForQuota = "WaitingForQuota";

    /// <summary>It is owed what others borrow: they are asked to give it back.</summary>
    public const string Reclaiming = "Reclaiming";

    /// <summary>The account's GPU-hours are spent.</summary>
    public const string BudgetExhausted = "BudgetExhausted";

    /// <summary>It asks for more than a quota limit ever allows.</summary>
    public const string ExceedsMaxQuota = "ExceedsMaxQuota";

    /// <summary>Enough is free, but not close enough together.</summary>
    public const string TopologyPlacementFailed = "TopologyPlacementFailed";

    /// <summary>It would not fit even if the pool were empty.</summary>
    public const string NeverFits = "NeverFits";

    public const string Suspended = "Suspended";

    /// <summary>It waits for a time after a failure.</summary>
    public const string BackOff = "BackOff";

    /// <summary>It waits for other jobs.</summary>
    public const string Dependency = "Dependency";
}

/// <summary>Why a job waits, who is ahead, and what would start it.</summary>
[GenerateSerializer, Immutable]
public sealed record JobExplanation
{
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>One of <see cref="PendingReason"/>, or the phase when it does not wait.</summary>
    [Id(1)] public required string Reason { get; init; }

    [Id(2)] public required string Message { get; init; }

    /// <summary>Place in the pool's order, from 1; null when it does not wait.</summary>
    [Id(3)] public long? Position { get; init; }

    [Id(4)] public required int QueueLength { get; init; }

    /// <summary>Nodes by the constraint that rules them out.</summary>
    [Id(5)] public ImmutableArray<FilteredNodeCount> Filtered { get; init; } = [];

    [Id(6)] public int NodesEvaluated { get; init; }
    [Id(7)] public int WorkersNeeded { get; init; }
    [Id(8)] public int WorkersThatFitNow { get; init; }

    /// <summary>The quota limit that binds; null when none does.</summary>
    [Id(9)] public QuotaShortage? Quota { get; init; }

    /// <summary>The next few ahead of it.</summary>
    [Id(10)] public ImmutableArray<JobAhead> Ahead { get; init; } = [];

    /// <summary>Changes that would start it now, each checked by trying it.</summary>
    [Id(11)] public ImmutableArray<Suggestion> Suggestions { get; init; } = [];

    /// <summary>When it is expected to start; null when nobody can say.</summary>
    [Id(12)] public StartEstimate? StartEstimate { get; init; }

    /// <summary>What is promised to it; null when nothing is.</summary>
    [Id(13)] public ClaimView? Promise { get; init; }

    /// <summary>The first few that must end, or make room, before it starts.</summary>
    [Id(14)] public ImmutableArray<Blocker> Blockers { get; init; } = [];

    /// <summary>Its priority with what waiting added; null when it does not wait.</summary>
    [Id(15)] public int? EffectivePriority { get; init; }
}

/// <summary>When a job is expected to start.</summary>
[GenerateSerializer, Immutable]
public sealed record StartEstimate
{
    /// <summary>By then in half of all cases.</summary>
    [Id(0)] public required DateTimeOffset P50 { get; init; }

    /// <summary>By then in nine of ten cases; null when that cannot be said.</summary>
    [Id(1)] public DateTimeOffset? P90 { get; init; }
}

/// <summary>Capacity that is promised to a job, for its owner to read.</summary>
[GenerateSerializer, Immutable]
public sealed record ClaimView
{
    [Id(0)] public required ClaimKind Kind { get; init; }

    /// <summary>When all of it is expected to be free.</summary>
    [Id(1)] public required DateTimeOffset StartAt { get; init; }

    /// <summary>The nodes that are kept for it, in the order of its workers.</summary>
    [Id(2)] public ImmutableArray<NodeId> Nodes { get; init; } = [];
}

/// <summary>Somebody who has what the job needs.</summary>
[GenerateSerializer, Immutable]
public sealed record Blocker
{
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>Empty when the caller may not see whose it is.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>What it does in the way, for people to read.</summary>
    [Id(2)] public required string Why { get; init; }

    /// <summary>When it is expected to be out of the way; null when nobody can say.</summary>
    [Id(3)] public DateTimeOffset? EndsAt { get; init; }
    [Id(4)] public required long GpuMilli { get; init; }
}

[GenerateSerializer, Immutable]
public readonly record struct FilteredNodeCount([property: Id(0)] string Constraint, [property: Id(1)] int Nodes);

[GenerateSerializer, Immutable]
public sealed record QuotaShortage
{
    [Id(0)] public required QuotaPath Path { get; init; }
    [Id(1)] public required string Resource { get; init; }
    [Id(2)] public required long Limit { get; init; }
    [Id(3)] public required long Used { get; init; }
    [Id(4)] public required long Asked { get; init; }

    /// <summary>What bound there. With Budget, limit and used are GPU-hours.</summary>
    [Id(5)] public QuotaBound Bound { get; init; }

    /// <summary>Whose cap bound: a user's name, or the least priority that it covers; null when it was no such cap.</summary>
    [Id(6)] public string? Whose { get; init; }

    /// <summary>When a spent budget begins anew; null: it was no budget, or it never does by itself.</summary>
    [Id(7)] public DateTimeOffset? ResetsAt { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record JobAhead
{
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>Empty when the caller may not see whose it is.</summary>
    [Id(1)] public required string Owner { get; init; }
    [Id(2)] public required int Priority { get; init; }
    [Id(3)] public required long GpuMilli { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record Suggestion
{
    [Id(0)] public required string Change { get; init; }
    [Id(1)] public required string Effect { get; init; }
}
