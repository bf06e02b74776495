using System.Diagnostics;
using System.Globalization;
using Benchmarks.Decisions;
using Benchmarks.OpenB;
using Benchmarks.Placement;
using Benchmarks.Preemption;
using Benchmarks.Traces;
using Scheduling.Tests.Placement;

namespace Benchmarks.Brain;

/// <summary>Everything that issue 3 holds the scheduling brain against, one after the other, and one table of what holds. Fails when a line does not.</summary>
internal static class BrainBenchmark
{
    /// <summary>Of the exact solver's GPUs on small mixed instances, in per cent.</summary>
    private const double PlacedBar = 97;

    public static int Run(TextWriter output, string[] options)
    {
        var quick = options.Contains("quick");
        // The tables of each part, for those who want them; the summary comes last.
        var details = options.Contains("details") ? output : TextWriter.Null;
        var lines = new Lines();
        Part(output, lines, "openb", () => OpenbBenchmark.Measure(details, OpenbData.Folder, quick: quick));
        Part(output, lines, "exactness", () => Exact(quick));
        Part(output, lines, "placement", () => PlacementBenchmark.Measure(details, quick, part => part is "mixed" or "questions" or "rules"));
        Part(output, lines, "preemption", () => PreemptionBenchmark.Measure(details, quick));
        Part(output, lines, "decisions", () => DecisionsBenchmark.Measure(details, quick));
        Part(output, lines, "traces", () => TracesBenchmark.Measure(details, name => !quick || TracesBenchmark.IsJudged(name)));
        return lines.Report(output);
    }

    private static void Part(TextWriter output, Lines lines, string name, Func<Lines> measure)
    {
        var clock = Stopwatch.StartNew();
        lines.Add(measure());
        output.WriteLine($"{name}: {clock.Elapsed.TotalSeconds:N0} s");
    }

    private static Lines Exact(bool quick)
    {
        var lines = new Lines();
        var rounds = quick ? 1_000 : 4_000;
        var wrong = Exactness.WrongRacks(rounds);
        lines.Add("placement: whole-node gangs on the fewest racks, against every subset", "100 %", string.Create(CultureInfo.InvariantCulture, $"{100.0 * (rounds - wrong.Count) / rounds:N1} % of {rounds:N0}"), wrong.Count == 0);
        var (used, most, optimal) = Exactness.Gpus(300);
        var percent = 100.0 * used / most;
        lines.Add("placement: GPUs placed of an exact solver's, 300 small mixed instances", $"≥ {PlacedBar:N0} %", string.Create(CultureInfo.InvariantCulture, $"{percent:N2} %; {optimal} of 300 optimal"), percent >= PlacedBar);
        return lines;
    }
}
