using System.Collections.Immutable;
using Grains.Nodes;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>Where machines are made known. Every call may be repeated; a second one changes nothing.</summary>
public interface INodeSink
{
    Task AddPool(PoolId pool);

    Task Offer(RackSpec rack);

    Task Observe(NodeObservation observation);

    /// <summary>Names of the racks that the pool knows and that still have nodes.</summary>
    Task<ImmutableArray<RackId>> KnownRacks(PoolId pool, CancellationToken cancellationToken);
}
