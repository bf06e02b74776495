using System.Collections.Frozen;

namespace Scheduling.Placement.Policies;

/// <summary>The placement policies by name.</summary>
public static class ScoringPolicies
{
    /// <summary>What a pool uses unless its operator names another.</summary>
    public static IScoringPolicy Default { get; } = new ForesightPolicy();

    /// <summary>All of them; names are compared without regard to case.</summary>
    public static FrozenDictionary<string, IScoringPolicy> ByName { get; } =
        new[] { Default, new BestFitPolicy(), new DotProdPolicy(), new GpuPackingPolicy(), new GpuClusteringPolicy(), new FgdPolicy() }
            .ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
}
