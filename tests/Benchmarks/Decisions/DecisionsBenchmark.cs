using System.Globalization;
using System.Runtime.InteropServices;
using Benchmarks.Brain;
using Benchmarks.Placement;

namespace Benchmarks.Decisions;

/// <summary>
/// What one decision of the pool's production machine costs, and how that grows with nodes and with the queue. Fails above the bars.
/// </summary>
internal static class DecisionsBenchmark
{
    /// <summary>Issue 3's bar for each of the columns: 1 ms, in µs.</summary>
    private const double Bar = 1000;

    /// <summary>For ten times as many nodes or waiting jobs a decision may cost at most so many times as much: near-flat.</summary>
    private const double Growth = 10;

    public static int Run(TextWriter output, string[] options) => Measure(output, options.Contains("quick")).Report(output);

    /// <summary>Quick: the size of the bars, 7,500 nodes and 10,000 waiting, and nothing else.</summary>
    public static Lines Measure(TextWriter output, bool quick)
    {
        output.WriteLine("Decisions of a pool's machine: µs of thread CPU, mean of a batch, least of 5 batches; the pool is 94 % full, every waiting job asks for something else.");
        output.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Command: build/bench.sh decisions");
        output.WriteLine();
        output.WriteLine("| nodes | waiting | a fitting job behind them | \"can never fit\" | explain the last | explain a gang of a quarter of the pool |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|");
        int[] sizes = [1_000, 10_000, 100_000];

        // Not counted: until the compiler has done its second pass over code that runs often, everything costs several times as much.
        for (var warm = 0; warm < 3; warm++) _ = Row(TextWriter.Null, 1_000, 1_000);
        var rows = (quick ? [(Nodes: 7_500, Pending: 10_000)] : sizes.SelectMany(n => sizes.Select(p => (Nodes: n, Pending: p))).Prepend((Nodes: 7_500, Pending: 10_000)))
            .ToDictionary(c => c, c => Row(output, c.Nodes, c.Pending));
        var barred = rows[(7_500, 10_000)];
        var lines = new Lines();
        lines.AtMost("decisions: a fitting job behind 10,000 that do not fit, 7,500 nodes", barred.Place, Bar, " µs", "N1");
        lines.AtMost("decisions: \"can never fit\", 7,500 nodes", barred.Never, Bar, " µs", "N1");
        lines.AtMost("decisions: explain the last of 10,000, 7,500 nodes", barred.Explain, Bar, " µs", "N1");
        lines.AtMost("decisions: explain a gang of a quarter of 7,500 nodes", barred.ExplainHero, Bar, " µs", "N1");
        if (quick) return lines;
        lines.AtMost("decisions: slowest of any kind, 1,000–100,000 nodes and waiting", rows.Values.Max(r => r.Worst), Bar, " µs", "N1");
        lines.AtMost("decisions: a fitting job, 100,000 nodes and waiting over 1,000 and 1,000", rows[(100_000, 100_000)].Place / rows[(1_000, 1_000)].Place, Growth, "×");
        lines.AtMost("decisions: explain, 100,000 waiting over 1,000, 10,000 nodes", rows[(10_000, 100_000)].Explain / rows[(10_000, 1_000)].Explain, Growth, "×");
        return lines;
    }

    private static Costs Row(TextWriter output, int nodes, int pending)
    {
        var pool = new CrowdedPool(nodes, pending);
        var place = Measure(200, pool.PlaceOne);
        var never = Measure(200, pool.RefuseOne);
        var explain = Measure(50, () => pool.Explain());
        var hero = pool.Hero();
        var costs = new Costs(place, never, explain, Measure(50, () => pool.Machine.Explain(hero, _ => true)));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {nodes:N0} | {pending:N0} | {costs.Place:N1} | {costs.Never:N1} | {costs.Explain:N1} | {costs.ExplainHero:N1} |"));
        return costs;
    }

    private static double Measure(int times, Action action)
    {
        action();
        var least = double.MaxValue;
        for (var batch = 0; batch < 5; batch++)
        {
            var started = ThreadClock.Now();
            for (var i = 0; i < times; i++)
            {
                action();
            }

            least = Math.Min(least, (ThreadClock.Now() - started) / 1000.0 / times);
        }

        return least;
    }

    private sealed record Costs(double Place, double Never, double Explain, double ExplainHero)
    {
        public double Worst => Math.Max(Math.Max(Place, Never), Math.Max(Explain, ExplainHero));
    }
}
