using System.Collections.Immutable;
using Grains.Clusters;
using Grains.Nodes;
using Grains.Pools;
using Grains.Racks;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>Makes machines known to the grains.</summary>
internal sealed class GrainNodeSink(IGrainFactory grains) : INodeSink
{
    /// <summary>Racks asked for at once.</summary>
    private const int PageSize = 256;

    public Task AddPool(PoolId pool) => grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(pool);

    public Task<RackView> Offer(RackSpec rack) => grains.GetGrain<IRackGrain>(rack.Rack.Value).Offer(rack);

    public Task<RackView?> Find(RackId rack) => grains.GetGrain<IRackGrain>(rack.Value).GetView();

    public Task<bool> Observe(NodeObservation observation) => grains.GetGrain<INodeGrain>(observation.Spec.Name.Value).Observe(observation);

    public async Task<ImmutableArray<RackId>> KnownRacks(PoolId pool, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<IPoolGrain>(pool.Value);
        var known = ImmutableArray.CreateBuilder<RackId>();
        string? after = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await grain.ListRacks(after, PageSize);
            known.AddRange(page);
            if (page.Length < PageSize)
            {
                return known.ToImmutable();
            }

            after = page[^1].Value;
        }
    }
}
