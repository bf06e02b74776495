namespace Benchmarks.Placement;

/// <summary>
/// What issue 3 asks of placement, held on 2 cores (AMD EPYC, shared virtual machine, Debian 12, .NET 10, 2026-11-22): a run that breaks one ends
/// with an error. Figures are thread CPU, so that a busy neighbour hardly shows; a slower machine may need other floors, in this file.
/// </summary>
internal static class Floors
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
}
