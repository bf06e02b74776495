using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Quotas;

[GenerateSerializer, Immutable]
public sealed record ChargeBatch
{
    /// <summary>Who asks: told through <c>IPoolGrain.QuotaFreed</c> when room appears where it was refused.</summary>
    [Id(0)] public required PoolId Pool { get; init; }

    [Id(1)] public required ImmutableArray<QuotaCharge> Charges { get; init; }

    /// <summary>The version of the settings that the pool knows; 0: none.</summary>
    [Id(2)] public long KnownVersion { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record ChargeAnswer
{
    /// <summary>By position in the batch: null when granted, otherwise the limit that bound.</summary>
    [Id(0)] public required ImmutableArray<QuotaRefusal?> Refusals { get; init; }

    /// <summary>By position: granted, and above what its levels are owed, so that an owner may want it back.</summary>
    [Id(1)] public ImmutableArray<bool> Borrows { get; init; } = [];

    /// <summary>All levels' settings, when they are not those that the pool knows.</summary>
    [Id(2)] public LevelSettings? Settings { get; init; }
}

/// <summary>What is set in one tree: a level that is not named has nothing set.</summary>
[GenerateSerializer, Immutable]
public sealed record LevelSettings
{
    [Id(0)] public required long Version { get; init; }

    /// <summary>In path order.</summary>
    [Id(1)] public required ImmutableArray<QuotaLevelState> Levels { get; init; }
}
