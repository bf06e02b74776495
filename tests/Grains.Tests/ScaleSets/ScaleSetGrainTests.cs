using Grains.Nodes;
using Grains.Racks;
using Grains.ScaleSets;
using Grains.Tests.Nodes;
using Grains.Tests.Racks;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Grains.Tests.ScaleSets;

/// <summary>The scale-set grain: intent that is durable, and machines that go only when nothing is on them.</summary>
public sealed class ScaleSetGrainTests
{
    private const string Id = "ss";

    [Fact]
    public void What_is_wanted_is_durable_bounded_and_for_operators()
    {
        using var f = new NodeFixture();
        var set = f.Host.Grain<IScaleSetGrain>(Id);
        Assert.Equal(Outcome.NotFound, f.Host.Ask(() => set.Want(NodeFixture.Operator, 1, "test")).Outcome);
        Configure(f, set);
        Assert.Equal(Outcome.Forbidden, f.Host.Ask(() => set.Want(NodeFixture.Tenant, 1, "test")).Outcome);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Want(NodeFixture.Operator, 9, "test")).Outcome);
        Assert.True(f.Host.Ask(() => set.Want(NodeFixture.Operator, 3, "test")).IsDone);
        f.Host.Crash();
        Assert.Equal(3, f.Host.Ask(() => set.GetState())!.Wanted);
    }

    [Fact]
    public void A_planner_that_leads_no_longer_changes_nothing_from_the_moment_the_next_one_leads_through_crashes()
    {
        using var f = new NodeFixture();
        var set = f.Host.Grain<IScaleSetGrain>(Id);
        Configure(f, set);
        Assert.True(f.Host.Ask(() => set.Lead(NodeFixture.Operator, Led(1))).IsDone);
        Assert.True(f.Host.Ask(() => set.Want(NodeFixture.Operator, 2, "test", Led(1))).IsDone);
        Assert.True(f.Host.Ask(() => set.Lead(NodeFixture.Operator, Led(2))).IsDone);
        f.Host.Crash();
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Lead(NodeFixture.Operator, Led(1))).Outcome);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Want(NodeFixture.Operator, 5, "late", Led(1))).Outcome);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Remove(NodeFixture.Operator, [new ScaleSetMachine("7", new NodeId("n0"))], "late", Led(1))).Outcome);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Protect(NodeFixture.Operator, ["7"], Led(1))).Outcome);
        var state = f.Host.Ask(() => set.GetState())!;
        Assert.Equal((2, 0, false), (state.Wanted, state.Removals.Length, state.Protects));

        // What an operator says holds whoever leads.
        Assert.True(f.Host.Ask(() => set.Want(NodeFixture.Operator, 3, "by hand")).IsDone);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Want(NodeFixture.Operator, 4, "seen before", Led(2) with { Version = state.Version })).Outcome);
        Assert.True(f.Host.Ask(() => set.Want(NodeFixture.Operator, 4, "seen after", Led(2) with { Version = state.Version + 1 })).IsDone);

        static ScaleBasis Led(long leadership) => new() { Leadership = leadership };
    }

    [Fact]
    public void A_machine_goes_step_by_step_drained_retired_deleted_forgotten_through_crashes()
    {
        using var f = new NodeFixture();
        var set = f.Host.Grain<IScaleSetGrain>(Id);
        Configure(f, set);
        f.Observe();
        f.Run("a", 1, 0xff);
        Assert.True(f.Host.Ask(() => set.Want(NodeFixture.Operator, 2, "test")).IsDone);
        Assert.True(f.Host.Ask(() => set.Remove(NodeFixture.Operator, [new ScaleSetMachine("7", new NodeId("n0"))], "idle")).IsDone);
        f.Host.Wait(12);
        Assert.Equal(RemovalStage.Draining, Stage(f, set));
        Assert.NotEmpty(f.Evicted);

        f.Leave("a", 1);
        f.Host.Wait(12);
        f.Host.Crash();
        f.Observe();
        f.Host.Ask(() => set.GetState());
        f.Host.Wait(12);
        Assert.Equal(RemovalStage.Ready, Stage(f, set));
        Assert.Equal(Outcome.Conflict, f.Uncordon().Outcome);

        // The cloud has deleted it; it is forgotten once its rack has it no more.
        Assert.True(f.Host.Ask(() => set.Report(new ScaleSetReport { Fence = 1, Seen = Seen() })).IsDone);
        f.Host.Wait(12);
        Assert.Equal(RemovalStage.Deleted, Stage(f, set));
        f.Host.Do(() => f.Rack.Offer(new RackSpec { Rack = new RackId(RackFixture.Key), Block = "b", Nodes = [RackFixture.Node("n1", 8)] }));
        f.Host.Wait(12);
        Assert.Null(Stage(f, set));
        Assert.Null(f.View);
        Assert.Equal(1, f.Host.Ask(() => set.GetState())!.Wanted);
    }

    [Fact]
    public void Who_takes_the_node_back_before_it_is_empty_keeps_the_machine()
    {
        using var f = new NodeFixture();
        var set = f.Host.Grain<IScaleSetGrain>(Id);
        Configure(f, set);
        f.Observe();
        f.Run("a", 1, 0xff);
        Assert.True(f.Host.Ask(() => set.Want(NodeFixture.Operator, 2, "test")).IsDone);
        Assert.True(f.Host.Ask(() => set.Remove(NodeFixture.Operator, [new ScaleSetMachine("7", new NodeId("n0"))], "idle")).IsDone);
        f.Host.Wait(12);
        Assert.True(f.Uncordon().IsDone);
        f.Host.Wait(12);
        Assert.Null(Stage(f, set));
        Assert.Equal(2, f.Host.Ask(() => set.GetState())!.Wanted);
        Assert.True(f.IsSchedulable);
    }

    [Fact]
    public void A_gateway_that_led_before_another_is_refused()
    {
        using var f = new NodeFixture();
        var set = f.Host.Grain<IScaleSetGrain>(Id);
        Configure(f, set);
        Assert.True(f.Host.Ask(() => set.Report(new ScaleSetReport { Fence = 2, Seen = Seen() })).IsDone);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => set.Report(new ScaleSetReport { Fence = 1, Seen = Seen() })).Outcome);
    }

    private static void Configure(NodeFixture f, IScaleSetGrain set) =>
        Assert.True(f.Host.Ask(() => set.Configure(NodeFixture.Operator, new ScaleSetSpec { Id = Id, Pool = new PoolId("p"), Ceiling = 8 })).IsDone);

    private static RemovalStage? Stage(NodeFixture f, IScaleSetGrain set) => f.Host.Ask(() => set.GetState())!.Removals.FirstOrDefault()?.Stage;

    private static ScaleSetReading Seen() => new() { Capacity = 0, ETag = "e", Epoch = 1, IsUpdating = false, Instances = [] };
}
