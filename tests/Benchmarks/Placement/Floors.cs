using System.Globalization;

namespace Benchmarks.Placement;

/// <summary>
/// What issue 3 asks of placement, held on 2 cores (AMD EPYC, shared virtual machine, Debian 12, .NET 10, 2026-11-22): a run that breaks one ends
/// with an error. Figures are thread CPU, so that a busy neighbour hardly shows; a slower machine may need other floors, in this file.
/// </summary>
internal sealed class Floors
{
    /// <summary>Place + release per second and core: 7,500 nodes × 8, two levels, gangs of 1–1,024 nodes at 94 % full.</summary>
    public const double MixedPerSecond = 500_000;

    /// <summary>"Can never fit", at 7,500 nodes.</summary>
    public const double NeverMicros = 1_000;

    /// <summary>The reasons why something does not fit, at 7,500 nodes.</summary>
    public const double DiagnoseMicros = 1_000;

    /// <summary>A gang under rules (slices, spread, anti-affinity, spares, NVLink domains), place + release at 7,500 nodes.</summary>
    public const double RulesMicros = 1_000;

    /// <summary>Mixed work at 100,000 nodes against 1,000: cost grows at most so much for a hundred times the nodes.</summary>
    public const double MixedGrowth = 10;

    private readonly List<string> broken = [];

    public void AtLeast(string what, double value, double floor) => Hold(what, value, floor, value >= floor);

    public void AtMost(string what, double value, double ceiling) => Hold(what, value, ceiling, value <= ceiling);

    /// <summary>Says which floors were broken; returns the process's exit code.</summary>
    public int Report(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(broken.Count == 0 ? "All floors hold." : $"BROKEN: {string.Join("; ", broken)}");
        return broken.Count == 0 ? 0 : 1;
    }

    private void Hold(string what, double value, double bound, bool holds)
    {
        if (!holds) broken.Add(string.Create(CultureInfo.InvariantCulture, $"{what} is {value:N0}, the floor is {bound:N0}"));
    }
}
