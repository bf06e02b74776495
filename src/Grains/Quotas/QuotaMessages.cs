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
}

[GenerateSerializer, Immutable]
public sealed record ChargeAnswer
{
    /// <summary>By position in the batch: null when granted, otherwise the limit that bound.</summary>
    [Id(0)] public required ImmutableArray<QuotaRefusal?> Refusals { get; init; }
}
