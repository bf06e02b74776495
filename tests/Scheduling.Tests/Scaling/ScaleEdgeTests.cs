using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>Limits that are just reached, hours that just begin or end, and what is told twice or of nobody.</summary>
public sealed class ScaleEdgeTests
{
    private static readonly DateTimeOffset Now = ScaleStage.Noon;
    private static readonly ScaleSetSpec Spec = new() { Id = "ss", Pool = new PoolId("p"), Ceiling = 10 };

    private static ScaleSetState New(int wanted = 0) => new() { Spec = Spec, Wanted = wanted, Version = 1 };

    private static ScaleSetState Must(ScaleSetDecision decision) => Assert.IsType<ScaleSetDecision.Change>(decision).Next;

    private static int Total(ScaleStage stage) => stage.Sets.Sum(s => s.State.Wanted);

    [Fact]
    public void All_machines_up_to_the_ceiling_can_be_wanted() => Assert.Equal(10, Must(ScaleSetDecider.Want(New(), 10, "test", Now)).Wanted);

    [Fact]
    public void What_went_ten_minutes_ago_is_counted_no_longer()
    {
        var state = Must(ScaleSetDecider.Remove(New(5), [("0", new NodeId("n0"))], "idle", Now));
        state = Must(ScaleSetDecider.Remove(state, [("1", new NodeId("n1"))], "idle", Now.AddMinutes(10)));
        Assert.Equal([new ScaleSetReturned(Now.AddMinutes(10), 1)], state.Returned);
    }

    [Fact]
    public void Of_a_machine_that_is_not_to_go_nothing_is_changed()
    {
        ScaleSetDecision[] all = [ScaleSetDecider.Asked(New(), "9"), ScaleSetDecider.Drained(New(), "9"), ScaleSetDecider.CalledOff(New(), "9"), ScaleSetDecider.Retired(New(), "9")];
        Assert.All(all, d => Assert.IsType<ScaleSetDecision.Nothing>(d));
    }

    [Fact]
    public void Notes_are_told_once_and_none_before_it_was_made()
    {
        var state = Must(ScaleSetDecider.Want(New(), 3, "test", Now));
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Tell(state, state.Version + 1));
        var told = Must(ScaleSetDecider.Tell(state, 2));
        Assert.Equal(2, told.Told);
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Tell(told, 2));
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Tell(told, 1));
    }

    [Fact]
    public void A_machine_that_is_still_there_is_not_taken_for_deleted()
    {
        var state = Must(ScaleSetDecider.Remove(New(3), [("0", new NodeId("n0")), ("7", new NodeId("n7"))], "idle", Now));
        var next = Must(ScaleSetDecider.Report(state, new ScaleSetReport { Fence = 1, Seen = Seen(Machine("0")) }, Now));
        Assert.Equal([("0", RemovalStage.Draining), ("7", RemovalStage.Deleted)], next.Removals.Select(r => (r.Instance, r.Stage)));
    }

    [Fact]
    public void A_machine_that_failed_before_it_joined_goes_and_one_that_may_still_join_stays()
    {
        var seen = Seen(Machine("0") with { HasJoined = false }, Machine("1") with { HasJoined = false, State = InstanceState.Failed }, Machine("2") with { State = InstanceState.Failed });
        Assert.Equal(["1"], Assert.IsType<ScaleSetStep.Delete>(ScaleSetDecider.Step(New(3), seen, 1, TimeSpan.FromMinutes(15), Now)).Instances);
    }

    [Theory]
    [InlineData("07:59", false)]
    [InlineData("08:00", true)]
    [InlineData("09:59", true)]
    [InlineData("10:00", false)]
    public void Hours_begin_with_their_first_minute_and_end_before_their_last(string time, bool holds) =>
        Assert.Equal(holds, new WarmRule { Machines = 1, From = new TimeOnly(8, 0), To = new TimeOnly(10, 0) }.Holds(At(time)));

    [Theory]
    [InlineData("05:59", true)]
    [InlineData("06:00", false)]
    [InlineData("21:59", false)]
    [InlineData("22:00", true)]
    public void Hours_over_midnight_end_in_the_morning(string time, bool holds) =>
        Assert.Equal(holds, new WarmRule { Machines = 1, From = new TimeOnly(22, 0), To = new TimeOnly(6, 0) }.Holds(At(time)));

    [Fact]
    public void A_rule_for_a_whole_day_holds_from_midnight_on_whatever_hour_it_names()
    {
        var rule = new WarmRule { Machines = 1, Days = [DayOfWeek.Wednesday], From = new TimeOnly(8, 0), To = new TimeOnly(8, 0) };
        Assert.True(rule.Holds(At("00:00")) && rule.Holds(At("07:00")) && rule.Holds(At("23:59")));
        Assert.False(rule.Holds(At("07:00").AddDays(1)));
    }

    [Fact]
    public void Of_the_model_that_is_to_be_kept_ready_machines_are_bought_and_of_no_other_and_no_more_than_there_can_be()
    {
        var stage = new ScaleStage { Policy = new ScalePolicy { Warm = [new WarmRule { Machines = 5, GpuModel = "H100" }] } }.Set("a", kind: "A100").Set("h", ceiling: 2);
        stage.Plan();
        Assert.Equal((0, 2), (stage.Wanted("a"), stage.Wanted("h")));
    }

    [Fact]
    public void What_is_kept_ready_for_a_team_is_on_its_own_machines_and_what_is_for_all_is_on_everybodys()
    {
        var vision = new TenantId("vision");
        var stage = new ScaleStage { Policy = new ScalePolicy { Warm = [new WarmRule { Machines = 3, Tenant = vision }, new WarmRule { Machines = 1 }] } }
            .Set("all").Set("vision", with: o => o with { Node = o.Node with { Tenants = [vision] } });
        stage.Plan();
        Assert.Equal((1, 3), (stage.Wanted("all"), stage.Wanted("vision")));
        stage.Join("all").Join("vision").Now += stage.Policy.IdleAfter;
        Assert.Empty(stage.Plan().Returns);
    }

    [Fact]
    public void A_gang_that_finds_idle_nodes_is_served_by_them_and_orders_nothing()
    {
        var stage = new ScaleStage().Set("a").Gang("first", 2);
        stage.Plan();
        stage.Join("a");
        var served = Assert.Single(stage.Plan().Served);
        Assert.Equal(("first", 0), (served.Attempt.Job.Value, served.Ordered.Length));
    }

    [Fact]
    public void Machines_that_are_there_count_against_the_ceilings_of_the_pool_and_of_the_set()
    {
        foreach (var (machines, ceiling) in new[] { (5, 100), (100, 5) })
        {
            var stage = new ScaleStage { Policy = new ScalePolicy { MaxMachines = machines } }.Set("a", ceiling).Gang("first", 4);
            stage.Plan();
            stage.Join("a").Start("first", "a").Gang("second", 2);
            Assert.Equal("second", Assert.Single(stage.Plan().Unmet).Attempt.Job.Value);
            Assert.Equal(4, stage.Wanted("a"));
        }
    }

    [Fact]
    public void What_several_sets_give_to_one_gang_counts_for_the_next()
    {
        var stage = new ScaleStage { Policy = new ScalePolicy { MaxMachines = 6 } }.Set("a", ceiling: 2).Set("b", ceiling: 3).Set("c", ceiling: 2).Gang("first", 4).Gang("second", 3);
        var plan = stage.Plan();
        Assert.Equal("second", Assert.Single(plan.Unmet).Attempt.Job.Value);
        Assert.Equal(4, Total(stage));
    }

    [Fact]
    public void A_gang_takes_each_set_as_far_as_it_goes_and_passes_over_those_that_give_nothing()
    {
        var stage = new ScaleStage().Set("a", ceiling: 2).Set("barred").Set("c", ceiling: 3).Gang("first", 4);
        stage.Refused("barred", ScaleFailure.Other, TimeSpan.FromHours(1));
        Assert.Equal([("a", 2), ("c", 2)], Assert.Single(stage.Plan().Served).Ordered);
    }

    [Fact]
    public void What_costs_nothing_is_bought_whatever_may_be_spent()
    {
        var stage = new ScaleStage { Policy = new ScalePolicy { MaxCostPerHour = 1 } }.Set("a", with: o => o with { PricePerHour = 0 }).Gang("first", 3);
        stage.Plan();
        Assert.Equal(3, stage.Wanted("a"));
    }

    [Fact]
    public void A_set_that_was_refused_is_asked_again_when_the_time_has_come()
    {
        var stage = new ScaleStage().Set("a").Gang("first", 3).Refused("a", ScaleFailure.Allocation, TimeSpan.FromMinutes(5));
        stage.Now += TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1);
        stage.Plan();
        Assert.Equal(0, stage.Wanted("a"));
        stage.Now += TimeSpan.FromTicks(1);
        stage.Plan();
        Assert.Equal(3, stage.Wanted("a"));
    }

    [Fact]
    public void Racks_are_made_whole_as_far_as_the_pool_may_grow()
    {
        var stage = new ScaleStage { Policy = new ScalePolicy { MaxMachines = 6 } }.Set("a", with: o => o with { CompleteRacks = true, RackSize = 4 }).Gang("first", 4);
        stage.Plan();
        stage.Join("a").Start("first", "a").Gang("second", 1);
        stage.Plan();
        Assert.Equal(6, stage.Wanted("a"));
    }

    [Fact]
    public void What_makes_one_sets_rack_whole_is_not_there_for_the_next_set()
    {
        static ScaleOffer Whole(ScaleOffer offer) => offer with { CompleteRacks = true, RackSize = 4 };
        var stage = new ScaleStage { Policy = new ScalePolicy { MaxMachines = 10 } }.Set("a", with: Whole).Set("b", with: Whole, kind: "A100").Gang("first", 5, model: "H100").Gang("second", 1, model: "A100");
        stage.Plan();
        Assert.Equal((8, 2), (stage.Wanted("a"), stage.Wanted("b")));
    }

    [Fact]
    public void Of_a_rack_in_use_what_has_been_idle_longest_goes_first()
    {
        var stage = new ScaleStage { Policy = new ScalePolicy { MaxDeletionsPerTenMinutes = 1 } }.Set("a").Gang("first", 3);
        stage.Plan();
        stage.Join("a", 1).Scene();
        stage.Now += TimeSpan.FromMinutes(3);
        stage.Join("a").Busy("a", 2).Scene();
        stage.Gangs.Clear();
        stage.Now += TimeSpan.FromMinutes(30);
        Assert.Equal("n00000", Assert.Single(stage.Plan().Returns).Node.Value);
    }

    [Fact]
    public void A_rack_that_nobody_uses_goes_with_its_spares()
    {
        var stage = new ScaleStage().Set("a", with: o => o with { Spares = 1, RackSize = 4 }).Gang("first", 3);
        stage.Plan();
        stage.Join("a").Scene();
        stage.Gangs.Clear();
        stage.Now += TimeSpan.FromMinutes(11);
        Assert.Equal(3, stage.Plan().Returns.Length);
    }

    private static DateTimeOffset At(string time) => new(Now.Date + TimeOnly.ParseExact(time, "HH:mm", System.Globalization.CultureInfo.InvariantCulture).ToTimeSpan(), TimeSpan.Zero);

    private static ScaleSetInstance Machine(string id) => new() { Id = id, Node = new NodeId($"n{id}"), State = InstanceState.Running, CreatedAt = Now, HasJoined = true };

    private static ScaleSetReading Seen(params ScaleSetInstance[] machines) => new() { Capacity = machines.Length, Epoch = 1, ETag = "e", IsUpdating = false, Instances = [.. machines] };
}
