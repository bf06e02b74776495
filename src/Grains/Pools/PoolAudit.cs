using System.Collections.Immutable;

namespace Grains.Pools;

/// <summary>What the online checker found since the activation began.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolAudit
{
    /// <summary>Invariant checks made.</summary>
    [Id(0)] public required long Checks { get; init; }

    /// <summary>The newest failures, each "I1: what was found". Empty is what it should be.</summary>
    [Id(1)] public required ImmutableArray<string> Failures { get; init; }

    public static PoolAudit None { get; } = new() { Checks = 0, Failures = [] };
}
