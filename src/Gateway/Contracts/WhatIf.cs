using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Gateway.Contracts;

/// <summary>What <c>POST /api/v1/pools/{pool}/what-if</c> takes.</summary>
public sealed record WhatIfRequest
{
    [MaxLength(Limits.MaxWhatIfChanges)]
    [Description("What is to be otherwise, all of it together and from the first moment on. Without changes: what is to be expected.")]
    public IReadOnlyList<WhatIfChangeRequest?>? Changes { get; init; }

    [Range(1, Limits.MaxDurationSeconds)]
    [Description("Over the last so long, with the jobs that were recorded. Without it: from now on, with the jobs that are there.")]
    public long? OverSeconds { get; init; }

    [Range(1, Limits.MaxDurationSeconds)]
    [Description("From now on: how far to look. A day by default; it ends earlier when all that is there has ended.")]
    public long? HorizonSeconds { get; init; }

    [Description("From now on: jobs come again as they did in the last so long. false by default.")]
    public bool? ArrivalsAsBefore { get; init; }
}

/// <summary>One change: exactly one of these members.</summary>
public sealed record WhatIfChangeRequest
{
    public WhatIfQuota? Quota { get; init; }
    public WhatIfAddNodes? AddNodes { get; init; }
    public WhatIfTakeNodes? TakeNodes { get; init; }
    public WhatIfJob? Job { get; init; }
    public WhatIfPriority? Priority { get; init; }
    public WhatIfPolicy? Policy { get; init; }
}

/// <summary>A level's quota, by percent or by amounts.</summary>
public sealed record WhatIfQuota
{
    [Required]
    [Description("cohort, cohort/team or cohort/team/user.")]
    public string? Path { get; init; }

    [Range(-100, 1000)]
    [Description("Nominal and limit change by so much, every resource that they name.")]
    public long? Percent { get; init; }

    [Description("These amounts of nominal instead of what is set.")]
    public IReadOnlyDictionary<string, long>? Nominal { get; init; }

    [Description("These limits instead of what is set.")]
    public IReadOnlyDictionary<string, long>? Limit { get; init; }
}

/// <summary>More nodes.</summary>
public sealed record WhatIfAddNodes
{
    [Required, Range(1, Limits.MaxWhatIfNodes)]
    public long? Count { get; init; }

    [Description("A node or rack that they are like; by default the kind of GPU node that the pool has most of.")]
    public string? Like { get; init; }
}

/// <summary>Fewer nodes.</summary>
public sealed record WhatIfTakeNodes
{
    [Required, MinLength(1), MaxLength(Limits.MaxWhatIfNames)]
    [Description("Names of nodes or racks.")]
    public IReadOnlyList<string?>? Names { get; init; }

    [Description("true: what runs there stops and queues again. false, the default: they take no new work.")]
    public bool? Remove { get; init; }
}

/// <summary>One more job.</summary>
public sealed record WhatIfJob
{
    [Required]
    [Description("The job, as POST /api/v1/jobs takes it; an array or a service is asked about by one of its jobs.")]
    public SubmitJobRequest? Spec { get; init; }

    [Range(1, Limits.MaxDurationSeconds)]
    [Description("How long it runs; predicted by default.")]
    public long? RunsForSeconds { get; init; }
}

/// <summary>Another priority.</summary>
public sealed record WhatIfPriority
{
    [Required]
    [Description("A job that is there, or comes in the period.")]
    public string? Job { get; init; }

    [Required, Range(0, Limits.MaxPriority)]
    public long? Priority { get; init; }
}

/// <summary>Another policy.</summary>
public sealed record WhatIfPolicy
{
    [Description("The order among jobs of one account.")]
    public string? Order { get; init; }

    [Description("What chooses the node of a single worker.")]
    public string? Placement { get; init; }
}

/// <summary>What would become of the pool, beside what becomes of it as things are.</summary>
public sealed record WhatIfResult
{
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset Until { get; init; }

    /// <summary>As things are. For operators.</summary>
    public WhatIfFigures? Before { get; init; }

    /// <summary>With the changes. For operators.</summary>
    public WhatIfFigures? After { get; init; }

    /// <summary>In path order. For operators.</summary>
    public IReadOnlyList<WhatIfTeam>? Teams { get; init; }

    /// <summary>The jobs that fare most differently. For operators.</summary>
    public IReadOnlyList<WhatIfJobChange>? Jobs { get; init; }

    /// <summary>How many fare differently in all.</summary>
    public int? JobsChanged { get; init; }

    /// <summary>What becomes of the jobs that were asked about.</summary>
    public required IReadOnlyList<WhatIfNewJob> NewJobs { get; init; }

    /// <summary>It was cut off here because it took too long; the figures of both sides are up to then, and nothing after it is in them.</summary>
    public DateTimeOffset? CutAt { get; init; }

    /// <summary>How far it was to come.</summary>
    public DateTimeOffset? AskedUntil { get; init; }

    /// <summary>Jobs whose run time is predicted.</summary>
    public int? Predicted { get; init; }

    /// <summary>A start may be so much later here than it would be, because those that wait are looked at less often.</summary>
    public required double PaceSeconds { get; init; }
}

/// <summary>What came of one run.</summary>
public sealed record WhatIfFigures
{
    /// <summary>Seconds from submission to the first start; who has not started counts with its wait until the end.</summary>
    public required double MeanWaitSeconds { get; init; }
    public required double P50WaitSeconds { get; init; }
    public required double P90WaitSeconds { get; init; }
    public required double P99WaitSeconds { get; init; }

    /// <summary>Work that was kept over the pool's GPU time, 0–1; of a team its part.</summary>
    public required double Goodput { get; init; }

    /// <summary>GPU time that was held over the pool's, 0–1; of a team its part.</summary>
    public required double Occupancy { get; init; }
    public required int Evictions { get; init; }

    /// <summary>Jobs that waited or came.</summary>
    public required int Jobs { get; init; }
    public required int Started { get; init; }
    public required int Ended { get; init; }
    public required int Waiting { get; init; }

    /// <summary>GPU-hours of work that evictions threw away.</summary>
    public required double LostGpuHours { get; init; }
}

/// <summary>One team.</summary>
public sealed record WhatIfTeam
{
    public required string Team { get; init; }
    public required WhatIfFigures Before { get; init; }
    public required WhatIfFigures After { get; init; }
}

/// <summary>A job that fares otherwise.</summary>
public sealed record WhatIfJobChange
{
    public required string Job { get; init; }
    public required string Name { get; init; }
    public required string Quota { get; init; }
    public required long GpuMilli { get; init; }

    /// <summary>Absent: not by the end.</summary>
    public DateTimeOffset? StartBefore { get; init; }
    public DateTimeOffset? StartAfter { get; init; }

    /// <summary>Negative: earlier.</summary>
    public required double LaterBySeconds { get; init; }
    public required int EvictionsBefore { get; init; }
    public required int EvictionsAfter { get; init; }
}

/// <summary>What becomes of a job that was asked about.</summary>
public sealed record WhatIfNewJob
{
    /// <summary>Its place among the changes, from 0.</summary>
    public required int Change { get; init; }

    /// <summary>Absent: not by the end; see waitsFor.</summary>
    public DateTimeOffset? StartsAt { get; init; }
    public double? WaitSeconds { get; init; }
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Some of the nodes that it starts on.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }
    public required int NodeCount { get; init; }

    /// <summary>Some of those who make room for it; of other tenants' jobs only operators see any.</summary>
    public required IReadOnlyList<WhatIfVictim> Evicts { get; init; }
    public required int EvictedCount { get; init; }

    /// <summary>Why it has not started by the end.</summary>
    public string? WaitsFor { get; init; }
}

/// <summary>A job that makes room.</summary>
public sealed record WhatIfVictim
{
    public required string Job { get; init; }
    public required string Owner { get; init; }
    public required long GpuMilli { get; init; }
}
