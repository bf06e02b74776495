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

    /// <summary>Events of one run; what comes after is cut off. Default 20,000,000.</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Jobs that the report lists. Default 20.</summary>
    public int MaxJobs { get; init; } = 20;

    /// <summary>Nodes, and victims, that the report lists of one job. Default 64.</summary>
    public int MaxNames { get; init; } = 64;

    /// <summary>Everything that must hold is checked after every event: for tests.</summary>
    public bool Checks { get; init; }

    /// <summary>
    /// The pace for a run of this length: up to an hour as the pool itself, beyond that fewer looks at who might be promised something, one a minute at
    /// the least, so that a day costs seconds. A start that comes from a promise may come so much later; all others come as they do.
    /// </summary>
    public static WhatIfOptions For(TimeSpan length)
    {
        var options = new WhatIfOptions();
        var pace = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(length.TotalSeconds / 720), options.ReviewPeriod.TotalSeconds, 60));
        return pace == options.ReviewPeriod ? options : options with { ReviewPeriod = pace, ClaimPeriod = pace, ClaimRetry = 5 * pace };
    }
}
