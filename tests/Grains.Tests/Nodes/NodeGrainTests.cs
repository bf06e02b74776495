using Grains.Nodes;
using Grains.Tests.Racks;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Tests.Nodes;

/// <summary>The node grain: health that is durable, a rack that hears of it, and a drain that ends.</summary>
public sealed class NodeGrainTests
{
    [Fact]
    public void A_node_that_is_simply_ready_is_never_written_however_often_it_is_seen()
    {
        using var f = new NodeFixture();
        for (var i = 0; i < 20; i++)
            f.Observe();

        Assert.Equal(0, f.Host.States.Writes);
        Assert.Equal(NodeState.Ready, f.View!.State);
        f.Observe(gpus: 9);
        Assert.Equal((0, 9), (f.Host.States.Writes, f.View!.Spec.Gpus));
    }

    [Fact]
    public void What_was_written_without_anybody_hearing_of_it_is_read_again_and_goes_on_from_there()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Host.States.FailAfter = new IOException("the answer is lost");
        Assert.ThrowsAny<Exception>(() => f.Cordon());

        Assert.Equal(NodeState.Cordoned, f.View!.State);
        Assert.True(f.Uncordon().IsDone);
        Assert.Equal(NodeState.Ready, f.View!.State);
    }

    [Fact]
    public void A_node_that_could_not_be_forgotten_is_still_there()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Drain();
        f.Host.Wait(30);
        f.Host.States.FailNext = new IOException("the disk is full");
        Assert.ThrowsAny<Exception>(() => f.Host.Ask(() => f.Node.Forget(NodeFixture.Operator)));

        Assert.Equal(NodeState.Drained, f.View!.State);
        Assert.True(f.Host.Ask(() => f.Node.Forget(NodeFixture.Operator)).IsDone);
        Assert.Null(f.View);
    }

    [Fact]
    public void A_node_nobody_has_seen_is_not_there()
    {
        using var f = new NodeFixture();

        Assert.Null(f.View);
        Assert.Equal(Outcome.NotFound, f.Cordon().Outcome);
    }

    [Fact]
    public void Only_operators_cordon_uncordon_and_drain()
    {
        using var f = new NodeFixture();
        f.Observe();

        Assert.Equal(Outcome.Forbidden, f.Cordon(NodeFixture.Tenant).Outcome);
        Assert.Equal(Outcome.Forbidden, f.Drain(NodeFixture.Tenant).Outcome);
        Assert.Equal(Outcome.Forbidden, f.Uncordon(NodeFixture.Tenant).Outcome);
        Assert.Equal(Outcome.Invalid, f.Cordon(reason: new string('x', 513)).Outcome);
        Assert.Equal(NodeState.Ready, f.View!.State);
    }

    [Fact]
    public void A_cordon_is_durable_before_it_is_answered_the_rack_knows_and_it_says_why_by_whom_and_since_when()
    {
        using var f = new NodeFixture();
        f.Observe();

        var done = f.Cordon();
        Assert.True(done.IsDone);
        Assert.False(f.IsSchedulable);
        f.Host.Crash();

        var view = f.View!;
        Assert.Equal((NodeState.Cordoned, "checking", "ann"), (view.State, view.Reason, view.By));
        Assert.Equal(done.Version, view.Version);
        Assert.Equal(NodeState.Cordoned, Assert.Single(view.Incidents).To);
        f.Observe();
        Assert.Equal(NodeState.Cordoned, f.View!.State);
    }

    [Fact]
    public void Cordoning_twice_is_done_and_changes_nothing()
    {
        using var f = new NodeFixture();
        f.Observe();
        var first = f.Cordon();

        Assert.Equal(first, f.Cordon(reason: "again"));
        Assert.Equal(1, f.Host.States.Writes);
    }

    [Fact]
    public void Uncordoned_it_takes_work_again()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Cordon();

        Assert.True(f.Uncordon().IsDone);

        Assert.Equal((NodeState.Ready, true), (f.View!.State, f.IsSchedulable));
        Assert.Null(f.View!.Reason);
    }

    [Fact]
    public void A_rack_that_does_not_hear_is_told_again()
    {
        using var f = new NodeFixture();
        f.Observe();
        var fails = true;
        f.Host.Peers.On("IRackGrain.SetSchedulable", (_, args) => fails ? throw new TimeoutException() : new Grains.Racks.NodeAttempts { Attempts = [] });

        Assert.True(f.Cordon().IsDone);
        f.Host.Wait(12);
        var tries = f.Host.Peers.Count("IRackGrain.SetSchedulable");
        Assert.InRange(tries, 2, 4);

        fails = false;
        f.Host.Wait(60);
        Assert.Equal(tries + 1, f.Host.Peers.Count("IRackGrain.SetSchedulable"));
    }

    [Fact]
    public void A_drain_asks_everybody_to_leave_until_nobody_is_left()
    {
        using var f = new NodeFixture();
        f.Observe();
        for (var i = 0; i < 8; i++)
            f.Run($"j{i}", i + 1, 1UL << i);

        Assert.True(f.Drain().IsDone);
        f.Host.Wait(1);

        Assert.Equal(NodeState.Draining, f.View!.State);
        Assert.False(f.IsSchedulable);
        Assert.Equal(8, f.Evicted.Count);
        Assert.Equal("j0/1 node n0 is drained by ann: repair", f.Evicted[0]);
        Assert.Empty(f.Lost);

        for (var i = 0; i < 7; i++)
            f.Leave($"j{i}", i + 1);
        f.Host.Wait(6);
        Assert.Equal(NodeState.Draining, f.View!.State);
        Assert.StartsWith("j7/1", f.Evicted[^1], StringComparison.Ordinal);

        f.Leave("j7", 8);
        f.Host.Wait(6);
        Assert.Equal(NodeState.Drained, f.View!.State);
        var asked = f.Evicted.Count;
        f.Host.Wait(60);
        Assert.Equal(asked, f.Evicted.Count);
    }

    [Fact]
    public void A_drain_goes_on_after_a_crash_once_the_node_is_seen_again()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        f.Drain();
        f.Host.Crash();
        f.Evicted.Clear();

        f.Observe();
        f.Host.Wait(6);
        Assert.NotEmpty(f.Evicted);

        f.Leave("a", 1);
        f.Host.Wait(6);
        Assert.Equal(NodeState.Drained, f.View!.State);
    }

    [Fact]
    public void A_retired_node_is_never_taken_back_and_a_forgotten_one_leaves_nothing()
    {
        using var f = new NodeFixture();
        f.Observe();
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => f.Node.Retire(NodeFixture.Operator)).Outcome);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => f.Node.Forget(NodeFixture.Operator)).Outcome);

        f.Drain();
        f.Host.Wait(6);
        Assert.Equal(Outcome.Forbidden, f.Host.Ask(() => f.Node.Retire(NodeFixture.Tenant)).Outcome);
        Assert.True(f.Host.Ask(() => f.Node.Retire(NodeFixture.Operator)).IsDone);
        f.Host.Crash();
        f.Observe();
        Assert.Equal(Outcome.Conflict, f.Uncordon().Outcome);
        Assert.Equal(NodeState.Drained, f.View!.State);
        Assert.False(f.IsSchedulable);

        Assert.True(f.Host.Ask(() => f.Node.Forget(NodeFixture.Operator)).IsDone);
        Assert.True(f.Host.Ask(() => f.Node.Forget(NodeFixture.Operator)).IsDone);
        Assert.Null(f.View);
    }

    [Fact]
    public void A_drain_that_is_called_off_evicts_nobody_any_more()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        f.Drain();
        f.Host.Wait(1);
        f.Uncordon();
        var asked = f.Evicted.Count;

        f.Host.Wait(60);

        Assert.Equal(asked, f.Evicted.Count);
        Assert.True(f.IsSchedulable);
    }

    [Fact]
    public void A_machine_that_is_not_ready_takes_nothing_and_is_given_up_only_after_a_while()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);

        f.Observe(ready: false);
        Assert.Equal((NodeState.NotReady, false), (f.View!.State, f.IsSchedulable));
        f.Host.Wait(290);
        Assert.Empty(f.Evicted);
        f.Host.Wait(20);
        Assert.Contains("has not been ready since", f.Evicted[0]);

        f.Observe();
        Assert.Equal((NodeState.Ready, true), (f.View!.State, f.IsSchedulable));
    }

    [Fact]
    public void A_machine_that_comes_back_in_time_loses_nothing()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        f.Observe(ready: false);
        f.Host.Wait(200);
        f.Observe();
        f.Host.Wait(600);

        Assert.Empty(f.Evicted);
    }

    [Fact]
    public void A_cordoned_node_that_vanished_and_came_back_in_the_rack_is_still_cordoned()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Cordon();
        f.Host.Do(() => f.Rack.Offer(RackFixture.Offer(2) with { Nodes = [RackFixture.Node("n1")] }));
        f.Host.Do(() => f.Rack.Offer(RackFixture.Offer(2)));

        Assert.False(f.IsSchedulable);
    }

    [Fact]
    public void A_failed_write_is_not_answered_as_done_and_the_node_is_as_it_was()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Host.States.FailNext = new IOException("disk");

        Assert.ThrowsAny<Exception>(() => f.Cordon());

        f.Observe();
        Assert.Equal(NodeState.Ready, f.View!.State);
        Assert.True(f.Cordon().IsDone);
    }

    [Fact]
    public void An_observation_of_another_node_is_refused()
    {
        using var f = new NodeFixture();
        Assert.Throws<ArgumentException>(() => f.Host.Do(() => f.Host.Grain<INodeGrain>("other").Observe(new NodeObservation
        {
            Spec = RackFixture.Node("n0"), Rack = new RackId(RackFixture.Key), Ready = true,
        })));
    }
}
