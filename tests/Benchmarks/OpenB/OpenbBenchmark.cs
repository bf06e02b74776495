using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Scheduling.Placement.Policies;

namespace Benchmarks.OpenB;

/// <summary>
/// Alibaba's openb workloads on its 1,213 nodes: the published policies against the authors' rows, and ours against FGD. One table; 1 when
/// a line regresses.
/// </summary>
internal static class OpenbBenchmark
{
    /// <summary>The rows have two decimals.</summary>
    private const double Rounding = 0.01 + 1e-9;

    /// <summary>What ours must be above FGD over the lists, in points of GPU allocation at 130 % arrivals.</summary>
    private const double MeanMargin = 0.5;

    /// <summary>What ours may be below FGD on any list.</summary>
    private const double WorstLoss = 0.1;

    private static readonly string[] Published = ["BestFit", "DotProd", "GpuPacking", "GpuClustering", "FGD"];

    /// <summary>The part of the pods that FGD's typical classes make up.</summary>
    private const double TypicalPart = 0.95;

    private static string Ours => ScoringPolicies.Default.Name;

    public static int Run(TextWriter output, string[] options)
    {
        var folder = options.FirstOrDefault(o => o.StartsWith("data=", StringComparison.Ordinal))?[5..] ?? OpenbData.Folder;
        var clock = Stopwatch.StartNew();
        var nodes = OpenbData.Nodes(folder);
        var lists = OpenbData.Lists(folder).Select(l => OpenbData.List(folder, l)).ToArray();
        if (options.Contains("scale")) return OpenbScale.Run(output, nodes, lists[0]);
        if (options.Contains("shuffled")) return Shuffled(output, nodes, lists, clock);
        var published = OpenbData.Published(folder);
        var runs = (from list in lists from seed in list.Orders.Keys from policy in Published.Append(Ours) select (list, seed, policy)).ToArray();
        var given = options.Contains("given");
        var failures = new ConcurrentBag<string>();
        var at130 = new ConcurrentDictionary<(string List, string Policy), ConcurrentBag<double>>();
        var points = 0;
        var placements = 0;
        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, run =>
        {
            var (list, seed, policy) = run;
            var (podRows, nodeRows) = list.Orders[seed];
            var replay = new OpenbReplay([.. nodeRows.Select(r => nodes[r])], ScoringPolicies.ByName[policy], policy == Ours && !given ? null : Given(list)) { Log = [] };
            var row = replay.Run(podRows.Select(r => list.Pods[r]));
            at130.GetOrAdd((list.Name, policy), _ => []).Add(row[OpenbReplay.LastPoint]);
            if (policy == Ours) return;
            var wrong = Compare(row, published[(list.Name, policy, seed)]);
            Interlocked.Add(ref points, row.Length);
            if (wrong.Length > 0) failures.Add($"{list.Name} seed {seed} {policy}: {wrong}");
            if (OpenbData.Placements(folder, list.Name, policy, seed) is not { } golden) return;
            Interlocked.Add(ref placements, golden.Length);
            if (Compare(replay.Log!, golden, nodeRows, nodes) is { Length: > 0 } other) failures.Add($"{list.Name} seed {seed} {policy}: {other}");
        });

        var margins = Print(output, [.. lists.Select(l => l.Name)], (list, policy) => at130[(list, policy)].Average(), given ? "ours told the classes too, " : "");
        output.WriteLine($"{points} published points and {placements} golden placements compared; {runs.Length} replays in {clock.Elapsed.TotalSeconds:N0} s.");
        Judge(margins, failures);
        return Verdict(output, failures);
    }

    /// <summary>The same lists in orders of our own, to see whether ours was fitted to the published seeds.</summary>
    private static int Shuffled(TextWriter output, OpenbNode[] nodes, OpenbList[] lists, Stopwatch clock)
    {
        var runs = (from list in lists from seed in new[] { 1, 2, 3, 4, 5 } from policy in new[] { "FGD", Ours } select (list, seed, policy)).ToArray();
        var at130 = new ConcurrentDictionary<(string List, string Policy), ConcurrentBag<double>>();
        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, run =>
        {
            var (list, seed, policy) = run;
            var random = new Random(seed);
            var first = list.Orders.MinBy(o => o.Key).Value;
            int[] podRows = [.. first.Pods];
            int[] nodeRows = [.. first.Nodes];
            random.Shuffle(podRows);
            random.Shuffle(nodeRows);
            var replay = new OpenbReplay([.. nodeRows.Select(r => nodes[r])], ScoringPolicies.ByName[policy], policy == Ours ? null : Given(list));
            at130.GetOrAdd((list.Name, policy), _ => []).Add(replay.Run(podRows.Select(r => list.Pods[r])).Last(y => !double.IsNaN(y)));
        });

        var failures = new ConcurrentBag<string>();
        var margins = Print(output, [.. lists.Select(l => l.Name)], (list, policy) => at130.TryGetValue((list, policy), out var y) ? y.Average() : double.NaN, "shuffled anew, ");
        output.WriteLine($"{runs.Length} replays in {clock.Elapsed.TotalSeconds:N0} s.");
        Judge(margins, failures);
        return Verdict(output, failures);
    }

    private static Demand Given(OpenbList list) => Demand.Of(list.Pods.Select(p => (p, 1L)), TypicalPart);

    private static string Compare(double[] row, double[] expected)
    {
        for (var x = 0; x < row.Length; x++)
        {
            if (double.IsNaN(row[x]) && double.IsNaN(expected[x])) continue;
            if (!(Math.Abs(row[x] - expected[x]) <= Rounding)) return string.Create(CultureInfo.InvariantCulture, $"{row[x]:F4} at {x} %, published {expected[x]:F2}");
        }

        return "";
    }

    private static string Compare(List<(int Node, ulong Gpus)> log, (string Node, string Gpus)[] golden, int[] nodeRows, OpenbNode[] nodes)
    {
        for (var i = 0; i < golden.Length; i++)
        {
            var (node, gpus) = log[i];
            var name = node < 0 ? "" : nodes[nodeRows[node]].Name;
            var ids = string.Join('-', Enumerable.Range(0, 64).Where(g => (gpus >> g & 1) != 0));
            if (name != golden[i].Node || ids != golden[i].Gpus) return $"arrival {i} went to {name} {ids}, golden {golden[i].Node} {golden[i].Gpus}";
        }

        return "";
    }

    private static double[] Print(TextWriter output, string[] lists, Func<string, string, double> mean, string how)
    {
        output.WriteLine($"GPU allocation in % at 130 % arrivals, {how}mean over the seeds. Ours ({Ours}) knows only what has arrived; FGD is given the list's classes.");
        output.WriteLine($"| list | {string.Join(" | ", Published)} | ours | ours - FGD |");
        output.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", Published.Length + 2))}");
        string[] columns = [.. Published, Ours];
        var margins = new double[lists.Length];
        for (var i = 0; i < lists.Length; i++)
        {
            margins[i] = mean(lists[i], Ours) - mean(lists[i], "FGD");
            output.WriteLine($"| {lists[i]} | {string.Join(" | ", columns.Select(p => Percent(mean(lists[i], p))))} | {Signed(margins[i])} |");
        }

        output.WriteLine($"| mean | {string.Join(" | ", columns.Select(p => Percent(lists.Average(l => mean(l, p)))))} | {Signed(margins.Average())} |");
        return margins;
    }

    private static string Percent(double value) => double.IsNaN(value) ? "" : value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.00;-0.00", CultureInfo.InvariantCulture);

    private static void Judge(double[] margins, ConcurrentBag<string> failures)
    {
        if (margins.Average() < MeanMargin) failures.Add($"ours is {Signed(margins.Average())} against FGD over the lists, not {Signed(MeanMargin)}");
        if (margins.Min() < -WorstLoss) failures.Add($"ours is {Signed(margins.Min())} against FGD on one list, below {Signed(-WorstLoss)}");
    }

    private static int Verdict(TextWriter output, ConcurrentBag<string> failures)
    {
        foreach (var failure in failures.Order(StringComparer.Ordinal)) output.WriteLine($"REGRESSED {failure}");
        if (failures.IsEmpty) output.WriteLine("All lines hold.");
        return failures.IsEmpty ? 0 : 1;
    }
}
