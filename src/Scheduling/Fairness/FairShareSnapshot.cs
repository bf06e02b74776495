using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Fairness;

/// <summary>A whole book: restored, it orders as it did.</summary>
[GenerateSerializer, Immutable]
public sealed record FairShareSnapshot
{
    [Id(0)] public required ImmutableArray<ResourceAmount> Capacity { get; init; }

    /// <summary>Parents before children.</summary>
    [Id(1)] public required ImmutableArray<FairShareLevelState> Levels { get; init; }
}

/// <summary>One level of a book.</summary>
[GenerateSerializer, Immutable]
public sealed record FairShareLevelState
{
    [Id(0)] public required QuotaPath Path { get; init; }

    /// <summary>What is charged to the path itself, beside the levels below it.</summary>
    [Id(1)] public bool IsDirect { get; init; }

    /// <summary>Weight and nominal were set.</summary>
    [Id(2)] public bool IsSet { get; init; }

    [Id(3)] public int Weight { get; init; } = 1;

    [Id(4)] public ImmutableArray<ResourceAmount> Nominal { get; init; } = [];

    [Id(5)] public ImmutableArray<ResourceAmount> Used { get; init; } = [];

    [Id(6)] public ImmutableArray<PastUse> Past { get; init; } = [];

    /// <summary>Up to when <see cref="Past"/> is counted, in ticks of UTC.</summary>
    [Id(7)] public long At { get; init; }
}

/// <summary>The decayed average use of one resource.</summary>
[GenerateSerializer, Immutable]
public readonly record struct PastUse([property: Id(0)] string Resource, [property: Id(1)] double Amount);
