using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Nodes that come, go, shrink and are held out.</summary>
public sealed class RackOfferTests
{
    private static string Slots(RackLedger ledger) => string.Join(' ', ledger.View().Spec.Nodes.Select(n => n.IsVacant ? "-" : n.Name.Value));

    [Fact]
    public void Nodes_keep_their_slots_in_whatever_order_they_are_offered()
    {
        var ledger = RackOf(Node("a"), Node("b"), Node("c"));

        ledger.Offer(Node("d"), Node("c"), Node("a"), Node("b"));

        Assert.Equal("a b c d", Slots(ledger));
    }

    [Fact]
    public void The_same_offer_again_changes_nothing()
    {
        var ledger = RackOf(Node("a"), Node("b"));

        Assert.IsType<RackDecision.Nothing>(ledger.DecideOffer(Given.Offer(Node("b"), Node("a"))));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideOffer(ledger.View().Spec));
    }

    [Fact]
    public void Spares_and_NVLink_domains_are_kept_with_the_rack()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        var spec = Given.Offer(Node("a") with { Domain = "left" }, Node("b")) with { Spares = 1 };

        Assert.Null(ledger.Do(ledger.DecideOffer(spec)));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideOffer(spec));
        var restored = RackLedger.Restore(ledger.Snapshot()).View().Spec;
        Assert.Equal((1, "left"), (restored.Spares, restored.Nodes[0].Domain));
        Assert.IsType<RackDecision.Change>(ledger.DecideOffer(spec with { Spares = 0 }));
        Assert.Contains("-1 spares", Assert.IsType<RackDecision.Refuse>(ledger.DecideOffer(spec with { Spares = -1 })).Reason);
    }

    [Fact]
    public void An_empty_slot_is_left_vacant_and_taken_by_the_next_new_node()
    {
        var ledger = RackOf(Node("a"), Node("b"), Node("c"));

        ledger.Offer(Node("a"), Node("c"));
        Assert.Equal("a - c", Slots(ledger));
        Assert.Equal(0b101UL, ledger.View().Schedulable);
        Assert.NotNull(ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 1))));

        ledger.Offer(Node("a"), Node("c"), Node("e"));
        Assert.Equal("a e c", Slots(ledger));
        Assert.Null(ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 1))));
    }

    [Fact]
    public void A_vanished_node_keeps_its_slot_until_its_workers_are_gone()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(8), Worker(0, 0xff)));
        ledger.Commit(Plan("x", 1));

        var change = Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer(Node("b"), Node("c"))));
        Assert.Equal(new RackEvent.NodeVanished(new NodeId("a"), 1), Assert.Single(change.Events));
        ledger.Do(change);

        Assert.Equal("a b c", Slots(ledger));
        Assert.Equal(0b110UL, ledger.View().Schedulable);
        Assert.Contains("gone", ledger.Hold(Hold("y", 2, Shape(0), Worker(0, 0))));

        var offerVersion = ledger.OfferVersion;
        ledger.Release(Plan("x", 1));
        Assert.Equal("- b c", Slots(ledger));
        Assert.NotEqual(offerVersion, ledger.OfferVersion); // The pool has to hear of it.
    }

    [Fact]
    public void A_node_that_comes_back_before_its_workers_are_gone_is_simply_there_again()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));
        ledger.Offer(Node("b"));

        ledger.Offer(Node("a"), Node("b"));

        Assert.Equal(0b11UL, ledger.View().Schedulable);
        Assert.Null(ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 2))));
    }

    /// <summary>volcano-sh/volcano#1782: a GPU dies, allocatable drops, the scheduler goes on using capacity.</summary>
    [Fact]
    public void A_node_that_lost_a_GPU_under_a_worker_keeps_it_and_gives_nothing_new()
    {
        var ledger = RackOf(Node("a", gpus: 8));
        ledger.Hold(Hold("x", 1, Shape(4), Worker(0, 0xf0)));

        var change = Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer(Node("a", gpus: 7))));
        Assert.IsType<RackEvent.CapacityBelowAllocated>(Assert.Single(change.Events));
        ledger.Do(change);

        Assert.Equal(0UL, ledger.View().Schedulable);
        Assert.Single(ledger.View().Allocations);
        Assert.Contains("more is taken than it offers", ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 1))));

        ledger.Release(Plan("x", 1));
        Assert.Equal(1UL, ledger.View().Schedulable);
        Assert.Null(ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 1))));
        Assert.NotNull(ledger.Hold(Hold("z", 3, Shape(1), Worker(0, 1 << 7))));
    }

    [Fact]
    public void A_rack_comes_back_after_a_crash_although_a_node_has_lost_a_GPU_that_is_allocated()
    {
        var ledger = RackOf(Node("a", gpus: 8));
        ledger.Hold(Hold("x", 1, Shape(4), Worker(0, 0xf0)));
        ledger.Offer(Node("a", gpus: 2));

        var restored = RackLedger.Restore(ledger.Snapshot());

        restored.CheckInvariants();
        Assert.Equal(ledger.Text(), restored.Text());
        restored.Release(Plan("x", 1));
        Assert.Null(restored.Hold(Hold("y", 2, Shape(2), Worker(0, 3))));
    }

    /// <summary>Found by RackModelTests, shrunk to these three steps.</summary>
    [Fact]
    public void A_hold_whose_lease_is_renewed_keeps_its_slot_on_a_node_that_has_vanished()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        var hold = Hold("x", 1, Shape(8), Worker(0, 0xff));
        ledger.Hold(hold);
        ledger.Offer(Node("b"));

        Assert.Null(ledger.Hold(hold with { LeaseUntil = hold.LeaseUntil.AddMinutes(1) }));
        Assert.Null(ledger.Offer(Node("b"), Node("c")));

        Assert.Equal(["a", "b", "c"], ledger.View().Spec.Nodes.Select(n => n.Name.Value));
        Assert.Equal(hold.LeaseUntil.AddMinutes(1), ledger.NextLeaseEnd());
        Assert.Null(ledger.Commit(Plan("x", 1)));
    }

    [Fact]
    public void A_node_that_lost_memory_or_cores_below_what_runs_gives_nothing_new()
    {
        var ledger = RackOf(Node("a", memoryMiB: 1000, cpuMilli: 1000), Node("b", memoryMiB: 1000, cpuMilli: 1000));
        ledger.Hold(Hold("x", 1, Shape(0, memoryMiB: 800, cpuMilli: 800), Worker(0, 0), Worker(1, 0, rank: 1)));

        ledger.Offer(Node("a", memoryMiB: 700, cpuMilli: 1000), Node("b", memoryMiB: 1000, cpuMilli: 700));

        Assert.Equal(0UL, ledger.View().Schedulable);
    }

    [Fact]
    public void A_full_rack_takes_64_nodes_and_65_are_refused_with_a_word_on_what_to_do()
    {
        var nodes = Enumerable.Range(0, 65).Select(i => Node($"n{i:00}")).ToArray();
        var ledger = RackOf(nodes[..64]);
        ledger.Hold(Hold("x", 1, Shape(8), Worker(63, 0xff)));

        Assert.Equal(ulong.MaxValue, ledger.View().Schedulable);
        Assert.Contains("at most 64", ledger.Offer(nodes));
    }

    [Fact]
    public void A_new_node_waits_while_vanished_ones_fill_the_slots()
    {
        var nodes = Enumerable.Range(0, 64).Select(i => Node($"n{i:00}")).ToArray();
        var ledger = RackOf(nodes);
        ledger.Hold(Hold("x", 1, Shape(8), Worker(0, 0xff)));

        NodeSpec[] next = [.. nodes[1..], Node("new")];
        var change = Assert.IsType<RackDecision.Change>(ledger.DecideOffer(Given.Offer(next)));
        Assert.Contains(new RackEvent.NoSlot(new NodeId("new")), change.Events);
        ledger.Do(change);

        ledger.Release(Plan("x", 1));
        ledger.Offer(next);
        Assert.Equal("new", ledger.View().Spec.Nodes[0].Name.Value);
    }

    public static TheoryData<string, RackSpec> BadOffers => new()
    {
        { "another rack", Given.Offer(Node("a")) with { Rack = new RackId("pool/other") } },
        { "a name twice", Given.Offer(Node("a"), Node("a")) },
        { "negative GPUs", Given.Offer(Node("a", gpus: -1)) },
        { "too many GPUs", Given.Offer(Node("a", gpus: 65)) },
        { "negative memory", Given.Offer(Node("a", memoryMiB: -1)) },
        { "negative CPU", Given.Offer(Node("a", cpuMilli: -1)) },
    };

    [Theory]
    [MemberData(nameof(BadOffers))]
    public void An_offer_that_cannot_be_true_is_refused(string what, RackSpec offer)
    {
        var ledger = RackOf(Node("a"));
        Assert.True(ledger.DecideOffer(offer) is RackDecision.Refuse, what);
    }

    [Fact]
    public void A_withheld_node_takes_nothing_new_keeps_what_runs_and_says_who_is_there()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));
        ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 2), Worker(1, 1, rank: 1)));

        ledger.Do(ledger.DecideSchedulable(new NodeId("a"), false));

        Assert.Equal(0b10UL, ledger.View().Schedulable);
        Assert.Equal([Attempt("x"), Attempt("y")], ledger.AttemptsOn(new NodeId("a")));
        Assert.Equal([Attempt("y")], ledger.AttemptsOn(new NodeId("b")));
        Assert.Empty(ledger.AttemptsOn(new NodeId("nobody")));
        Assert.Contains("takes no new work", ledger.Hold(Hold("z", 3, Shape(1), Worker(0, 4))));
        Assert.Null(ledger.Commit(Plan("x", 1))); // The job has committed; the rack cannot take that back.
    }

    [Fact]
    public void A_node_withheld_before_it_was_offered_or_between_two_lives_stays_withheld()
    {
        var ledger = RackOf(Node("a"));
        ledger.Do(ledger.DecideSchedulable(new NodeId("b"), false));
        ledger.Offer(Node("a"), Node("b"));
        Assert.Equal(0b01UL, ledger.View().Schedulable);

        ledger.Offer(Node("a"));
        ledger.Offer(Node("a"), Node("b"));
        Assert.Equal(0b01UL, ledger.View().Schedulable);

        ledger.Do(ledger.DecideSchedulable(new NodeId("b"), true));
        Assert.Equal(0b11UL, ledger.View().Schedulable);
    }

    [Fact]
    public void Only_so_many_absent_nodes_are_remembered()
    {
        var ledger = RackOf(Node("a"));
        ledger.Do(ledger.DecideSchedulable(new NodeId("a"), false));
        for (var i = 0; i < 500; i++)
            ledger.Do(ledger.DecideSchedulable(new NodeId($"gone{i}"), false));

        Assert.Equal(257, ledger.Snapshot().Withheld.Length);
        Assert.Equal("a", ledger.Snapshot().Withheld[0].Value);
    }
}
