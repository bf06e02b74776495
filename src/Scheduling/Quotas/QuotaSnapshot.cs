using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>A whole quota tree: what all its entries add up to. Usage is not in it: it is the sum of the charges.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaSnapshot
{
    [Id(0)] public required string Cohort { get; init; }

    /// <summary>Every level that was ever used or set, in path order.</summary>
    [Id(1)] public required ImmutableArray<QuotaLevelState> Levels { get; init; }

    /// <summary>In attempt order.</summary>
    [Id(2)] public required ImmutableArray<QuotaCharge> Charges { get; init; }

    /// <summary>Plans that may not come back, oldest first.</summary>
    [Id(3)] public required ImmutableArray<PlanRef> Refunded { get; init; }

    /// <summary>In name order.</summary>
    [Id(4)] public required ImmutableArray<PoolId> Pools { get; init; }

    [Id(5)] public required long Version { get; init; }
}
