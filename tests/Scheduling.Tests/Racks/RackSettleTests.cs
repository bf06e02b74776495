using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Commits, releases and leases, in whatever order the messages come.</summary>
public sealed class RackSettleTests
{
    [Fact]
    public void A_commit_makes_the_hold_an_allocation_for_good()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff)));

        Assert.Null(ledger.Commit(Plan("a", 1)));

        Assert.True(ledger.View().Allocations[0].Committed);
        Assert.Null(ledger.NextLeaseEnd());
        Assert.Empty(ledger.Overdue(Noon.AddYears(1), 10));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideCommit(Plan("a", 1)));
    }

    [Fact]
    public void A_commit_without_its_hold_or_of_another_plan_is_refused()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Hold(Hold("a", 2, Shape(8), Worker(0, 0xff)));

        Assert.IsType<RackDecision.Refuse>(ledger.DecideCommit(Plan("a", 1)));
        Assert.IsType<RackDecision.Refuse>(ledger.DecideCommit(Plan("a", 3)));
        Assert.IsType<RackDecision.Refuse>(ledger.DecideCommit(Plan("b", 2)));
        Assert.IsType<RackDecision.Refuse>(ledger.DecideCommit(Plan("a", 2, number: 2)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_release_frees_everything_whether_committed_or_not_and_may_come_twice(bool committed)
    {
        var ledger = RackOf(Node("n0"));
        ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff)));
        if (committed)
            ledger.Commit(Plan("a", 1));

        Assert.Null(ledger.Release(Plan("a", 1)));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideRelease(Plan("a", 1)));

        Assert.Empty(ledger.View().Allocations);
        Assert.Null(ledger.Hold(Hold("b", 2, Shape(8), Worker(0, 0xff))));
    }

    [Fact]
    public void An_attempt_that_was_released_under_a_later_plan_too_comes_back_under_neither()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Release(Plan("a", 3));
        ledger.Release(Plan("a", 5));
        ledger.Release(Plan("a", 4)); // Late.

        foreach (var plan in new[] { 3, 4, 5 })
            Assert.NotNull(ledger.Hold(Hold("a", plan, Shape(8), Worker(0, 0xff))));
        Assert.Equal([Plan("a", 5)], ledger.Snapshot().Released);
        Assert.Null(ledger.Hold(Hold("a", 6, Shape(8), Worker(0, 0xff))));
    }

    [Fact]
    public void A_hold_that_comes_after_its_own_release_takes_nothing()
    {
        var ledger = RackOf(Node("n0"));
        var hold = Hold("a", 3, Shape(8), Worker(0, 0xff));

        ledger.Release(Plan("a", 3)); // The release has overtaken the hold.

        Assert.Contains("released", ledger.Hold(hold));
        Assert.Contains("released", ledger.Hold(hold with { Plan = 2 }));
        Assert.Null(ledger.Hold(hold with { Plan = 4 }));
    }

    [Fact]
    public void A_release_of_an_older_plan_leaves_the_newer_hold_alone()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff)));
        ledger.Hold(Hold("a", 2, Shape(8), Worker(0, 0xff)));

        ledger.Release(Plan("a", 1));

        Assert.Equal(2, Assert.Single(ledger.View().Allocations).Plan);
    }

    [Fact]
    public void A_release_of_a_newer_plan_leaves_what_an_older_one_committed()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff)));
        ledger.Commit(Plan("a", 1));

        ledger.Release(Plan("a", 2));

        Assert.True(Assert.Single(ledger.View().Allocations).Committed);
        Assert.IsType<RackDecision.Nothing>(ledger.DecideRelease(Plan("a", 2)));
    }

    [Fact]
    public void Holds_are_overdue_when_their_lease_ends_the_longest_overdue_first()
    {
        var ledger = RackOf(Node("n0"));
        for (var i = 0; i < 4; i++)
            ledger.Hold(Hold($"j{i}", i + 1, Shape(1), Worker(0, 1UL << i)) with { LeaseUntil = Noon.AddSeconds(10 - i) });

        Assert.Empty(ledger.Overdue(Noon, 10));
        Assert.Equal(["j3", "j2"], ledger.Overdue(Noon.AddSeconds(10), 2).Select(h => h.Attempt.Job.Value));
        Assert.Equal(["j2", "j1"], ledger.Overdue(Noon.AddSeconds(10), 2, a => a.Job.Value == "j3").Select(h => h.Attempt.Job.Value));
        Assert.Equal(Noon.AddSeconds(7), ledger.NextLeaseEnd());
    }

    [Fact]
    public void Only_so_many_releases_are_remembered()
    {
        var ledger = RackOf(Node("n0"));
        for (var i = 0; i < 2000; i++)
            ledger.Release(Plan($"j{i:0000}", 1));

        var released = ledger.Snapshot().Released;
        Assert.Equal(512, released.Length);
        Assert.Equal("j1488", released[0].Attempt.Job.Value);
    }
}
