using System.Collections.Concurrent;
using System.Globalization;

namespace Benchmarks.OpenB;

/// <summary>GPU allocation by list and contender, each the mean over its runs.</summary>
internal sealed class OpenbTable(string[] contenders)
{
    private readonly ConcurrentDictionary<(string List, string Contender), ConcurrentBag<double>> runs = new();

    private string[] Lists => [.. runs.Keys.Select(k => k.List).Distinct().OrderBy(n => n != "default").ThenBy(n => n, StringComparer.Ordinal)];

    /// <summary>May be called from many threads.</summary>
    public void Add(string list, string contender, double percent) => runs.GetOrAdd((list, contender), _ => []).Add(percent);

    /// <summary>One contender against another, by list.</summary>
    public double[] Margins(string ours, string theirs) => [.. Lists.Select(l => Mean(l, ours) - Mean(l, theirs))];

    /// <summary>All contenders, and what each of <paramref name="ours"/> is above <paramref name="theirs"/>.</summary>
    public void Print(TextWriter output, string theirs, params string[] ours)
    {
        output.WriteLine($"| list | {string.Join(" | ", contenders)} | {string.Join(" | ", ours.Select(o => $"{o} − {theirs}"))} |");
        output.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", contenders.Length + ours.Length))}");
        foreach (var list in Lists) Row(output, list, [list], theirs, ours);
        Row(output, "mean", Lists, theirs, ours);
        // Constants that help one kind of load at the cost of the others show in these.
        foreach (var kind in new[] { "multigpu", "gpushare" })
            Row(output, $"mean of {kind}*", [.. Lists.Where(l => l.StartsWith(kind, StringComparison.Ordinal))], theirs, ours);
    }

    private void Row(TextWriter output, string name, string[] lists, string theirs, string[] ours)
    {
        if (lists.Length == 0) return;
        var means = contenders.Select(c => lists.Average(l => Mean(l, c)).ToString("F2", CultureInfo.InvariantCulture));
        var margins = ours.Select(o => lists.Average(l => Mean(l, o) - Mean(l, theirs)).ToString("+0.00;-0.00", CultureInfo.InvariantCulture));
        output.WriteLine($"| {name} | {string.Join(" | ", means)} | {string.Join(" | ", margins)} |");
    }

    private double Mean(string list, string contender) => runs[(list, contender)].Average();
}
