using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>The first and the last that is allowed.</summary>
public sealed class RackEdgeTests
{
    [Fact]
    public void The_slot_after_the_last_is_none()
    {
        var ledger = RackOf(Node("a"));
        Assert.Contains("no slot 1", ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 1))));
        Assert.Null(ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1))));
    }

    [Fact]
    public void A_node_may_have_64_GPUs_and_one_worker_may_have_them_all()
    {
        var ledger = RackOf(Node("a", gpus: 64), Node("b", gpus: 64));
        Assert.Null(ledger.Hold(Hold("x", 1, Shape(64), Worker(0, ulong.MaxValue))));
        Assert.Null(ledger.Hold(Hold("y", 2, Shape(1), Worker(1, 1UL << 63))));
    }

    [Fact]
    public void A_node_without_anything_to_give_and_a_rack_of_spares_only_are_offers_like_others()
    {
        var ledger = RackOf();
        var nothing = Node("a", gpus: 0, cpuMilli: 0, memoryMiB: 0);
        Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer(nothing) with { Spares = RackSpec.MaxNodes }));
        Assert.Null(ledger.Do(ledger.DecideOffer(Given.Offer(nothing) with { Spares = RackSpec.MaxNodes })));
        Assert.Null(ledger.Hold(Hold("x", 1, Shape(0, cpuMilli: 0, memoryMiB: 0), Worker(0, 0))));
    }

    [Fact]
    public void All_nodes_may_leave()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        Assert.Null(ledger.Offer());
        Assert.Empty(ledger.View().Spec.Nodes);
        Assert.IsType<RackDecision.Nothing>(ledger.DecideOffer(Given.Offer()));
    }

    [Fact]
    public void The_first_offer_counts_although_it_is_empty_and_so_does_another_block()
    {
        var ledger = new RackLedger(Rack);
        Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer() with { Block = "" }));
        ledger.Do(ledger.DecideOffer(Given.Offer(Node("a"))));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideOffer(Given.Offer(Node("a"))));
        Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer(Node("a")) with { Block = "b2" }));
        Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer(Node("a")) with { Spares = 1 }));
    }

    [Fact]
    public void The_same_offer_again_changes_nothing_while_vanished_nodes_keep_their_slots()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 1)));
        ledger.Offer(Node("a"));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideOffer(Given.Offer(Node("a"))));
    }

    [Fact]
    public void A_node_that_comes_back_after_its_work_has_ended_gets_a_slot()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));
        ledger.Offer(Node("b"));
        ledger.Release(Plan("x", 1));
        ledger.Offer(Node("a"), Node("b"));
        Assert.Equal(0b11UL, ledger.Schedulable);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_oldest_withheld_absent_node_is_forgotten_when_another_leaves(bool withWork)
    {
        var ledger = RackOf(Node("here"));
        for (var i = 0; i < 256; i++)
            ledger.Do(ledger.DecideSchedulable(new NodeId($"gone{i}"), false));
        if (withWork)
            ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));
        ledger.Do(ledger.DecideSchedulable(new NodeId("here"), false));
        Assert.Equal(257, ledger.Snapshot().Withheld.Length);

        ledger.Offer();
        Assert.Equal(withWork ? 257 : 256, ledger.Snapshot().Withheld.Length);
        ledger.Release(Plan("x", 1));
        Assert.Equal(("gone1", "here"), (ledger.Snapshot().Withheld[0].Value, ledger.Snapshot().Withheld[^1].Value));
    }

    [Fact]
    public void A_refusal_says_what_is_left()
    {
        var ledger = RackOf(Node("a", cpuMilli: 1500, memoryMiB: 2500), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));

        Assert.Contains("500 thousandths of a core left, 501 asked", ledger.Hold(Hold("y", 2, Shape(1, cpuMilli: 501), Worker(0, 2))));
        Assert.Contains("1500 MiB left, 1501 asked", ledger.Hold(Hold("y", 2, Shape(1, cpuMilli: 500, memoryMiB: 1501), Worker(0, 2))));
        ledger.Do(ledger.DecideSchedulable(new NodeId("b"), false));
        Assert.EndsWith("b takes no new work", ledger.Hold(Hold("y", 2, Shape(1), Worker(1, 2))));
        ledger.Offer(Node("a", cpuMilli: 900, memoryMiB: 2500), Node("b"));
        Assert.Contains("1 GPUs (highest 1) of 8, 1000 of 900 thousandths of a core", ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 2))));
        ledger.Offer(Node("b"));
        Assert.Contains("it is gone", ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 2))));
        ledger.Release(Plan("x", 1));
        Assert.Contains("no node in it", ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 2))));
    }
}
