using System.Globalization;
using Gateway.Contracts;

namespace Cli.Output;

/// <summary>The answer of <c>sched what-if</c> for people.</summary>
internal static class WhatIfTables
{
    private static readonly Column[] Figures = ["", new("BEFORE", Right: true), new("AFTER", Right: true), new("CHANGE", Right: true)];

    private static readonly Column[] Teams =
    [
        "TEAM", new("MEAN WAIT", Right: true), new("AFTER", Right: true), new("P90 WAIT", Right: true, WideOnly: true), new("AFTER", Right: true, WideOnly: true),
        new("GPU SHARE", Right: true), new("AFTER", Right: true), new("EVICTIONS", Right: true), new("AFTER", Right: true), new("WAITING", Right: true), new("AFTER", Right: true),
    ];

    private static readonly Column[] Jobs =
        ["JOB", "NAME", "QUOTA", new("GPUS", Right: true), new("STARTS", Right: true), "BEFORE", "AFTER", new("EVICTIONS", Right: true, WideOnly: true), new("AFTER", Right: true, WideOnly: true)];

    public static void Print(Printer printer, WhatIfResult result)
    {
        printer.Details(
        [
            ("From", Show.At(result.From)), ("Until", $"{Show.At(result.Until)} ({Show.Time(result.Until - result.From)})"),
            ("Cut off", result.CutAt is { } cut ? $"at {Show.At(cut)}{OfAsked(result, cut)}: it took too long; both sides are counted up to there. Ask over less" : null),
            ("Predicted", result.Predicted is > 0 and var predicted ? $"run times of {Show.Count(predicted)} jobs" : null),
            .. result.NewJobs.SelectMany(NewJob),
        ]);
        if (result is not { Before: { } before, After: { } after })
        {
            return;
        }

        printer.Line("");
        printer.Table(Figures, Rows(before, after));
        if (result.Teams is { Count: > 0 } teams)
        {
            printer.Line("");
            printer.Table(Teams, teams.Select(Row));
        }

        if (result.Jobs is { Count: > 0 } jobs)
        {
            printer.Line("");
            printer.Table(Jobs, jobs.Select(Row));
            if (result.JobsChanged > jobs.Count)
            {
                printer.Line($"and {Show.Count(result.JobsChanged.Value - jobs.Count)} more jobs start at another time");
            }
        }
    }

    private static string OfAsked(WhatIfResult result, DateTimeOffset cut) =>
        result.AskedUntil is { } asked ? $", {Show.Time(cut - result.From)} of {Show.Time(asked - result.From)}" : "";

    private static IEnumerable<(string, string?)> NewJob(WhatIfNewJob job) =>
    [
        ("The job starts", job.StartsAt is { } at ? $"{Show.At(at)}, after {Show.Time(TimeSpan.FromSeconds(job.WaitSeconds ?? 0))}" : "not by then"),
        ("  on", job.NodeCount == 0 ? null : Some(job.Nodes, job.NodeCount, "nodes")),
        ("  ends", job.EndsAt is { } end ? Show.At(end) : null),
        ("  makes leave", job.EvictedCount == 0 ? null : Some([.. job.Evicts.Select(e => $"{e.Job} of {e.Owner} ({Show.Milli(e.GpuMilli)} GPUs)")], job.EvictedCount, "jobs")),
        ("  waits for", job.WaitsFor),
    ];

    private static string Some(IReadOnlyList<string> names, int count, string what)
    {
        const int Shown = 8;
        var shown = names.Take(Shown).ToList();
        return $"{Show.Count(count)} {(count == 1 ? what[..^1] : what)}" + (shown.Count == 0 ? "" : $": {string.Join(", ", shown)}") + (count > shown.Count && shown.Count > 0 ? $" and {Show.Count(count - shown.Count)} more" : "");
    }

    private static IEnumerable<IReadOnlyList<string?>> Rows(WhatIfFigures a, WhatIfFigures b) =>
    [
        Wait("mean wait", a.MeanWaitSeconds, b.MeanWaitSeconds), Wait("p50 wait", a.P50WaitSeconds, b.P50WaitSeconds), Wait("p90 wait", a.P90WaitSeconds, b.P90WaitSeconds),
        Wait("p99 wait", a.P99WaitSeconds, b.P99WaitSeconds), Part("goodput", a.Goodput, b.Goodput), Part("GPUs held", a.Occupancy, b.Occupancy),
        Count("evictions", a.Evictions, b.Evictions), ["GPU-hours lost", Hours(a.LostGpuHours), Hours(b.LostGpuHours), Signed(b.LostGpuHours - a.LostGpuHours, Hours)],
        Count("jobs", a.Jobs, b.Jobs), Count("started", a.Started, b.Started), Count("ended", a.Ended, b.Ended), Count("waiting at the end", a.Waiting, b.Waiting),
    ];

    private static IReadOnlyList<string?> Row(WhatIfTeam team) =>
    [
        team.Team, Time(team.Before.MeanWaitSeconds), Time(team.After.MeanWaitSeconds), Time(team.Before.P90WaitSeconds), Time(team.After.P90WaitSeconds),
        Percent(team.Before.Occupancy), Percent(team.After.Occupancy), Show.Count(team.Before.Evictions), Show.Count(team.After.Evictions),
        Show.Count(team.Before.Waiting), Show.Count(team.After.Waiting),
    ];

    private static IReadOnlyList<string?> Row(WhatIfJobChange job) =>
    [
        job.Job, job.Name, job.Quota, Show.Milli(job.GpuMilli),
        Math.Abs(job.LaterBySeconds) < 1 ? "as before" : $"{Time(Math.Abs(job.LaterBySeconds))} {(job.LaterBySeconds > 0 ? "later" : "earlier")}",
        Start(job, job.StartBefore), Start(job, job.StartAfter),
        Show.Count(job.EvictionsBefore), Show.Count(job.EvictionsAfter),
    ];

    /// <summary>Of a job that ran from the beginning and is only evicted otherwise there is no start to tell.</summary>
    private static string? Start(WhatIfJobChange job, DateTimeOffset? at) =>
        at is { } start ? Show.At(start) : Math.Abs(job.LaterBySeconds) < 1 ? null : "not by then";

    private static string?[] Wait(string name, double a, double b) => [name, Time(a), Time(b), Signed(b - a, Time)];

    private static string?[] Part(string name, double a, double b) =>
        [name, Percent(a), Percent(b), Signed(100 * (b - a), p => p.ToString("0.00", CultureInfo.InvariantCulture) + " points")];

    private static string?[] Count(string name, int a, int b) => [name, Show.Count(a), Show.Count(b), Signed(b - a, d => Show.Count((long)d))];

    private static string Signed(double difference, Func<double, string> show) =>
        show(Math.Abs(difference)) is var text && text == show(0) ? "" : (difference > 0 ? "+" : "-") + text;

    private static string Time(double seconds) => seconds < 0.5 ? "0s" : Show.Time(TimeSpan.FromSeconds(Math.Round(seconds)));

    private static string Percent(double part) => (100 * part).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    private static string Hours(double hours) => hours.ToString("0.0", CultureInfo.InvariantCulture);
}
