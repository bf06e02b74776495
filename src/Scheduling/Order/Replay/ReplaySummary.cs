namespace Scheduling.Order.Replay;

/// <summary>A replay in numbers, as the reference tables have them. Seconds; percentiles are interpolated between ranks.</summary>
public sealed record ReplaySummary
{
    public required int Jobs { get; init; }
    public required int TooBig { get; init; }
    public required double AverageJct { get; init; }
    public required double MedianJct { get; init; }
    public required double P99Jct { get; init; }
    public required double AverageQueue { get; init; }
    public required double P99Queue { get; init; }
    public required double P999Queue { get; init; }
    public required int Waited { get; init; }
    public required long Makespan { get; init; }

    /// <summary>GPU time of the jobs over GPU time of the pools, in percent.</summary>
    public required double BusyPercent { get; init; }

    public required long Preemptions { get; init; }

    public required int MostPreemptions { get; init; }

    /// <summary>GPU time that restarts cost, in percent of the jobs' GPU time.</summary>
    public required double LostPercent { get; init; }

    public static ReplaySummary Of(IReadOnlyList<ReplayJob> jobs, IReadOnlyList<ReplayOutcome?> outcomes, int gpus)
    {
        var jct = new List<double>(jobs.Count);
        var queue = new List<double>(jobs.Count);
        long firstSubmit = long.MaxValue, lastEnd = 0, preemptions = 0;
        double work = 0, lost = 0;
        int waited = 0, most = 0;
        for (var i = 0; i < jobs.Count; i++)
        {
            if (outcomes[i] is not { } outcome)
                continue;
            jct.Add(outcome.End - jobs[i].SubmitAt);
            queue.Add(outcome.Queue);
            waited += outcome.Queue > 0 ? 1 : 0;
            firstSubmit = Math.Min(firstSubmit, jobs[i].SubmitAt);
            lastEnd = Math.Max(lastEnd, outcome.End);
            work += (double)jobs[i].Gpus * jobs[i].Duration;
            preemptions += outcome.Preemptions;
            most = Math.Max(most, outcome.Preemptions);
            lost += outcome.LostGpuSeconds;
        }

        jct.Sort();
        queue.Sort();
        var makespan = jct.Count == 0 ? 0 : lastEnd - firstSubmit;
        return new ReplaySummary
        {
            Jobs = jct.Count,
            TooBig = jobs.Count - jct.Count,
            AverageJct = jct.Count == 0 ? 0 : jct.Sum() / jct.Count,
            MedianJct = Percentile(jct, 50),
            P99Jct = Percentile(jct, 99),
            AverageQueue = queue.Count == 0 ? 0 : queue.Sum() / queue.Count,
            P99Queue = Percentile(queue, 99),
            P999Queue = Percentile(queue, 99.9),
            Waited = waited,
            Makespan = makespan,
            BusyPercent = makespan == 0 ? 0 : 100 * work / ((double)gpus * makespan),
            Preemptions = preemptions,
            MostPreemptions = most,
            LostPercent = work == 0 ? 0 : 100 * lost / work,
        };
    }

    /// <summary>Linear between the two nearest ranks.</summary>
    private static double Percentile(List<double> sorted, double percent)
    {
        if (sorted.Count == 0)
            return 0;
        var at = percent / 100 * (sorted.Count - 1);
        var below = (int)Math.Floor(at);
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
