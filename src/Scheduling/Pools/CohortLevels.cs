using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>What a quota tree says of its levels' turns: a level that is not named has weight 1 and is owed nothing.</summary>
[GenerateSerializer, Immutable]
public sealed record CohortLevels
{
    [Id(0)] public required string Cohort { get; init; }

    /// <summary>Of the tree's settings.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>In path order.</summary>
    [Id(2)] public required ImmutableArray<LevelShare> Levels { get; init; }

    /// <summary>From a tree's settings.</summary>
    public static CohortLevels Of(string cohort, long version, ImmutableArray<QuotaLevelState> settings) => new()
    {
        Cohort = cohort,
        Version = version,
        Levels = [.. settings.Where(s => s.Spec.Weight != 1 || !s.Spec.Nominal.IsEmpty).Select(s => new LevelShare(s.Path, s.Spec.Weight, s.Spec.Nominal))],
    };
}

/// <summary>One level's weight among its siblings, and what it is owed.</summary>
[GenerateSerializer, Immutable]
public readonly record struct LevelShare([property: Id(0)] QuotaPath Path, [property: Id(1)] int Weight, [property: Id(2)] ImmutableArray<ResourceAmount> Nominal);
