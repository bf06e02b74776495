using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Grains.Nodes;
using Scheduling.Model;

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

    public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(new ClusterInventory { Racks = Racks });

    public Task AddPool(PoolId pool) => Say($"pool {pool}");

    public Task Offer(RackSpec rack) => Say($"rack {rack.Rack} {rack.Nodes.Length}");

    public Task Observe(NodeObservation observation) => Say($"node {observation.Spec.Name} in {observation.Rack}");

    public Task<ImmutableArray<RackId>> KnownRacks(PoolId pool, CancellationToken cancellationToken) => Task.FromResult(Known);

    private Task Say(string what)
    {
        OnSaid(what);
        Said.Enqueue(what);
        return Task.CompletedTask;
    }
}
