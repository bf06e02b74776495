using System.Collections.Immutable;
using System.Text;
using Orleans.Metadata;
using Orleans.Runtime.Placement;

namespace Silo.Clustering;

/// <summary>A pool and its racks, which every placement has talk to each other, go onto one silo; pools go onto different ones.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking]
internal sealed class PoolPlacement : PlacementStrategy
{
    public static readonly PoolPlacement Instance = new();
}

/// <summary>Grains whose key is a pool's name, or begins with it.</summary>
internal sealed class PoolPlacementResolver : IPlacementStrategyResolver
{
    private static readonly ImmutableHashSet<string> Kinds = ["pool", "rack"];

    public bool TryResolvePlacementStrategy(GrainType grainType, GrainProperties? properties, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out PlacementStrategy result)
    {
        result = Kinds.Contains(grainType.ToString()!) ? PoolPlacement.Instance : null;
        return result is not null;
    }
}

/// <summary>Of all silos that with the highest number drawn from its address and the pool: when one leaves, only its pools move.</summary>
internal sealed class PoolPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) ?? Choose(PoolOf(target.GrainIdentity.Key.ToString()!), silos));
    }

    /// <summary>"pool" of "pool" and of "pool/rack".</summary>
    internal static string PoolOf(string key) => key.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? key[..slash] : key;

    internal static SiloAddress Choose(string pool, IReadOnlyCollection<SiloAddress> silos) =>
        silos.MaxBy(s => (Draw(pool, s), s)) ?? throw new OrleansException("There is no silo that can take it.");

    /// <summary>FNV-1a and a finish that spreads its bits: the same in every process.</summary>
    private static ulong Draw(string pool, SiloAddress silo)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes($"{silo.ToParsableString()} {pool}"))
            hash = (hash ^ b) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        return hash ^ (hash >> 33);
    }
}
