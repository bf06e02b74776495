using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.WhatIf;

namespace Benchmarks.WhatIf;

/// <summary>How long questions of "what if" take over a recorded day of 5,000 nodes. Fails above the bar.</summary>
internal static class WhatIfBenchmark
{
    /// <summary>Issue 4's bar, in seconds.</summary>
    private const double Bar = 10;

    public static int Run(TextWriter output)
    {
        var days = new TraceDays();
        var start = Start(days, output);
        var past = days.Past(TraceDays.Today);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"What if, over a day: {TraceDays.Nodes:N0} nodes × 8 GPUs, {past.Arrivals.Length:N0} jobs of the Venus traces come, {start.Snapshot!.Attempts.Length:N0} are there. Both runs, seconds of wall time (of CPU)."));
        output.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Command: build/bench.sh what-if");
        output.WriteLine();
        output.WriteLine("| question | seconds (CPU) | events | mean wait before → after | goodput | evictions | jobs that change | bar |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---|");
        (string Name, ImmutableArray<WhatIfChange> Changes)[] questions =
        [
            ("quota of team03 −20 %", [new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/team03"), Percent = -20 }]),
            ("40 more nodes", [new WhatIfChange.AddNodes { Count = 40 }]),
            ("a gang of 64 nodes, urgent, now", [new WhatIfChange.SubmitJob { Spec = TraceDays.Job("hero", 512, 5, "hero", 600), RunsFor = TimeSpan.FromHours(6) }]),
        ];
        return questions.Select(q => Ask(output, start, past, q.Name, q.Changes)).ToList().TrueForAll(ok => ok) ? 0 : 1;
    }

    /// <summary>The pool after the first day.</summary>
    private static WhatIfStart Start(TraceDays days, TextWriter output)
    {
        var tree = new QuotaTree("c");
        Set(tree, "c", TraceDays.Nodes);
        for (var team = 0; team < 16; team++)
        {
            // One team is held back by its limit, so that what is done to its quota shows.
            Set(tree, $"c/team{team:D2}", TraceDays.Nodes / 25, team == 3 ? TraceDays.Nodes / 22 : null);
        }

        var first = new WhatIfStart
        {
            Pool = new PoolId("p"), At = TraceDays.Yesterday, Racks = TraceDays.Racks, Trees = [tree.Snapshot()],
            Limits = new PoolLimits { MaxPendingJobs = int.MaxValue, MaxPendingPerTenant = int.MaxValue },
        };
        var started = Stopwatch.GetTimestamp();
        var run = new WhatIfRun(WhatIfScenario.Of(first), days.Past(TraceDays.Yesterday), WhatIfOptions.For(TimeSpan.FromDays(1), TraceDays.Nodes), TraceDays.Today);
        while (run.Step(1000))
        {
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"(The day before, to begin with a pool in use: {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s.)"));
        return first with { At = TraceDays.Today, Snapshot = run.Snapshot() };
    }

    private static void Set(QuotaTree tree, string path, int nodes, int? limit = null)
    {
        var spec = new QuotaSpec { Nominal = [new ResourceAmount("gpu", nodes * 8000L)], Limit = limit is { } most ? [new ResourceAmount("gpu", most * 8000L)] : [] };
        tree.Apply(((SpecDecision.Change)tree.DecideSpec(new QuotaPath(path), spec, tree.Version, TraceDays.Yesterday)).Entry);
    }

    private static bool Ask(TextWriter output, WhatIfStart start, WhatIfPast past, string name, ImmutableArray<WhatIfChange> changes)
    {
        var started = Stopwatch.GetTimestamp();
        var cpu = Placement.ThreadClock.Now();
        var scenario = ((WhatIfPlan.Ready)WhatIfPlanner.Plan(start, past, changes)).Scenario;
        var comparison = new WhatIfComparison(start, scenario, past, WhatIfOptions.For(TimeSpan.FromDays(1), TraceDays.Nodes), TraceDays.Tomorrow);
        while (comparison.Step(1000))
        {
        }

        var report = comparison.Report();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var spent = (Placement.ThreadClock.Now() - cpu) / 1e9;
        var ok = spent <= Bar;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name}{Guest(report)} | {seconds:N1} ({spent:N1}) | {report.Steps:N0} | {report.Before.Waits.Mean:N0} s → {report.After.Waits.Mean:N0} s | {report.Before.Goodput:P2} → {report.After.Goodput:P2} | {report.Before.Evictions:N0} → {report.After.Evictions:N0} | {report.JobsChanged:N0} | {(ok ? "< 10 s" : "missed")} |"));
        return ok;
    }

    private static string Guest(WhatIfReport report) => report.NewJobs is not [var job] ? "" : job.StartsAt is { } at
        ? string.Create(CultureInfo.InvariantCulture, $": starts after {(at - report.From).TotalSeconds:N0} s on {job.NodeCount} nodes, {job.EvictedCount} make room")
        : ": does not start";
}
