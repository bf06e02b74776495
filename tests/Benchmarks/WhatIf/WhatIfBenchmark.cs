using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Grains.WhatIf;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.WhatIf;
using Silo.WhatIf;

namespace Benchmarks.WhatIf;

/// <summary>How long questions of "what if" take over a recorded day of 5,000 nodes. Fails above the bar.</summary>
internal static class WhatIfBenchmark
{
    /// <summary>Issue 4's bar, in seconds.</summary>
    private const double Bar = 10;

    /// <param name="only">Part of a pool's name; null: all of them.</param>
    /// <param name="asked">Part of a question; null: all of them.</param>
    /// <param name="isWhole">Nothing is cut off: what a whole day would cost.</param>
    public static int Run(TextWriter output, string? only, string? asked, bool isWhole)
    {
        var days = new TraceDays(clusters: 62);
        var more = new TraceDays(clusters: 95);
        (string Name, TraceDays Days, Func<int, bool> IsLimited)[] pools =
        [
            ("one team at its limit", days, team => team == 3), ("all teams at their limits", days, _ => true), ("full of gangs", more, team => team == 3),
        ];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"What if, over a day: {TraceDays.Nodes:N0} nodes × 8 GPUs, jobs of the Venus traces. Both runs, seconds of wall time (of CPU)."));
        output.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Command: build/bench.sh what-if");
        output.WriteLine();
        output.WriteLine("| pool | question | seconds (CPU) | covers | events | mean wait before → after | goodput | evictions | jobs that change | bar |");
        output.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---|");
        (string Name, ImmutableArray<WhatIfChange> Changes)[] questions =
        [
            ("quota of team03 −20 %", [new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/team03"), Percent = -20 }]),
            ("40 more nodes", [new WhatIfChange.AddNodes { Count = 40 }]),
            ("a gang of 64 nodes, urgent, now", [new WhatIfChange.SubmitJob { Spec = TraceDays.Job("hero", 512, 5, "hero", 600), RunsFor = TimeSpan.FromHours(6) }]),
        ];
        return pools.Where(p => only is null || p.Name.Contains(only, StringComparison.Ordinal)).Select(p => Start(p.Days, p.Name, p.IsLimited))
            .SelectMany(pool => questions.Where(q => asked is null || q.Name.Contains(asked, StringComparison.Ordinal)).Select(q => Ask(output, pool, q.Name, q.Changes, isWhole))).ToList().TrueForAll(ok => ok) ? 0 : 1;
    }

    /// <summary>The pool after the first day.</summary>
    private static PoolInUse Start(TraceDays days, string name, Func<int, bool> isLimited)
    {
        var tree = new QuotaTree("c");
        Set(tree, "c", TraceDays.Nodes);
        for (var team = 0; team < 16; team++)
        {
            // Who is held back by a limit, so that what is done to a quota shows.
            Set(tree, $"c/team{team:D2}", TraceDays.Nodes / 25, isLimited(team) ? TraceDays.Nodes / 22 : null);
        }

        var first = new WhatIfStart
        {
            Pool = new PoolId("p"), At = TraceDays.Yesterday, Racks = TraceDays.Racks, Trees = [tree.Snapshot()],
            Limits = new PoolLimits { MaxPendingJobs = int.MaxValue, MaxPendingPerTenant = int.MaxValue },
        };
        var yesterday = days.Past(TraceDays.Yesterday);
        var run = new WhatIfRun(WhatIfScenario.Of(first), yesterday, WhatIfOptions.For(first, yesterday, TraceDays.Today), TraceDays.Today);
        while (run.Step(1000))
        {
        }

        var start = first with { At = TraceDays.Today, Snapshot = run.Snapshot() };
        var past = days.Past(TraceDays.Today);
        return new PoolInUse(string.Create(CultureInfo.InvariantCulture, $"{name}: {start.Snapshot.Attempts.Length:N0} jobs there, {past.Arrivals.Length:N0} come"), start, past);
    }

    private static void Set(QuotaTree tree, string path, int nodes, int? limit = null)
    {
        var spec = new QuotaSpec { Nominal = [new ResourceAmount("gpu", nodes * 8000L)], Limit = limit is { } most ? [new ResourceAmount("gpu", most * 8000L)] : [] };
        tree.Apply(((SpecDecision.Change)tree.DecideSpec(new QuotaPath(path), spec, tree.Version, TraceDays.Yesterday)).Entry);
    }

    private static bool Ask(TextWriter output, PoolInUse pool, string name, ImmutableArray<WhatIfChange> changes, bool isWhole)
    {
        var started = Stopwatch.GetTimestamp();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var scenario = ((WhatIfPlan.Ready)WhatIfPlanner.Plan(pool.Start, pool.Past, changes)).Scenario;
        var comparison = new WhatIfComparison(pool.Start, scenario, pool.Past, WhatIfOptions.For(pool.Start, pool.Past, TraceDays.Tomorrow), TraceDays.Tomorrow);
        var budget = isWhole ? TimeSpan.MaxValue : new WhatIfSettings().Budget;
        new ThreadedWhatIf().Drive(comparison, () => Stopwatch.GetElapsedTime(started) > budget).GetAwaiter().GetResult();
        var report = comparison.Report();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var spent = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        var ok = seconds <= Bar;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {pool.Name} | {name}{Guest(report)} | {seconds:N1} ({spent:N1}) | {(report.Until - report.From).TotalHours:N1} h | {report.Steps:N0} | {report.Before.Waits.Mean:N0} s → {report.After.Waits.Mean:N0} s | {report.Before.Goodput:P2} → {report.After.Goodput:P2} | {report.Before.Evictions:N0} → {report.After.Evictions:N0} | {report.JobsChanged:N0} | {(ok ? "< 10 s" : "missed")} |"));
        return ok;
    }

    private static string Guest(WhatIfReport report) => report.NewJobs is not [var job] ? "" : job.StartsAt is { } at
        ? string.Create(CultureInfo.InvariantCulture, $": starts after {(at - report.From).TotalSeconds:N0} s on {job.NodeCount} nodes, {job.EvictedCount} make room")
        : ": does not start";

    private sealed record PoolInUse(string Name, WhatIfStart Start, WhatIfPast Past);
}
