namespace Scheduling.Pools;

/// <summary>How much a pool takes on at once.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolLimits
{
    /// <summary>Jobs waiting. Default 1,000,000.</summary>
    [Id(0)] public int MaxPendingJobs { get; init; } = 1_000_000;

    /// <summary>Jobs waiting per tenant. Default 500,000.</summary>
    [Id(1)] public int MaxPendingPerTenant { get; init; } = 500_000;

    /// <summary>Attempts between plan and commit. Default 4,096.</summary>
    [Id(2)] public int MaxPlacing { get; init; } = 4096;
}
