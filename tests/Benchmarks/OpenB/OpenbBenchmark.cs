using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Benchmarks.Brain;
using Scheduling.Placement.Policies;

namespace Benchmarks.OpenB;

/// <summary>
/// Alibaba's openb workloads on its 1,213 nodes: the published policies against the authors' rows, and the pool's index, as it is when nothing
/// is configured, against FGD. One table.
/// </summary>
internal static class OpenbBenchmark
{
    /// <summary>The rows have two decimals.</summary>
    private const double Rounding = 0.01 + 1e-9;

    /// <summary>What ours must be above FGD over the lists, in points of GPU allocation at 130 % arrivals.</summary>
    private const double MeanMargin = 0.5;

    /// <summary>What ours may be below FGD on any list.</summary>
    private const double WorstLoss = 0.1;

    /// <summary>The part of the pods that FGD's typical classes make up.</summary>
    private const double TypicalPart = 0.95;

    private const string Fgd = "FGD";

    /// <summary>What a pool runs when nothing is configured.</summary>
    private const string Pool = "pool's default";

    private const string Foresight = "Foresight";

    private static readonly string[] Published = ["BestFit", "DotProd", "GpuPacking", "GpuClustering", Fgd];

    private static readonly int[] OwnOrders = [1, 2, 3, 4, 5];

    public static int Run(TextWriter output, string[] options)
    {
        var folder = options.FirstOrDefault(o => o.StartsWith("data=", StringComparison.Ordinal))?[5..] ?? OpenbData.Folder;
        if (options.Contains("scale")) return OpenbScale.Run(output, OpenbData.Nodes(folder), OpenbData.List(folder, OpenbData.Lists(folder)[0]));
        return (options.Contains("shuffled") ? Shuffled(output, folder) : Measure(output, folder, options.Contains("given"))).Report(output);
    }

    /// <summary>All published policies and ours, in the published orders; quick: ours and FGD in all orders, the others in one.</summary>
    public static Lines Measure(TextWriter output, string folder, bool given = false, bool quick = false)
    {
        var clock = Stopwatch.StartNew();
        var nodes = OpenbData.Nodes(folder);
        var lists = OpenbData.Lists(folder).Select(l => OpenbData.List(folder, l)).ToArray();
        var published = OpenbData.Published(folder);
        var runs = (from list in lists
                    from seed in list.Orders.Keys
                    from policy in Published.Append(Pool).Append(Foresight)
                    where !quick || policy is Pool or Fgd || seed == list.Orders.Keys.Min()
                    select (list, seed, policy)).ToArray();
        var failures = new ConcurrentBag<string>();
        var table = new OpenbTable([.. Published, Pool, Foresight]);
        var points = 0;
        var placements = 0;
        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, run =>
        {
            var (list, seed, policy) = run;
            var (podRows, nodeRows) = list.Orders[seed];
            OpenbNode[] ordered = [.. nodeRows.Select(r => nodes[r])];
            var pods = podRows.Select(r => list.Pods[r]);
            if (policy == Pool)
            {
                table.Add(list.Name, policy, new OpenbProduct(ordered).Run(pods)[AllocationCurve.LastPoint]);
                return;
            }

            var replay = new OpenbReplay(ordered, ScoringPolicies.ByName[policy], policy == Foresight && !given ? null : Given(list)) { Log = [] };
            var row = replay.Run(pods);
            table.Add(list.Name, policy, row[AllocationCurve.LastPoint]);
            if (policy == Foresight) return;
            var wrong = Compare(row, published[(list.Name, policy, seed)]);
            Interlocked.Add(ref points, row.Length);
            if (wrong.Length > 0) failures.Add($"{list.Name} seed {seed} {policy}: {wrong}");
            if (OpenbData.Placements(folder, list.Name, policy, seed) is not { } golden) return;
            Interlocked.Add(ref placements, golden.Length);
            if (Compare(replay.Log!, golden, nodeRows, nodes) is { Length: > 0 } other) failures.Add($"{list.Name} seed {seed} {policy}: {other}");
        });

        output.WriteLine($"GPU allocation in % at 130 % arrivals, mean over the seeds. Ours know only what has arrived{(given ? " (Foresight here is told)" : "")}; FGD is given the list's classes.");
        table.Print(output, Fgd, Pool, Foresight);
        output.WriteLine($"{points} published points and {placements} golden placements compared; {runs.Length} replays in {clock.Elapsed.TotalSeconds:N0} s.");
        foreach (var failure in failures.Order(StringComparer.Ordinal)) output.WriteLine($"DIFFERS {failure}");
        var lines = new Lines();
        lines.Add("openb: published policies give the published rows", $"within 0.01, {points:N0} points, {placements:N0} golden placements", failures.IsEmpty ? "all" : $"{failures.Count} runs differ", failures.IsEmpty);
        Judge(lines, table, "");
        return lines;
    }

    /// <summary>The same lists in orders of our own, to see whether ours was fitted to the published seeds.</summary>
    private static Lines Shuffled(TextWriter output, string folder)
    {
        var nodes = OpenbData.Nodes(folder);
        var lists = OpenbData.Lists(folder).Select(l => OpenbData.List(folder, l)).ToArray();
        string[] policies = [Fgd, Pool, Foresight];
        var runs = (from list in lists from seed in OwnOrders from policy in policies select (list, seed, policy)).ToArray();
        var table = new OpenbTable(policies);
        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, run =>
        {
            var (list, seed, policy) = run;
            var random = new Random(seed);
            var first = list.Orders.MinBy(o => o.Key).Value;
            int[] podRows = [.. first.Pods];
            int[] nodeRows = [.. first.Nodes];
            random.Shuffle(podRows);
            random.Shuffle(nodeRows);
            OpenbNode[] ordered = [.. nodeRows.Select(r => nodes[r])];
            var pods = podRows.Select(r => list.Pods[r]);
            var row = policy == Pool ? new OpenbProduct(ordered).Run(pods) : new OpenbReplay(ordered, ScoringPolicies.ByName[policy], policy == Foresight ? null : Given(list)).Run(pods);
            table.Add(list.Name, policy, row.Last(y => !double.IsNaN(y)));
        });

        output.WriteLine("GPU allocation in % at 130 % arrivals, in five orders of our own, mean over them.");
        table.Print(output, Fgd, Pool, Foresight);
        var lines = new Lines();
        Judge(lines, table, ", orders of our own");
        return lines;
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

    private static void Judge(Lines lines, OpenbTable table, string where)
    {
        var margins = table.Margins(Pool, Fgd);
        lines.AtLeast($"openb: pool's default − FGD, mean of {margins.Length} lists{where}", margins.Average(), MeanMargin);
        lines.AtLeast($"openb: pool's default − FGD, worst list{where}", margins.Min(), -WorstLoss);
    }
}
