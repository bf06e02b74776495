using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.WhatIf;

/// <summary>Seconds from submission to the first start. Who has not started by the end counts with what he waited until then.</summary>
[GenerateSerializer, Immutable]
public readonly record struct WhatIfWaits(
    [property: Id(0)] double Mean, [property: Id(1)] double P50, [property: Id(2)] double P90, [property: Id(3)] double P99);

/// <summary>What came of one run, of all jobs or of one team's.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfFigures
{
    [Id(0)] public required WhatIfWaits Waits { get; init; }

    /// <summary>Work that was kept, over the GPU time there was.</summary>
    [Id(1)] public required double Goodput { get; init; }

    /// <summary>GPU time that somebody held, over the GPU time there was.</summary>
    [Id(2)] public required double Occupancy { get; init; }

    /// <summary>Attempts that had to make room.</summary>
    [Id(3)] public required int Evictions { get; init; }

    /// <summary>Jobs that waited at the beginning or came.</summary>
    [Id(4)] public required int Jobs { get; init; }

    /// <summary>Of them, those that started.</summary>
    [Id(5)] public required int Started { get; init; }

    /// <summary>Jobs that ended, those that ran from the beginning too.</summary>
    [Id(6)] public required int Ended { get; init; }

    /// <summary>Jobs in the queue at the end.</summary>
    [Id(7)] public required int Waiting { get; init; }

    /// <summary>GPU-seconds of work that evictions threw away.</summary>
    [Id(8)] public required double LostGpuSeconds { get; init; }

    /// <summary>GPU-seconds that were there; of a team, those of the pool.</summary>
    [Id(9)] public required double CapacityGpuSeconds { get; init; }

    /// <summary>Jobs that the pool or their deadline turned away.</summary>
    [Id(10)] public int TurnedAway { get; init; }
}

/// <summary>One team in both runs.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfTeam
{
    [Id(0)] public required QuotaPath Team { get; init; }
    [Id(1)] public required WhatIfFigures Before { get; init; }
    [Id(2)] public required WhatIfFigures After { get; init; }
}

/// <summary>A job that fares otherwise.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfJobChange
{
    [Id(0)] public required JobId Job { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required QuotaPath Quota { get; init; }
    [Id(3)] public required long GpuMilli { get; init; }

    /// <summary>Null: not within the run.</summary>
    [Id(4)] public DateTimeOffset? StartBefore { get; init; }
    [Id(5)] public DateTimeOffset? StartAfter { get; init; }
    [Id(6)] public int EvictionsBefore { get; init; }
    [Id(7)] public int EvictionsAfter { get; init; }

    /// <summary>How much later it starts, in seconds; negative: earlier. Who does not start counts with the end of the run.</summary>
    [Id(8)] public double LaterBy { get; init; }
}

/// <summary>What becomes of a job that is submitted now.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfNewJob
{
    /// <summary>Its place among the changes.</summary>
    [Id(0)] public required int Change { get; init; }

    [Id(1)] public required TenantId Tenant { get; init; }

    /// <summary>Null: not within the run.</summary>
    [Id(2)] public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Null: not within the run.</summary>
    [Id(3)] public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The first nodes that it starts on.</summary>
    [Id(4)] public ImmutableArray<NodeId> Nodes { get; init; } = [];

    [Id(5)] public int NodeCount { get; init; }

    /// <summary>Who has to make room for it.</summary>
    [Id(6)] public ImmutableArray<WhatIfVictim> Evicts { get; init; } = [];

    [Id(7)] public int EvictedCount { get; init; }

    /// <summary>Why it had not started at the end; null when it had.</summary>
    [Id(8)] public string? WaitsFor { get; init; }
}

/// <summary>A job that makes room.</summary>
[GenerateSerializer, Immutable]
public readonly record struct WhatIfVictim([property: Id(0)] JobId Job, [property: Id(1)] TenantId Tenant, [property: Id(2)] string User, [property: Id(3)] long GpuMilli);

/// <summary>The answer: both runs, and what differs.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfReport
{
    [Id(0)] public required DateTimeOffset From { get; init; }

    /// <summary>Both runs are counted up to here.</summary>
    [Id(1)] public required DateTimeOffset Until { get; init; }

    [Id(2)] public required WhatIfFigures Before { get; init; }
    [Id(3)] public required WhatIfFigures After { get; init; }

    /// <summary>In path order.</summary>
    [Id(4)] public ImmutableArray<WhatIfTeam> Teams { get; init; } = [];

    /// <summary>Those that change most, first.</summary>
    [Id(5)] public ImmutableArray<WhatIfJobChange> Jobs { get; init; } = [];

    /// <summary>How many there are in all.</summary>
    [Id(6)] public int JobsChanged { get; init; }

    [Id(7)] public ImmutableArray<WhatIfNewJob> NewJobs { get; init; } = [];

    /// <summary>Where both runs were cut off, because they took too long or too many steps: nothing that came after it is counted of either. Null: they were not.</summary>
    [Id(8)] public DateTimeOffset? CutAt { get; init; }

    /// <summary>Events of both runs.</summary>
    [Id(9)] public long Steps { get; init; }

    /// <summary>Jobs whose run time is predicted.</summary>
    [Id(10)] public int Predicted { get; init; }

    /// <summary>How late a look at those that wait may come, in seconds.</summary>
    [Id(11)] public double Pace { get; init; }

    /// <summary>How far they were to come.</summary>
    [Id(12)] public DateTimeOffset AskedUntil { get; init; }
}
