using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>What racks hold already, as they say themselves.</summary>
internal interface IKnownRacks
{
    /// <summary>All racks of the pools that are <paramref name="ours"/>, with their slots.</summary>
    Task<ImmutableArray<RackView>> Read(Func<PoolId, bool> ours, CancellationToken cancellationToken);
}
