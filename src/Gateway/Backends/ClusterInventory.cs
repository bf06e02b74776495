using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>All machines of a node source at one moment.</summary>
public sealed record ClusterInventory
{
    /// <summary>In name order; together they are everything the source has.</summary>
    public required ImmutableArray<RackSpec> Racks { get; init; }

    /// <summary>Nodes that the source shows but does not call ready.</summary>
    public ImmutableHashSet<NodeId> NotReady { get; init; } = [];

    /// <summary>The pools these racks are in, in name order.</summary>
    public ImmutableArray<PoolId> Pools => [.. Racks.Select(r => r.Rack.Pool).Distinct().OrderBy(p => p.Value, StringComparer.Ordinal)];
}
