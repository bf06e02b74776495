using System.Globalization;

namespace Benchmarks.Brain;

/// <summary>The lines that one benchmark found, in order.</summary>
internal sealed class Lines
{
    private readonly List<Line> all = [];

    public IReadOnlyList<Line> All => all;

    public bool Hold => all.TrueForAll(l => l.Ok);

    public void Add(string name, string bar, string measured, bool ok) => all.Add(new Line(name, bar, measured, ok));

    public void Add(Lines more) => all.AddRange(more.All);

    public void AtLeast(string name, double value, double floor, string unit = "", string format = "N2") =>
        Add(name, $"≥ {Text(floor, format, unit)}", Text(value, format, unit), value >= floor);

    public void AtMost(string name, double value, double ceiling, string unit = "", string format = "N2") =>
        Add(name, $"≤ {Text(ceiling, format, unit)}", Text(value, format, unit), value <= ceiling);

    /// <summary>One table; returns the process's exit code.</summary>
    public int Report(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("| line | bar | measured | ok |");
        output.WriteLine("|---|---|---|---|");
        foreach (var line in all) output.WriteLine($"| {line.Name} | {line.Bar} | {line.Measured} | {(line.Ok ? "yes" : "**NO**")} |");
        output.WriteLine();
        output.WriteLine(Hold ? $"All {all.Count} lines hold." : $"REGRESSED: {all.Count(l => !l.Ok)} of {all.Count} lines do not hold.");
        return Hold ? 0 : 1;
    }

    private static string Text(double value, string format, string unit) => value.ToString(format, CultureInfo.InvariantCulture) + unit;
}
