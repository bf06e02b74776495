using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Snapshots and entries: what is read back is what was, and what cannot be true is not taken over.</summary>
public sealed class RackRestoreTests
{
    [Fact]
    public void A_node_that_has_vanished_is_still_gone_after_a_crash()
    {
        var ledger = RackOf(Node("a"), Node("b"), Node("c"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 1), Worker(2, 1, rank: 1)));
        ledger.Offer(Node("a"));

        var restored = RackLedger.Restore(ledger.Snapshot());

        Assert.Equal(0b110UL, restored.Snapshot().Retired);
        Assert.Equal(0b001UL, restored.Schedulable);
        restored.Release(Plan("x", 1));
        Assert.True(restored.View().Spec.Nodes[1].IsVacant && restored.View().Spec.Nodes[2].IsVacant);
    }

    [Fact]
    public void A_snapshot_in_which_a_GPU_is_given_twice_is_not_taken_over()
    {
        var ledger = RackOf(Node("a"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));
        var snapshot = ledger.Snapshot();
        var twice = snapshot with { Allocations = [.. snapshot.Allocations, snapshot.Allocations[0] with { Attempt = Attempt("y") }] };
        Assert.Equal("I1", Assert.Throws<InvariantViolationException>(() => RackLedger.Restore(twice)).Number);
    }

    [Fact]
    public void A_ledger_that_cannot_be_true_is_found_when_it_is_counted_anew()
    {
        var empty = RackOf(Node("a"));
        Assert.Equal("I8", Assert.Throws<InvariantViolationException>(RackLedger.Restore(empty.Snapshot() with { Retired = 1 }).CheckInvariants).Number);

        var held = RackOf(Node("a"));
        held.Hold(Hold("x", 1, Shape(0), Worker(0, 0)));
        var vacant = held.Snapshot() with { Spec = held.Snapshot().Spec with { Nodes = [NodeSpec.Vacant] } };
        Assert.Equal("I1", Assert.Throws<InvariantViolationException>(RackLedger.Restore(vacant).CheckInvariants).Number);
    }

    [Fact]
    public void Entries_that_do_not_belong_to_this_ledger_are_refused()
    {
        var ledger = RackOf(Node("a"), Node("b"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(0, 1)));

        Assert.Equal("I8", Assert.Throws<InvariantViolationException>(() => ledger.Apply(RackEntry.Committed(Plan("y", 1)))).Number);
        Assert.Equal("I8", Assert.Throws<InvariantViolationException>(() => ledger.Apply(RackEntry.Committed(Plan("x", 2)))).Number);
        Assert.Equal("I1", Assert.Throws<InvariantViolationException>(() => ledger.Apply(RackEntry.Offered(Given.Offer(Node("c"), Node("b")), 0))).Number);
        Assert.Equal("I18", Assert.Throws<InvariantViolationException>(() => ledger.Apply(new RackEntry { Kind = RackEntryKind.None })).Number);
    }

    [Fact]
    public void The_picture_is_made_once_per_version_and_lists_attempts_in_order()
    {
        var ledger = RackOf(Node("a"));
        foreach (var (job, number, gpu) in new[] { ("x", 2, 1UL), ("y", 1, 2UL), ("x", 10, 4UL), ("x", 1, 8UL) })
            ledger.Hold(Hold(job, 1, Shape(1), Worker(0, gpu)) with { Attempt = Attempt(job, number) });

        Assert.Same(ledger.View(), ledger.View());
        AttemptId[] inOrder = [Attempt("x", 1), Attempt("x", 2), Attempt("x", 10), Attempt("y", 1)];
        Assert.Equal(inOrder, ledger.View().Allocations.Select(a => a.Attempt));
        Assert.Equal(inOrder, ledger.AttemptsOn(new NodeId("a")));
        Assert.Equal(inOrder, ledger.Overdue(Noon.AddMinutes(1), 10).Select(a => a.Attempt));
        Assert.Empty(ledger.Overdue(Noon.AddMinutes(1).AddTicks(-1), 10));
    }

    [Fact]
    public void Pools_are_told_of_changes_that_they_do_not_see_in_the_answers_to_their_commands()
    {
        var ledger = RackOf(Node("a", gpus: 2), Node("b", gpus: 2));
        var seen = ledger.OfferVersion;
        bool Moved() => seen < (seen = ledger.OfferVersion);

        ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 2)));
        ledger.Hold(Hold("y", 2, Shape(1), Worker(0, 1)));
        ledger.Release(Plan("y", 2));
        Assert.False(Moved());
        ledger.Do(ledger.DecideSchedulable(new NodeId("a"), false));
        Assert.True(Moved());
        ledger.Offer(Node("a", gpus: 2), Node("b", gpus: 1));
        Assert.True(Moved());
        ledger.Release(Plan("x", 1)); // b is not overcommitted any more.
        Assert.True(Moved());
        Assert.Equal(0b10UL, ledger.Schedulable);
        ledger.Hold(Hold("z", 3, Shape(1), Worker(1, 1)));
        ledger.Offer(Node("a", gpus: 2));
        Assert.True(Moved());
        ledger.Release(Plan("z", 3)); // Nothing keeps b's slot any more.
        Assert.True(Moved());
    }
}
