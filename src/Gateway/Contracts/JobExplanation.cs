namespace Gateway.Contracts;

/// <summary>Why a job waits, who is ahead, and what would start it.</summary>
public sealed record JobExplanation
{
    public required string Job { get; init; }
    public required string Phase { get; init; }

    /// <summary>
    /// A stable code: PendingEvaluation, Placing, Resources, WaitingForQuota, Reclaiming, BudgetExhausted, ExceedsMaxQuota,
    /// TopologyPlacementFailed, NeverFits, Suspended, BackOff or Dependency; the phase when the job does not wait.
    /// </summary>
    public required string Reason { get; init; }

    public required string Message { get; init; }

    /// <summary>Place in the pool's order, from 1; absent when it does not wait.</summary>
    public long? Position { get; init; }
    public required int QueueLength { get; init; }
    public required int NodesEvaluated { get; init; }
    public required IReadOnlyList<FilteredNodes> Filtered { get; init; }
    public required int WorkersNeeded { get; init; }
    public required int WorkersThatFitNow { get; init; }

    /// <summary>The quota limit that binds; absent when none does.</summary>
    public QuotaShortage? Quota { get; init; }
    public required IReadOnlyList<JobAhead> Ahead { get; init; }

    /// <summary>Changes that would start it now, each checked by trying it.</summary>
    public required IReadOnlyList<Suggestion> Suggestions { get; init; }

    /// <summary>Its priority with what waiting added; absent when it does not wait.</summary>
    public int? EffectivePriority { get; init; }

    /// <summary>When it is expected to start; absent when nobody can say.</summary>
    public StartEstimate? StartEstimate { get; init; }

    /// <summary>The nodes that are promised to it; absent when none are.</summary>
    public Promise? Promise { get; init; }

    /// <summary>The first few that must end, or make room, before it starts; absent when none is known.</summary>
    public IReadOnlyList<Blocker>? Blockers { get; init; }
}

/// <summary>How many nodes a constraint rules out.</summary>
public sealed record FilteredNodes
{
    public required string Constraint { get; init; }
    public required int Nodes { get; init; }
}

public sealed record QuotaShortage
{
    public required string Path { get; init; }
    public required string Resource { get; init; }
    public required long Limit { get; init; }
    public required long Used { get; init; }
    public required long Asked { get; init; }

    /// <summary>What bound: Limit, Borrowing, Capacity, User, Priority or Budget. With Budget, limit and used are GPU-hours.</summary>
    public string? Bound { get; init; }

    /// <summary>Whose cap bound: a user's name, or the least priority that it covers; absent when it was no such cap.</summary>
    public string? Whose { get; init; }

    /// <summary>When a spent budget begins anew; absent when it never does by itself.</summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

/// <summary>A job in front. Another tenant's has no id and no owner.</summary>
public sealed record JobAhead
{
    public string? Job { get; init; }
    public string? Owner { get; init; }
    public required int Priority { get; init; }
    public required long GpuMilli { get; init; }
}

public sealed record Suggestion
{
    public required string Change { get; init; }
    public required string Effect { get; init; }
}

/// <summary>An estimate from how long jobs of the same kind ran; not a promise.</summary>
public sealed record StartEstimate
{
    /// <summary>By then in half of all cases.</summary>
    public required DateTimeOffset P50 { get; init; }

    /// <summary>By then in nine of ten cases; absent when that cannot be said.</summary>
    public DateTimeOffset? P90 { get; init; }
}

/// <summary>Named nodes that nobody else gets before this job.</summary>
public sealed record Promise
{
    /// <summary>Reservation: what runs there is waited for. Eviction: others are asked to make room.</summary>
    public required string Kind { get; init; }

    /// <summary>When all of it is expected to be free.</summary>
    public required DateTimeOffset StartAt { get; init; }

    public required IReadOnlyList<string> Nodes { get; init; }
}

/// <summary>A job that has what this one needs. Another tenant's has no id and no owner.</summary>
public sealed record Blocker
{
    public string? Job { get; init; }
    public string? Owner { get; init; }

    /// <summary>What it does in the way, for people to read.</summary>
    public required string Why { get; init; }

    /// <summary>When it is expected to be out of the way; absent when nobody can say.</summary>
    public DateTimeOffset? EndsAt { get; init; }
    public required long GpuMilli { get; init; }
}
