using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>One scale set, as the operator set it up.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetSpec
{
    /// <summary>The cloud's resource id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The pool that its machines belong to.</summary>
    [Id(1)] public required PoolId Pool { get; init; }

    /// <summary>Never more machines than this. ≥ 0.</summary>
    [Id(2)] public required int Ceiling { get; init; }

    /// <summary>Never more machines than this are asked to go within ten minutes; 0: no limit.</summary>
    [Id(3)] public int MaxReturnsPerTenMinutes { get; init; }
}
