using System.Collections.Immutable;
using Scheduling.Model;

namespace Grains.Clusters;

/// <summary>What the directory stores.</summary>
[GenerateSerializer, Immutable]
public sealed record DirectoryRecord
{
    /// <summary>In name order.</summary>
    [Id(0)] public ImmutableArray<PoolId> Pools { get; init; } = [];

    /// <summary>In name order.</summary>
    [Id(1)] public ImmutableArray<string> Cohorts { get; init; } = [];
}
