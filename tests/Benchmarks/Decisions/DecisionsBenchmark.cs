using System.Globalization;
using System.Runtime.InteropServices;
using Benchmarks.Placement;

namespace Benchmarks.Decisions;

/// <summary>
/// What one decision of the pool's production machine costs, and how that grows with nodes and with the queue. Fails above the bars:
/// every column at most 1 ms.
/// </summary>
internal static class DecisionsBenchmark
{
    /// <summary>Issue 3's bar for each of the columns: 1 ms, in µs.</summary>
    private const double Bar = 1000;

    public static int Run(TextWriter output, string[] options)
    {
        var quick = options.Contains("quick");
        output.WriteLine("Decisions of a pool's machine: µs of thread CPU, mean of a batch, least of 5 batches; the pool is 94 % full, every waiting job asks for something else.");
        output.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Command: build/bench.sh decisions");
        output.WriteLine();
        output.WriteLine("| nodes | waiting | a fitting job behind them | \"can never fit\" | explain the last | explain a gang of a quarter of the pool | worst |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---|");
        (int Nodes, int Pending)[] cases = quick
            ? [(7_500, 10_000)]
            : [(1_000, 10_000), (7_500, 10_000), (10_000, 10_000), (100_000, 10_000), (10_000, 1_000), (10_000, 100_000)];
        var failed = false;
        foreach (var (nodes, pending) in cases)
        {
            failed |= !Row(output, nodes, pending);
        }

        return failed ? 1 : 0;
    }

    private static bool Row(TextWriter output, int nodes, int pending)
    {
        var pool = new CrowdedPool(nodes, pending);
        var place = Measure(200, pool.PlaceOne);
        var never = Measure(200, pool.RefuseOne);
        var explain = Measure(50, () => pool.Explain());
        var hero = pool.Hero();
        var explainHero = Measure(50, () => pool.Machine.Explain(hero, _ => true));
        var worst = Math.Max(Math.Max(place, never), Math.Max(explain, explainHero));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {nodes:N0} | {pending:N0} | {place:N1} | {never:N1} | {explain:N1} | {explainHero:N1} | {(worst <= Bar ? "ok" : "ABOVE 1 ms")} |"));
        return worst <= Bar;
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
}
