using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Grains.Clusters;
using Grains.Pools;
using Grains.Racks;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Asks the pools which racks they have, and each of those.</summary>
internal sealed class GrainKnownRacks(IGrainFactory grains) : IKnownRacks
{
    private const int PageSize = 256;
    private const int AtOnce = 16;

    public async Task<ImmutableArray<RackView>> Read(Func<PoolId, bool> ours, CancellationToken cancellationToken)
    {
        var racks = new List<RackId>();
        foreach (var pool in (await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).GetView()).Pools.Where(ours))
        {
            var grain = grains.GetGrain<IPoolGrain>(pool.Value);
            string? after = null;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                var page = await grain.ListRacks(after, PageSize);
                racks.AddRange(page);
                after = page.Length == PageSize ? page[^1].Value : null;
            }
            while (after is not null);
        }

        var views = new ConcurrentBag<RackView>();
        await Bounded.ForEach(racks, AtOnce, async rack =>
        {
            if (await grains.GetGrain<IRackGrain>(rack.Value).GetView() is { } view)
            {
                views.Add(view);
            }
        }, cancellationToken);
        return [.. views.OrderBy(v => v.Spec.Rack.Value, StringComparer.Ordinal)];
    }
}
