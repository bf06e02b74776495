using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Grains.Nodes;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Tests.Hollow;

/// <summary>Both ends of the node side in memory.</summary>
internal sealed class FakeNodes : INodeSource, INodeSink
{
    public string Name => "fake";

    public ImmutableArray<RackSpec> Racks { get; set; } = [];

    /// <summary>Everything that was said, in order.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    public ImmutableArray<RackId> Known { get; set; } = [];

    /// <summary>Called before each call is taken; may throw.</summary>
    public Action<string> OnSaid { get; set; } = _ => { };

    public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(new ClusterInventory
    {
        Racks = Racks, Facts = Facts.ToImmutableDictionary(), NotReady = [.. NotReady], Arrived = [.. Arrived], EmptyPools = EmptyPools,
    });

    public Task AddPool(PoolId pool) => Say($"pool {pool}");

    /// <summary>Nodes that stay in their racks when they leave the inventory: workers are on them.</summary>
    public HashSet<NodeId> Occupied { get; } = [];

    public Dictionary<NodeId, NodeFacts> Facts { get; } = [];

    public HashSet<NodeId> NotReady { get; } = [];

    public HashSet<NodeId> Arrived { get; } = [];

    public ImmutableArray<PoolId> EmptyPools { get; set; } = [];

    /// <summary>Nodes whose racks do not hear.</summary>
    public HashSet<NodeId> Deaf { get; } = [];

    private readonly Dictionary<RackId, RackSpec> _racks = [];

    public async Task<RackView> Offer(RackSpec rack)
    {
        await Say($"rack {rack.Rack} {rack.Nodes.Length}");
        var left = _racks.GetValueOrDefault(rack.Rack)?.Nodes.Where(n => Occupied.Contains(n.Name) && rack.Nodes.All(o => o.Name != n.Name)) ?? [];
        var spec = rack with { Nodes = [.. rack.Nodes, .. left] };
        _racks[rack.Rack] = spec;
        return new RackView { Spec = spec, Schedulable = 0, Allocations = [], Version = 1, Epoch = 1 };
    }

    public Task<RackView?> Find(RackId rack) => Unreadable.Contains(rack)
        ? throw new TimeoutException()
        : Task.FromResult(_racks.TryGetValue(rack, out var spec) ? new RackView { Spec = spec, Schedulable = 0, Allocations = [], Version = 1, Epoch = 1 } : null);

    /// <summary>Racks that do not say what they have.</summary>
    public HashSet<RackId> Unreadable { get; } = [];

    public async Task<bool> Observe(NodeObservation observation)
    {
        var how = observation.Facts is { Gone: true } ? " gone" : observation.Ready ? "" : " not ready";
        await Say($"node {observation.Spec.Name} in {observation.Rack}{how}");
        return !Deaf.Contains(observation.Spec.Name);
    }

    public Task<ImmutableArray<RackId>> KnownRacks(PoolId pool, CancellationToken cancellationToken) => Task.FromResult(Known);

    private Task Say(string what)
    {
        OnSaid(what);
        Said.Enqueue(what);
        return Task.CompletedTask;
    }
}
