using System.Collections.Immutable;
using Grains.Pools;
using Scheduling;

namespace Simulation.Planted;

/// <summary>A bug that is put into the product by taking guards away, and how the simulation is to find it.</summary>
/// <param name="Guards">What is taken away; the first gives the bug its name.</param>
/// <param name="Ground">Where it is looked for.</param>
/// <param name="Breaks">The invariants of which one must be seen to break.</param>
/// <param name="Seed">Found from this seed on within a few runs: what the ordinary test run looks at.</param>
/// <param name="Threads">Rows of the list of peers' bugs that it stands for, as their threads; empty: none.</param>
internal sealed record PlantedBug(ImmutableArray<Guard> Guards, HuntingGround Ground, string Breaks, int Seed, string Threads = "")
{
    public Guard Name => Guards[0];

    /// <summary>The finding counts for this bug.</summary>
    public bool IsShownBy(string finding) => Breaks.Split(' ').Select(b => b == "I" ? b : b + ':').Any(number => finding.Contains(number, StringComparison.Ordinal));

    public override string ToString() => string.Join("+", Guards);
}

/// <summary>A kind of run in which bugs are looked for.</summary>
internal sealed record HuntingGround(string Name, Profile Profile)
{
    /// <summary>Another scenario than the one that the profile draws.</summary>
    public Func<int, Scenario>? Draw { get; init; }

    /// <summary>Journals are replaced by a snapshot after so many entries.</summary>
    public int SnapshotAfter { get; init; } = 1000;

    /// <summary>Other settings of pools.</summary>
    public Action<PoolOptions>? Pools { get; init; }

    public Ending Ending { get; init; } = Ending.Empty;

    /// <summary>Those who look at calls, promises, rests and snapshots go along: they know the world without models of what is outside.</summary>
    public bool HasReferees { get; init; } = true;

    /// <summary>Further checkers than those that every hunt has.</summary>
    public ImmutableArray<Func<SimulatedWorld, IChecker>> Checkers { get; init; } = [];

    public override string ToString() => Name;
}
