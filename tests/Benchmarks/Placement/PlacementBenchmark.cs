using System.Globalization;
using System.Runtime.InteropServices;
using Benchmarks.Brain;

namespace Benchmarks.Placement;

/// <summary>
/// Place + release per decision, against a bare bitmask index that knows nothing but whole free nodes (or free GPUs), in the same run.
/// </summary>
internal static class PlacementBenchmark
{
    /// <summary>More than elsewhere: this one is held to a floor, and neighbours on the machine take its cache.</summary>
    private const int MixedBatches = 15;

    public static int Run(TextWriter output, string[] options)
    {
        var only = options.FirstOrDefault(o => o != "quick") ?? "";
        return Measure(output, options.Contains("quick"), part => part.Contains(only, StringComparison.Ordinal)).Report(output);
    }

    /// <param name="output">Where the tables go.</param>
    /// <param name="quick">7,500 nodes only, and fewer batches.</param>
    /// <param name="wanted">Which parts: "gang 1" and so on, "mixed", "single", "questions", "rules".</param>
    public static Lines Measure(TextWriter output, bool quick, Func<string, bool> wanted)
    {
        var batches = quick ? 3 : 7;
        var floors = new Lines();
        output.WriteLine($"Placement index, place + release, ns of thread CPU, least of {batches} batches.");
        output.WriteLine($"Machine: {Cpu()}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Command: dotnet run -c Release --project tests/Benchmarks -- placement"));
        output.WriteLine("8-GPU nodes, racks of 32, blocks of 8 racks (16 at 100,000). \"lasting\" returns an immutable GangPlacement; \"constrained\" adds GPU model,");
        output.WriteLine("label selector, two kinds of node (taint) and a preferred block. Ratios are to the bare index.");
        output.WriteLine();
        output.WriteLine("| work | nodes | bare | index | ratio | lasting | ratio | constrained | ratio | index/s |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        int[] sizes = quick ? [7_500] : [7_500, 100_000];
        foreach (var nodes in sizes)
        {
            foreach (var workers in new[] { 1, 8, 32, 64, 256, 1024 })
            {
                var ops = Math.Max(400, 400_000 / (workers + 4)) / (quick ? 4 : 1);
                if (wanted($"gang {workers}")) Row(output, $"gang {workers}", nodes, bare: new BareIndex(nodes, 64), 64, index => Drivers.OneSize(index, workers, nodes, batches, ops));
            }
        }

        int[] flat = quick ? [7_500] : [1_000, 7_500, 10_000, 100_000];
        var mixed = new Dictionary<int, double>();
        foreach (var nodes in flat)
        {
            if (wanted("mixed")) mixed[nodes] = Row(output, "mixed 1..1,024, 94 % full", nodes, new BareIndex(nodes, nodes / 8 + 5000), nodes / 8 + 5000, index => Drivers.Mixed(index, nodes, MixedBatches, 20_000));
        }

        foreach (var nodes in flat)
        {
            if (wanted("single")) Row(output, "single 1/2/4 GPUs, 94 % full", nodes, new BareGpuIndex(nodes, nodes * 8 + 5000), nodes * 8 + 5000, index => Drivers.SubNode(index, nodes, batches, quick ? 50_000 : 200_000));
        }

        if (mixed.TryGetValue(7_500, out var cost)) floors.AtLeast("placement: gangs of 1–1,024 nodes, 7,500 nodes, 94 % full, place + release", 1e9 / cost, Floors.MixedPerSecond, "/s", "N0");
        if (mixed.TryGetValue(1_000, out var small) && mixed.TryGetValue(100_000, out var large)) floors.AtMost("placement: the same at 100,000 nodes over 1,000", large / small, Floors.MixedGrowth, "×");
        if (wanted("questions")) Questions(output, flat, batches, floors);
        if (wanted("rules")) RuleRows.Run(output, flat, batches, floors);
        return floors;
    }

    /// <summary>What a planner asks between placements, of a pool that is 94 % full and changes by one worker each time.</summary>
    private static void Questions(TextWriter output, int[] sizes, int batches, Lines floors)
    {
        output.WriteLine();
        output.WriteLine("| question | nodes | µs |");
        output.WriteLine("|---|---:|---:|");
        foreach (var nodes in sizes)
        {
            var index = new ProductContender(nodes, nodes * 8 + 5000);
            _ = Drivers.SubNode(index, nodes, 1, 1000);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| CouldFitNow, gang of 64 nodes | {nodes:N0} | {Drivers.Repeat(batches, 2000, () => index.CouldFit(64, 8)) / 1000:N2} |"));
            var diagnose = Drivers.Repeat(batches, 200, () => index.Diagnose(64, 8)) / 1000;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| Diagnose, gang of 64 nodes | {nodes:N0} | {diagnose:N1} |"));
            if (nodes == 7_500) floors.AtMost("placement: why a gang does not fit, 7,500 nodes", diagnose, Floors.DiagnoseMicros, " µs", "N1");
        }
    }

    private static double Row(TextWriter output, string work, int nodes, IContender bare, int gangs, Func<IContender, double> measure)
    {
        var perBlock = nodes >= 100_000 ? 16 : 8;
        var limit = measure(bare);
        var index = measure(new ProductContender(nodes, gangs, racksPerBlock: perBlock));
        var lasting = measure(new ProductContender(nodes, gangs, lasting: true, racksPerBlock: perBlock));
        var constrained = measure(new ProductContender(nodes, gangs, constrained: true, racksPerBlock: perBlock));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {work} | {nodes:N0} | {limit:N0} | {index:N0} | {index / limit:N1} | {lasting:N0} | {lasting / limit:N1} | {constrained:N0} | {constrained / limit:N1} | {1e9 / index:N0} |"));
        return index;
    }

    private static string Cpu()
    {
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown CPU";
    }
}
