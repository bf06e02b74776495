namespace Benchmarks.Brain;

/// <summary>One thing that is held, with what was measured.</summary>
/// <param name="Name">What, short.</param>
/// <param name="Bar">What it must be.</param>
/// <param name="Measured">What it is.</param>
/// <param name="Ok">Whether it holds.</param>
internal sealed record Line(string Name, string Bar, string Measured, bool Ok);
