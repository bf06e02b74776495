using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Backends;

/// <summary>All machines of a node source at one moment.</summary>
public sealed record ClusterInventory
{
    /// <summary>In name order; together they are everything the source has.</summary>
    public required ImmutableArray<RackSpec> Racks { get; init; }

    /// <summary>Nodes that the source shows but does not call ready.</summary>
    public ImmutableHashSet<NodeId> NotReady { get; init; } = [];

    /// <summary>What else the source knows of its nodes.</summary>
    public IReadOnlyDictionary<NodeId, NodeFacts> Facts { get; init; } = ImmutableDictionary<NodeId, NodeFacts>.Empty;

    /// <summary>Nodes that are new to their rack here: their grains, which may hold them out, are told before the rack has them to give.</summary>
    public ImmutableHashSet<NodeId> Arrived { get; init; } = [];

    /// <summary>Pools of this source that have no nodes now: what racks they had are retired.</summary>
    public ImmutableArray<PoolId> EmptyPools { get; init; } = [];

    /// <summary>The pools of this source, in name order.</summary>
    public ImmutableArray<PoolId> Pools => [.. Racks.Select(r => r.Rack.Pool).Concat(EmptyPools).Distinct().OrderBy(p => p.Value, StringComparer.Ordinal)];
}
