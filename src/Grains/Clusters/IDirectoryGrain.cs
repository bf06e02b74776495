using System.Collections.Immutable;
using Orleans.Concurrency;
using Scheduling.Model;

namespace Grains.Clusters;

/// <summary>Which pools and quota trees there are. One grain, key "directory"; read through caches, written rarely.</summary>
[Alias("Grains.Clusters.IDirectoryGrain")]
public interface IDirectoryGrain : IGrainWithStringKey
{
    const string Key = "directory";

    [ReadOnly]
    [OpenToGateways]
    Task<DirectoryView> GetView();

    [OpenToGateways]
    Task AddPool(PoolId pool);

    Task AddCohort(string cohort);
}

[GenerateSerializer, Immutable]
public sealed record DirectoryView
{
    [Id(0)] public required ImmutableArray<PoolId> Pools { get; init; }
    [Id(1)] public required ImmutableArray<string> Cohorts { get; init; }
}
