namespace Scheduling.WhatIf;

/// <summary>How a run imitates the world around the pool, and what it may cost.</summary>
public sealed record WhatIfOptions
{
    /// <summary>How often those that wait are looked at while nothing happens, as a pool does on its retry timer. Default 5 s.</summary>
    public TimeSpan ReviewPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two looks for promises at least. Default: the pool's own.</summary>
    public TimeSpan? ClaimPeriod { get; init; }

    /// <summary>Before one for whom nothing could be promised is looked at again, at least. Default: the pool's own.</summary>
    public TimeSpan? ClaimRetry { get; init; }

    /// <summary>From the plan of a gang to its commit. Default 0.</summary>
    public TimeSpan CommitDelay { get; init; }

    /// <summary>From the wish to stop to "no worker is left". Default 0.</summary>
    public TimeSpan StopDelay { get; init; }

    /// <summary>From the wish for a checkpoint to "it is saved". Default 1 s.</summary>
    public TimeSpan SaveTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much faster than the clock workers run whose spec says for how long. Default 1.</summary>
    public double RunForScale { get; init; } = 1;

    /// <summary>Attempts planned in one round, as the pool is configured. Default 256.</summary>
    public int RoundSize { get; init; } = 256;

    /// <summary>Events of one run; what comes after is cut off, of two runs where both are equally far (a stretch later at the most). Default 20,000,000.</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Jobs that the report lists. Default 20.</summary>
    public int MaxJobs { get; init; } = 20;

    /// <summary>Nodes, and victims, that the report lists of one job. Default 64.</summary>
    public int MaxNames { get; init; } = 64;

    /// <summary>
    /// Quota is charged before a place is planned, not after: a pool that is full at its quotas otherwise plans hundreds at each end of a job and takes all but a few of them back.
    /// While these are planned they are in others' way, and for a moment count as their accounts' use; that is not so then.
    /// </summary>
    public bool ChargesAtOnce { get; init; }

    /// <summary>Everything that must hold is checked after every event: for tests.</summary>
    public bool Checks { get; init; }

    /// <summary>For a question about this pool, with these arrivals, until then: see the other.</summary>
    public static WhatIfOptions For(WhatIfStart start, WhatIfPast? past, DateTimeOffset until)
    {
        // Who comes is there for a part of the time: about a tenth of them at once.
        const int ArrivalsAtOnce = 10;
        return For(until - start.At, (start.Snapshot?.Attempts.Length ?? 0) + ((past?.Arrivals.Length ?? 0) / ArrivalsAtOnce));
    }

    /// <summary>
    /// The pace for a run of this length over a pool of this size: as the pool itself where that costs little, and otherwise fewer looks at who might be
    /// promised something, one in five minutes at the least, and charges made at once, so that a day of a large pool costs seconds. A start that comes from a promise may come later by some
    /// of these looks; of those that wait for the same quota another may be the first.
    /// </summary>
    /// <param name="length">Of the run.</param>
    /// <param name="attempts">That are there, or come.</param>
    public static WhatIfOptions For(TimeSpan length, int attempts)
    {
        // Each look goes over those that run: so many are affordable.
        const double LooksTimesAttempts = 3_600_000;
        var options = new WhatIfOptions();
        var pace = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(length.TotalSeconds * Math.Max(1, attempts) / LooksTimesAttempts), options.ReviewPeriod.TotalSeconds, 300));
        return pace == options.ReviewPeriod ? options : options with { ReviewPeriod = pace, ClaimPeriod = pace, ClaimRetry = 5 * pace, ChargesAtOnce = true };
    }
}
