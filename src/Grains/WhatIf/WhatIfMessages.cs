using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.WhatIf;

namespace Grains.WhatIf;

/// <summary>A question.</summary>
[GenerateSerializer, Immutable]
public sealed record AskWhatIf : ICalled
{
    /// <summary>Operators may ask anything; a tenant's user only when a job of the own tenant would start now.</summary>
    [Id(0)] public required Caller Caller { get; init; }

    [Id(1)] public required PoolId Pool { get; init; }

    /// <summary>None: what is to be expected as things are.</summary>
    [Id(2)] public ImmutableArray<WhatIfChange> Changes { get; init; } = [];

    /// <summary>Over the last so long, as it was recorded; null: from now on.</summary>
    [Id(3)] public TimeSpan? Over { get; init; }

    /// <summary>From now on: how far to look. It ends earlier when all that is there has ended.</summary>
    [Id(4)] public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(1);

    /// <summary>From now on: jobs come again as they did in the last so long.</summary>
    [Id(5)] public bool ArrivalsAsBefore { get; init; }

    /// <summary>How much faster than the clock the workers run whose specs say for how long.</summary>
    [Id(6)] public double RunForScale { get; init; } = 1;
}

/// <summary>What came of a question.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfAnswer
{
    [Id(0)] public required Outcome Outcome { get; init; }

    /// <summary>For people; null when done.</summary>
    [Id(1)] public string? Message { get; init; }

    /// <summary>With <see cref="Outcome.Invalid"/>: what is wrong with which change.</summary>
    [Id(2)] public ImmutableArray<WhatIfProblem> Problems { get; init; } = [];

    /// <summary>When done. For a tenant's user only what becomes of the own jobs.</summary>
    [Id(3)] public WhatIfReport? Report { get; init; }

    public static WhatIfAnswer Of(Outcome outcome, string message) => new() { Outcome = outcome, Message = message };
}
