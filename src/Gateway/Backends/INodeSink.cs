using System.Collections.Immutable;
using Grains.Nodes;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>Where machines are made known. Every call may be repeated; a second one changes nothing.</summary>
public interface INodeSink
{
    Task AddPool(PoolId pool);

    /// <summary>Answers the rack as it stands now: nodes that left the offer stay in it until their workers are gone.</summary>
    Task<RackView> Offer(RackSpec rack);

    /// <summary>The rack as it stands now; null when there is no such rack.</summary>
    Task<RackView?> Find(RackId rack);

    /// <summary>Answers whether the node's rack has heard what follows.</summary>
    Task<bool> Observe(NodeObservation observation);

    /// <summary>Names of the racks that the pool knows and that still have nodes.</summary>
    Task<ImmutableArray<RackId>> KnownRacks(PoolId pool, CancellationToken cancellationToken);
}
