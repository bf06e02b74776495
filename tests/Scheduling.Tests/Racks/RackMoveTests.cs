using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Another node of the rack in place of one that a running attempt has lost.</summary>
public sealed class RackMoveTests
{
    private static string? Move(RackLedger ledger, string job, string from, int moves = 0, bool keepsDomain = false) =>
        ledger.Do(ledger.DecideMove(Attempt(job), new NodeId(from), moves, keepsDomain));

    private static RackLedger Running(params NodeSpec[] nodes)
    {
        var ledger = RackOf(nodes);
        Assert.Null(ledger.Hold(Hold("a", 1, Shape(4), Worker(0, 0x0f), Worker(0, 0xf0, rank: 1), Worker(1, 0x0f, rank: 2))));
        Assert.Null(ledger.Commit(Plan("a", 1)));
        return ledger;
    }

    [Fact]
    public void What_was_on_the_lost_node_goes_together_to_one_that_has_nothing_of_the_gang_and_all_else_stays()
    {
        var ledger = Running(Node("n0"), Node("n1"), Node("n2"), Node("n3"));
        ledger.Do(ledger.DecideSchedulable(new NodeId("n0"), false));
        var offers = ledger.OfferVersion;

        Assert.Null(Move(ledger, "a", "n0"));

        var allocation = ledger.Find(Attempt("a"))!;
        Assert.Equal([Worker(2, 0x0f), Worker(2, 0xf0, rank: 1), Worker(1, 0x0f, rank: 2)], allocation.Workers);
        Assert.Equal((true, 1L, 1), (allocation.Committed, allocation.Plan, allocation.Moves));
        Assert.Empty(ledger.AttemptsOn(new NodeId("n0")));
        Assert.True(ledger.OfferVersion > offers, "the pool is to be told");
        Assert.Equal(ledger.Text(), RackLedger.Restore(ledger.Snapshot()).Text());
    }

    [Fact]
    public void Of_nodes_with_room_the_fullest_is_taken_and_never_one_that_takes_nothing_new_or_is_of_another_model()
    {
        var ledger = Running(Node("n0"), Node("n1"), Node("n2", model: "A100"), Node("n3"), Node("n4", gpus: 12), Node("n5"));
        ledger.Hold(Hold("b", 2, Shape(3), Worker(4, 0b101_0000_0001)));
        ledger.Do(ledger.DecideSchedulable(new NodeId("n3"), false));
        ledger.Do(ledger.DecideSchedulable(new NodeId("n0"), false));

        // n5 has 8 left, n4 has 9; n2 and n3 are no choice.
        Assert.Null(Move(ledger, "a", "n0"));
        Assert.Equal([5, 5, 1], ledger.Find(Attempt("a"))!.Workers.Select(w => w.Slot));

        // And then n4, around what is taken there.
        Assert.Null(Move(ledger, "a", "n5", moves: 1));
        Assert.Equal([(4, 0b0001_1110UL), (4, 0b0_1110_0000UL | 0b10_0000_0000UL), (1, 0x0fUL)], ledger.Find(Attempt("a"))!.Workers.Select(w => (w.Slot, w.Gpus)));
    }

    [Fact]
    public void Without_room_elsewhere_in_the_rack_nothing_changes_and_it_says_so()
    {
        var ledger = Running(Node("n0"), Node("n1"), Node("n2"));
        ledger.Hold(Hold("b", 2, Shape(1), Worker(2, 0x80)));
        var before = ledger.Text();

        Assert.Contains("no other node of pool/r1 has room", Move(ledger, "a", "n0"));
        Assert.Equal(before, ledger.Text());
    }

    [Fact]
    public void Who_must_stay_in_its_nvlink_domain_does()
    {
        var ledger = Running(Node("n0") with { Domain = "d0" }, Node("n1") with { Domain = "d0" }, Node("n2") with { Domain = "d1" }, Node("n3") with { Domain = "d0" });
        Assert.Null(Move(ledger, "a", "n0", keepsDomain: true));
        Assert.Equal([3, 3, 1], ledger.Find(Attempt("a"))!.Workers.Select(w => w.Slot));
    }

    [Fact]
    public void What_is_repeated_or_comes_late_or_is_only_held_changes_nothing()
    {
        var ledger = Running(Node("n0"), Node("n1"), Node("n2"));
        Assert.Null(Move(ledger, "a", "n0"));
        var moved = ledger.Text();
        Assert.Null(Move(ledger, "a", "n0"));
        Assert.Null(Move(ledger, "a", "n2"));
        Assert.Null(Move(ledger, "a", "n1", moves: 0));
        Assert.Equal(moved, ledger.Text());

        ledger.Hold(Hold("c", 3, Shape(1), Worker(1, 0x80)));
        Assert.Contains("nothing committed", Move(ledger, "c", "n1"));

        // And it is all given back under its plan, wherever it is.
        Assert.Null(ledger.Release(Plan("a", 1)));
        Assert.Null(ledger.Find(Attempt("a")));
    }

    [Fact]
    public void A_node_that_had_vanished_leaves_its_slot_with_the_last_that_was_on_it()
    {
        var ledger = Running(Node("n0"), Node("n1"), Node("n2"));
        Assert.Null(ledger.Offer(Node("n1"), Node("n2")));
        Assert.Null(Move(ledger, "a", "n0"));
        Assert.Equal(["", "n1", "n2"], ledger.View().Spec.Nodes.Select(n => n.Name.Value));
    }
}
