using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Scheduling.Placement.Policies;

/// <summary>The placement policies by name.</summary>
public static class ScoringPolicies
{
    /// <summary>What a pool uses unless its operator names another: the index's own search by level, which rates nothing.</summary>
    public const string ByLevel = "ByLevel";

    /// <summary>Ours among those that rate nodes.</summary>
    public static IScoringPolicy Foresight { get; } = new ForesightPolicy();

    /// <summary>All that rate nodes; names are compared without regard to case.</summary>
    public static FrozenDictionary<string, IScoringPolicy> ByName { get; } =
        new[] { Foresight, new BestFitPolicy(), new DotProdPolicy(), new GpuPackingPolicy(), new GpuClusteringPolicy(), new FgdPolicy() }
            .ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All that a pool may be told to use, the default first.</summary>
    public static ImmutableArray<string> Names { get; } = [ByLevel, .. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What to hand to a <see cref="PlacementIndex"/>: null for <see cref="ByLevel"/>.</summary>
    /// <exception cref="ArgumentException">No policy has this name.</exception>
    public static IScoringPolicy? Choose(string name) =>
        string.Equals(name, ByLevel, StringComparison.OrdinalIgnoreCase) ? null
        : ByName.TryGetValue(name, out var policy) ? policy
        : throw new ArgumentException($"No placement policy is called \"{name}\"; there are {string.Join(", ", Names)}.", nameof(name));
}
