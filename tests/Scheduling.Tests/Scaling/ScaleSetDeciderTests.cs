using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

public sealed class ScaleSetDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan JoinWithin = TimeSpan.FromMinutes(15);
    private static readonly ScaleSetSpec Spec = new() { Id = "ss", Pool = new PoolId("p"), Ceiling = 10 };

    private static ScaleSetState New(int wanted = 0) => new() { Spec = Spec, Wanted = wanted, Version = 1 };

    [Fact]
    public void Wanted_capacity_is_absolute_and_never_below_zero_or_above_the_ceiling()
    {
        Assert.Equal(7, Must(ScaleSetDecider.Want(New(), 7, "test", Now)).Wanted);
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Want(New(7), 7, "test", Now));
        Assert.IsType<ScaleSetDecision.Refuse>(ScaleSetDecider.Want(New(), 11, "test", Now));
        Assert.IsType<ScaleSetDecision.Refuse>(ScaleSetDecider.Want(New(), -1, "test", Now));
        Assert.Equal(4, Must(ScaleSetDecider.Configure(New(7), Spec with { Ceiling = 4 })).Wanted);
        Assert.IsType<ScaleSetDecision.Refuse>(ScaleSetDecider.Configure(New(), Spec with { Pool = new PoolId("q") }));
    }

    [Fact]
    public void A_plan_holds_for_the_leadership_and_the_version_it_was_made_on_and_said_again_it_changes_nothing()
    {
        var state = New(2) with { Fence = 4, Version = 7 };
        Assert.IsType<ScaleSetDecision.Refuse>(Plan(3, 7, 5));
        Assert.IsType<ScaleSetDecision.Refuse>(Plan(3, null, 2));
        Assert.IsType<ScaleSetDecision.Refuse>(Plan(4, 6, 5));
        Assert.IsType<ScaleSetDecision.Nothing>(Plan(4, 6, 2));
        Assert.Equal((2, 5, 8), Of(Plan(5, 6, 2)));
        Assert.Equal((5, 4, 8), Of(Plan(4, 7, 5)));
        Assert.Equal((5, 6, 8), Of(Plan(6, null, 5)));
        Assert.Equal((5, 4, 8), Of(ScaleSetDecider.Planned(state, null, s => ScaleSetDecider.Want(s, 5, "by hand", Now))));

        ScaleSetDecision Plan(long leadership, long? version, int capacity) => ScaleSetDecider.Planned(
            state, new ScaleBasis { Leadership = leadership, Version = version }, s => ScaleSetDecider.Want(s, capacity, "test", Now));

        static (int Wanted, long Fence, long Version) Of(ScaleSetDecision decision)
        {
            var next = Must(decision);
            return (next.Wanted, next.Fence, next.Version);
        }
    }

    [Fact]
    public void A_plan_from_older_demand_than_the_last_one_is_refused_whichever_planner_made_it()
    {
        var state = Must(Plan(New(), 40, 3));
        Assert.Equal((3, 40), (state.Wanted, state.PlannedFrom));
        Assert.IsType<ScaleSetDecision.Refuse>(Plan(state, 39, 5));
        Assert.IsType<ScaleSetDecision.Nothing>(Plan(state, 39, 3));
        Assert.Equal((4, 40), Of(Plan(state, 40, 4)));
        Assert.Equal((4, 41), Of(Plan(state, 41, 4)));

        // An operator's word, or a plan from no demand, holds and changes nothing of that.
        Assert.Equal((6, 40), Of(Plan(state, null, 6)));
        Assert.Equal((6, 40), Of(ScaleSetDecider.Planned(state, null, s => ScaleSetDecider.Want(s, 6, "by hand", Now))));

        static ScaleSetDecision Plan(ScaleSetState state, long? demand, int capacity) => ScaleSetDecider.Planned(
            state, new ScaleBasis { Leadership = 1, Version = state.Version, Demand = demand }, s => ScaleSetDecider.Want(s, capacity, "test", Now));

        static (int Wanted, long PlannedFrom) Of(ScaleSetDecision decision) => (Must(decision).Wanted, Must(decision).PlannedFrom);
    }

    [Fact]
    public void What_was_done_is_noted_with_its_reason_and_only_the_last_notes_are_kept()
    {
        var state = New();
        for (var i = 0; i < ScaleSetDecider.MaxNotes + 5; i++)
        {
            state = Must(ScaleSetDecider.Want(state, 1 + (i % 2), $"reason {i}", Now));
        }

        Assert.Equal(ScaleSetDecider.MaxNotes, state.Notes.Length);
        Assert.Equal("reason 68", state.Notes[^1].Reason);
        Assert.Equal("wants 1 machines (2 before)", state.Notes[^1].What);
    }

    [Fact]
    public void No_more_machines_go_within_ten_minutes_than_may()
    {
        var state = New(9) with { Spec = Spec with { MaxReturnsPerTenMinutes = 3 } };
        state = Must(ScaleSetDecider.Remove(state, [("0", new NodeId("n0")), ("1", new NodeId("n1"))], "idle", Now));
        Assert.IsType<ScaleSetDecision.Refuse>(ScaleSetDecider.Remove(state, [("2", new NodeId("n2")), ("3", new NodeId("n3"))], "idle", Now.AddMinutes(9)));
        state = Must(ScaleSetDecider.Remove(state, [("2", new NodeId("n2"))], "idle", Now.AddMinutes(9)));
        Assert.Equal(3, ScaleSetDecider.ReturnedLately(state, Now.AddMinutes(9)));
        state = Must(ScaleSetDecider.Remove(state, [("3", new NodeId("n3")), ("4", new NodeId("n4"))], "idle", Now.AddMinutes(10)));
        Assert.Equal(4, state.Wanted);
    }

    [Fact]
    public void An_event_from_outside_is_heard_once()
    {
        var state = Must(ScaleSetDecider.Hear(New(), "e1", "autoscale scaled up", Now));
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Hear(state, "e1", "autoscale scaled up", Now.AddHours(1)));
        for (var i = 0; i < ScaleSetDecider.MaxHeard; i++)
        {
            state = Must(ScaleSetDecider.Hear(state, $"more {i}", "x", Now));
        }

        Assert.Equal(ScaleSetDecider.MaxHeard, state.Heard.Length);
    }

    [Fact]
    public void As_many_are_asked_for_as_are_missing_and_never_fewer_than_are_there()
    {
        Assert.Equal(new ScaleSetStep.Grow(5, "e"), Step(New(5), Seen(3)));
        Assert.IsType<ScaleSetStep.Wait>(Step(New(5), Seen(5)));
        Assert.IsType<ScaleSetStep.Wait>(Step(New(0), Seen(5)));

        // What was asked for and never came does not count.
        Assert.Equal(new ScaleSetStep.Grow(5, "e"), Step(New(5), Seen(3) with { Capacity = 9 }));
    }

    [Fact]
    public void Machines_that_are_to_go_are_replaced_as_far_as_the_ceiling_lets()
    {
        var state = Must(ScaleSetDecider.Remove(New(9), [("0", new NodeId("n0")), ("1", new NodeId("n1"))], "test", Now));
        Assert.Equal(7, state.Wanted);
        Assert.Equal(new ScaleSetStep.Grow(10, "e"), Step(state with { Wanted = 9 }, Seen(9)));
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Remove(state, [("1", new NodeId("n1"))], "again", Now));
    }

    [Fact]
    public void A_machine_is_deleted_only_once_it_was_drained_and_forgotten_only_once_it_is_gone()
    {
        var state = Must(ScaleSetDecider.Remove(New(3), [("1", new NodeId("n1"))], "test", Now));
        Assert.IsType<ScaleSetStep.Wait>(Step(state, Seen(3)));
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Retired(state, "1"));

        state = Must(ScaleSetDecider.Drained(state, "1"));
        Assert.Equal(["1"], Assert.IsType<ScaleSetStep.Delete>(Step(state, Seen(3))).Instances);
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.CalledOff(state, "1"));

        var gone = Seen(3) with { Instances = [.. Seen(3).Instances.Where(i => i.Id != "1")] };
        state = Report(state, gone);
        Assert.Equal(RemovalStage.Deleted, Assert.Single(state.Removals).Stage);
        Assert.Empty(Must(ScaleSetDecider.Retired(state, "1")).Removals);
    }

    [Fact]
    public void A_removal_that_an_operator_calls_off_before_the_node_is_empty_leaves_the_machine()
    {
        var state = Must(ScaleSetDecider.Remove(New(3), [("1", new NodeId("n1"))], "test", Now));
        state = Must(ScaleSetDecider.CalledOff(Must(ScaleSetDecider.Asked(state, "1")), "1"));
        Assert.Equal((3, 0), (state.Wanted, state.Removals.Length));
        Assert.IsType<ScaleSetStep.Wait>(Step(state, Seen(3)));
    }

    [Fact]
    public void Machines_that_never_joined_are_replaced_and_one_that_has_been_a_node_is_not_taken_for_one()
    {
        var late = Seen(2) with { Instances = [.. Seen(2).Instances.Select(i => i with { HasJoined = i.Id == "0", CreatedAt = Now - JoinWithin - TimeSpan.FromSeconds(1) })] };
        var state = Report(New(2), late);
        Assert.Equal(["1"], Assert.IsType<ScaleSetStep.Delete>(Step(state, late)).Instances);

        // The cluster has lost sight of both: the one that was a node may still have work.
        var lost = late with { Instances = [.. late.Instances.Select(i => i with { HasJoined = false })] };
        Assert.Equal(["1"], Assert.IsType<ScaleSetStep.Delete>(Step(Report(state, lost), lost)).Instances);
    }

    [Fact]
    public void What_is_under_way_is_followed_and_nothing_else_is_asked_for()
    {
        var asked = Report(New(5), new ScaleSetReport { Fence = 7, Began = new ScaleSetOperation { Url = "", Capacity = 5, StartedAt = Now } });
        Assert.IsType<ScaleSetStep.Wait>(Step(asked, Seen(3)));

        var begun = Report(asked, new ScaleSetReport { Fence = 7, Began = asked.Operation! with { Url = "u" } });
        Assert.Equal(new ScaleSetStep.Follow("u"), Step(begun, Seen(3)));
        Assert.Null(Report(begun, new ScaleSetReport { Fence = 7, Ended = "u" }).Operation);
        Assert.IsType<ScaleSetStep.Wait>(Step(New(5), Seen(3) with { IsUpdating = true }));
    }

    [Fact]
    public void A_request_that_nobody_knows_the_end_of_is_judged_by_what_is_there()
    {
        var asked = Report(New(5), new ScaleSetReport { Fence = 7, Began = new ScaleSetOperation { Url = "", Capacity = 5, StartedAt = Now - ScaleSetDecider.HeardWithin } });
        Assert.Equal(new ScaleSetStep.Settle(null), Step(asked, Seen(5)));
        Assert.Equal(new ScaleSetStep.Settle(ScaleFailure.Other), Step(asked, Seen(3)));
    }

    [Fact]
    public void Who_got_no_machines_asks_again_later_each_time_later_and_at_once_after_a_success()
    {
        var once = Report(New(5), new ScaleSetReport { Fence = 7, Failure = ScaleFailure.Allocation });
        Assert.IsType<ScaleSetStep.Wait>(Step(once, Seen(3)));
        Assert.Equal(Now + TimeSpan.FromMinutes(1), once.BackOff!.Until);
        var twice = Report(once, new ScaleSetReport { Fence = 7, Failure = ScaleFailure.Allocation });
        Assert.Equal((2, Now + TimeSpan.FromMinutes(2)), (twice.BackOff!.Failures, twice.BackOff.Until));
        Assert.Equal((1, Now + TimeSpan.FromMinutes(5)), (Report(twice, new ScaleSetReport { Fence = 7, Failure = ScaleFailure.Quota }).BackOff!.Failures, Report(twice, new ScaleSetReport { Fence = 7, Failure = ScaleFailure.Quota }).BackOff!.Until));
        Assert.IsType<ScaleSetStep.Grow>(Step(once with { BackOff = once.BackOff with { Until = Now } }, Seen(3)));

        var growing = Report(twice, new ScaleSetReport { Fence = 7, Began = new ScaleSetOperation { Url = "u", Capacity = 5, StartedAt = Now } });
        Assert.NotNull(Report(growing, new ScaleSetReport { Fence = 7, Ended = "" }).BackOff);
        Assert.Null(Report(growing, new ScaleSetReport { Fence = 7, Ended = "u" }).BackOff);
    }

    [Theory]
    [InlineData(ScaleFailure.Allocation, 60)]
    [InlineData(ScaleFailure.Overconstrained, 120)]
    [InlineData(ScaleFailure.Quota, 300)]
    [InlineData(ScaleFailure.Sku, 300)]
    [InlineData(ScaleFailure.Denied, 300)]
    [InlineData(ScaleFailure.Other, 15)]
    public void Each_kind_of_refusal_has_a_wait_of_its_own_that_doubles_is_bounded_and_is_remembered_through_others(ScaleFailure failure, int seconds)
    {
        var other = failure == ScaleFailure.Quota ? ScaleFailure.Allocation : ScaleFailure.Quota;
        var state = Report(New(5), new ScaleSetReport { Fence = 7, Failure = failure });
        Assert.Equal(TimeSpan.FromSeconds(seconds), state.BackOff!.Until - Now);
        state = Report(Report(state, new ScaleSetReport { Fence = 7, Failure = other }), new ScaleSetReport { Fence = 7, Failure = failure });

        // What was refused for no reason that is known is no sign of more to come.
        var times = failure == ScaleFailure.Other ? 1 : 2;
        Assert.Equal((failure, times, TimeSpan.FromSeconds(times * seconds)), (state.BackOff!.Failure, state.BackOff.Failures, state.BackOff.Until - Now));
        Assert.Equal(other, state.EarlierBackOffs.Single().Failure);
        for (var again = 0; again < 12; again++)
        {
            state = Report(state, new ScaleSetReport { Fence = 7, Failure = failure });
        }

        Assert.Equal(TimeSpan.FromMinutes(30), state.BackOff!.Until - Now);
        var growing = Report(state, new ScaleSetReport { Fence = 7, Began = new ScaleSetOperation { Url = "u", Capacity = 5, StartedAt = Now } });
        state = Report(growing, new ScaleSetReport { Fence = 7, Ended = "u" });
        Assert.Equal((null, 0), (state.BackOff, state.EarlierBackOffs.Length));
    }

    [Fact]
    public void An_older_leader_is_refused_and_a_new_one_claims_the_set_first()
    {
        var state = Report(New(5), new ScaleSetReport { Fence = 7, Seen = Seen(3) });
        Assert.IsType<ScaleSetDecision.Refuse>(ScaleSetDecider.Report(state, new ScaleSetReport { Fence = 6, Seen = Seen(0) }, Now));
        Assert.IsType<ScaleSetStep.Superseded>(ScaleSetDecider.Step(state, Seen(3), 6, JoinWithin, Now));
        Assert.IsType<ScaleSetStep.Superseded>(ScaleSetDecider.Step(New(5), Seen(3) with { Epoch = 8 }, 7, JoinWithin, Now));
        Assert.Equal(new ScaleSetStep.Claim("e"), Step(state, Seen(3) with { Epoch = 6 }));
    }

    private static ScaleSetReading Seen(int machines) => new()
    {
        Capacity = machines,
        ETag = "e",
        Epoch = 7,
        IsUpdating = false,
        Instances = [.. Enumerable.Range(0, machines).Select(i => new ScaleSetInstance { Id = $"{i}", Node = new NodeId($"n{i}"), State = InstanceState.Running, CreatedAt = Now, HasJoined = true })],
    };

    private static ScaleSetStep Step(ScaleSetState state, ScaleSetReading seen) => ScaleSetDecider.Step(state, seen, 7, JoinWithin, Now);

    private static ScaleSetState Must(ScaleSetDecision decision) => Assert.IsType<ScaleSetDecision.Change>(decision).Next;

    private static ScaleSetState Report(ScaleSetState state, ScaleSetReading seen) => Report(state, new ScaleSetReport { Fence = 7, Seen = seen });

    private static ScaleSetState Report(ScaleSetState state, ScaleSetReport report) =>
        ScaleSetDecider.Report(state, report, Now) is ScaleSetDecision.Change change ? change.Next : state;
}
