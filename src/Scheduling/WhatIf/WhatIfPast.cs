using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;

namespace Scheduling.WhatIf;

/// <summary>A job that comes while a run lasts.</summary>
public sealed record WhatIfArrival
{
    public required AttemptId Attempt { get; init; }

    public required JobSpec Spec { get; init; }

    /// <summary>Its place in the order goes by this.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When the pool hears of it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How it runs.</summary>
    public WhatIfRuns Runs { get; init; }

    /// <summary>Its owner takes it back then, if it waits; null: never.</summary>
    public DateTimeOffset? LeavesAt { get; init; }
}

/// <summary>How long a job runs, all its work together.</summary>
/// <param name="For">Known; null: predicted.</param>
/// <param name="AtLeast">What is known of it when it is predicted: it ran so long and had not ended.</param>
public readonly record struct WhatIfRuns(TimeSpan? For, TimeSpan AtLeast);

/// <summary>What happened in a period, as far as a run needs it again.</summary>
public sealed record WhatIfPast
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset Until { get; init; }

    /// <summary>In the order in which they came.</summary>
    public ImmutableArray<WhatIfArrival> Arrivals { get; init; } = [];

    /// <summary>How those ran on that were there when the period began, counted from the start of the attempt that they had then.</summary>
    public ImmutableDictionary<JobId, WhatIfRuns> Runs { get; init; } = ImmutableDictionary<JobId, WhatIfRuns>.Empty;

    /// <summary>When those that were there were taken back while they waited.</summary>
    public ImmutableDictionary<JobId, DateTimeOffset> Leaves { get; init; } = ImmutableDictionary<JobId, DateTimeOffset>.Empty;

    /// <summary>Racks that were seen in another state than before, in order.</summary>
    public ImmutableArray<WhatIfRackSeen> Racks { get; init; } = [];

    /// <summary>The same jobs come again, from another time on: as jobs of their own, of which nothing else is known.</summary>
    public WhatIfPast Again(DateTimeOffset from, DateTimeOffset until)
    {
        var later = from - From;
        return new WhatIfPast
        {
            From = from, Until = until,
            Arrivals =
            [
                .. Arrivals.Where(a => a.At + later <= until).Select((a, i) => a with
                {
                    Attempt = new AttemptId(new JobId(string.Create(CultureInfo.InvariantCulture, $"again-{i:D7}")), 1), SubmittedAt = a.At + later, At = a.At + later,
                    LeavesAt = a.LeavesAt + later, Spec = a.Spec with { Deadline = a.Spec.Deadline + later },
                }),
            ],
        };
    }
}

/// <summary>A rack was seen.</summary>
public readonly record struct WhatIfRackSeen(DateTimeOffset At, RackView Rack);
