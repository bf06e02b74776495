using System.Collections.Immutable;
using Gateway.Azure;
using Grains;
using Grains.Nodes;
using Grains.ScaleSets;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Scaling;

namespace Gateway.Tests.Azure;

/// <summary>Since when nodes are idle, and which have joined and do not work.</summary>
public sealed class NodeWatchTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeNodeViews _grains = new();

    [Theory]
    [InlineData(NodeState.NotReady, null, true)]
    [InlineData(NodeState.Preflight, null, true)]
    [InlineData(NodeState.Drained, "system:azure", true)]
    [InlineData(NodeState.Drained, "ann", false)]
    [InlineData(NodeState.Cordoned, "ann", false)]
    [InlineData(NodeState.Ready, null, false)]
    public async Task A_node_that_takes_no_work_for_long_is_given_up_unless_a_person_holds_it_out(NodeState state, string? by, bool isBroken)
    {
        _grains.View = new NodeView { Spec = Node(0), Rack = new RackId("p/r"), State = state, By = by, Reason = "why", Version = 1 };
        var watch = Watch(TimeSpan.FromMinutes(30));
        await watch.See(Demand(closed: 0b01), s_noon);
        await watch.See(Demand(closed: 0b01), s_noon.AddMinutes(29));
        Assert.Equal(0, _grains.Asked);
        await watch.See(Demand(closed: 0b01), s_noon.AddMinutes(30));
        await watch.See(Demand(closed: 0b01), s_noon.AddMinutes(30));
        Assert.Equal(1, _grains.Asked);
        Assert.Equal(isBroken ? ["n0"] : [], watch.Broken.Keys.Select(n => n.Value));

        // Once it works it is forgiven.
        await watch.See(Demand(closed: 0), s_noon.AddMinutes(31));
        Assert.Empty(watch.Broken);
    }

    [Fact]
    public async Task Where_that_is_not_wanted_nobody_is_asked()
    {
        var watch = Watch(TimeSpan.Zero);
        await watch.See(Demand(closed: 0b11), s_noon);
        await watch.See(Demand(closed: 0b11), s_noon.AddDays(1));
        Assert.Equal(0, _grains.Asked);
    }

    [Fact]
    public async Task A_node_is_idle_since_it_was_first_seen_so_without_a_break()
    {
        var watch = Watch(TimeSpan.Zero);
        await watch.See(Demand(idle: 0b11), s_noon);
        await watch.See(Demand(idle: 0b10), s_noon.AddMinutes(1));
        await watch.See(Demand(idle: 0b11), s_noon.AddMinutes(2));
        Assert.Equal([s_noon.AddMinutes(2), s_noon], watch.IdleSince.OrderBy(i => i.Key.Value).Select(i => i.Value));
        watch.Forget();
        Assert.Empty(watch.IdleSince);
    }

    [Fact]
    public async Task A_node_on_which_gangs_are_placed_and_given_up_again_and_again_is_idle_all_the_while()
    {
        var watch = Watch(TimeSpan.Zero);
        await watch.See(Demand(idle: 0b11), s_noon);
        await watch.See(Demand(idle: 0b10) is var demand ? demand with { Racks = [demand.Racks[0] with { Workless = 0b11 }] } : demand, s_noon.AddMinutes(1));
        await watch.See(Demand(idle: 0b11), s_noon.AddMinutes(2));
        Assert.Equal([s_noon, s_noon], watch.IdleSince.Values);
    }

    private NodeWatch Watch(TimeSpan replaceAfter) => new(_grains, new AzurePool { ReplaceAfter = replaceAfter }, new ScaleSetOptions());

    private static NodeSpec Node(int number) => new() { Name = new NodeId($"n{number}"), CpuMilli = 1, MemoryMiB = 1, Gpus = 8, GpuModel = "A" };

    private static ScaleDemand Demand(ulong idle = 0, ulong closed = 0) => new()
    {
        Version = 1, Gangs = [], Racks = [new IdleRack { Spec = new RackSpec { Rack = new RackId("p/r"), Block = "b", Nodes = [Node(0), Node(1)] }, Idle = idle, Closed = closed }],
    };

    private sealed class FakeNodeViews : IScalingGrains
    {
        public NodeView? View { get; set; }

        public int Asked { get; private set; }

        public Task<NodeView?> GetNode(NodeId node)
        {
            Asked++;
            return Task.FromResult(View);
        }

        public Task<ScaleDemand?> GetDemand(PoolId pool, long known, TimeSpan wait) => throw new NotSupportedException();

        public Task<bool> SetEarmarks(PoolId pool, ImmutableArray<MachineEarmark> earmarks, ImmutableArray<MachineEarmark> known) => throw new NotSupportedException();

        public Task<ScaleSetState?> GetState(string set) => throw new NotSupportedException();

        public Task<Answer> Configure(ScaleSetSpec spec, long leadership) => throw new NotSupportedException();

        public Task<Answer> Want(string set, int capacity, string reason, ScaleBasis basis) => throw new NotSupportedException();

        public Task<Answer> Protect(string set, ImmutableArray<string> instances, ScaleBasis basis) => throw new NotSupportedException();

        public Task<Answer> Remove(string set, ImmutableArray<ScaleSetMachine> machines, string reason, ScaleBasis basis) => throw new NotSupportedException();
    }
}
