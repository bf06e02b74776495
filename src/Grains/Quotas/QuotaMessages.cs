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

/// <summary>What a pool wants to know before it makes anybody leave.</summary>
[GenerateSerializer, Immutable]
public sealed record ForeseeBatch
{
    [Id(0)] public required PoolId Pool { get; init; }
    [Id(1)] public ImmutableArray<ChargeQuestion> Questions { get; init; } = [];

    /// <summary>Attempts that run: which of them use what others are owed?</summary>
    [Id(2)] public ImmutableArray<AttemptId> Running { get; init; } = [];

    /// <summary>The version of the settings that the pool knows; 0: none.</summary>
    [Id(3)] public long KnownVersion { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record ChargeQuestion
{
    [Id(0)] public required QuotaCharge Charge { get; init; }

    /// <summary>And if these were gone?</summary>
    [Id(1)] public ImmutableArray<AttemptId> Without { get; init; } = [];

    /// <summary>They are about to be: what they give back is kept for this charge until it is made, is called off, or nobody asks for so long.</summary>
    [Id(2)] public bool Keep { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record Foresight
{
    /// <summary>By the position of the question.</summary>
    [Id(0)] public required ImmutableArray<ChargeOutlook> Outlooks { get; init; }

    /// <summary>Those of the running ones that use what others are owed.</summary>
    [Id(1)] public required ImmutableArray<AttemptId> Borrowing { get; init; }

    /// <summary>All levels' settings, when they are not those that the pool knows.</summary>
    [Id(2)] public LevelSettings? Settings { get; init; }
}
