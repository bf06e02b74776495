using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Scheduling.Model;

namespace Gateway.Kubernetes.Hosting;

/// <summary>A node source of which only the pools count that are nobody else's: two clusters never have nodes in one pool.</summary>
internal sealed class ClaimingNodeSource(INodeSource source, PoolClaims claims, ILogger logger) : INodeSource
{
    private readonly ConcurrentDictionary<PoolId, bool> _told = new();

    public string Name => source.Name;

    public Task Changed => source.Changed;

    public async Task<ClusterInventory> Read(CancellationToken cancellationToken)
    {
        var inventory = await source.Read(cancellationToken);
        var others = inventory.Pools.Where(p => !claims.Claim(p, Name)).ToImmutableHashSet();
        foreach (var pool in others.Where(p => _told.TryAdd(p, true)))
        {
            HostingLog.PoolIsAnothers(logger, Name, pool, claims.OwnerOf(pool));
        }

        return others.IsEmpty ? inventory : inventory with
        {
            Racks = [.. inventory.Racks.Where(r => !others.Contains(r.Rack.Pool))],
            EmptyPools = [.. inventory.EmptyPools.Where(p => !others.Contains(p))],
        };
    }
}
