using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

public sealed class ScalePlannerTests
{
    private readonly ScaleStage _stage = new();

    [Fact]
    public void A_gang_without_room_gets_as_many_machines_as_it_needs_of_the_first_set_and_no_more_while_they_are_on_their_way()
    {
        _stage.Set("a").Set("b").Gang("job", 8);
        var plan = _stage.Plan();
        Assert.Equal([new ScaleWant("a", 8, 0, "for job/1")], plan.Wants);
        Assert.Equal(80, plan.CostPerHour);
        Nothing(_stage.Plan());

        _stage.Join("a", 3);
        Nothing(_stage.Plan());
        _stage.Join("a");
        Nothing(_stage.Plan());
        _stage.Start("job", "a");
        Nothing(_stage.Plan());
    }

    [Fact]
    public void Idle_nodes_are_used_before_machines_are_bought()
    {
        _stage.Set("a").Gang("job", 5).Plan();
        _stage.Join("a").Start("job", "a").Plan();
        _stage.End().Gang("larger", 8);
        Assert.Equal([new ScaleWant("a", 8, 5, "for larger/1")], _stage.Plan().Wants);
    }

    [Fact]
    public void Two_gangs_do_not_count_the_same_machines()
    {
        _stage.Set("a").Gang("one", 4).Gang("two", 4);
        Assert.Equal(8, _stage.Plan().Wants.Single().Capacity);
    }

    [Fact]
    public void What_a_gang_that_gave_up_no_longer_needs_is_not_asked_for_any_more_and_what_came_of_it_is_returned()
    {
        _stage.Set("a").Gang("job", 8).Plan();
        _stage.Join("a", 3);
        _stage.Gangs.Clear();
        Assert.Equal([new ScaleWant("a", 3, 8, "nobody waits for them any more")], _stage.Plan().Wants);

        _stage.Now += _stage.Policy.IdleAfter;
        Assert.Equal(3, _stage.Plan().Returns.Length);
        Assert.Equal(0, _stage.Wanted("a"));
        Nothing(_stage.Plan());
    }

    [Fact]
    public void A_set_that_was_refused_is_passed_over_with_all_of_its_offering_and_the_gang_goes_whole_to_the_next()
    {
        _stage.Set("a", kind: "H200").Set("a2", kind: "H200").Set("b").Gang("job", 8).Plan();
        _stage.Join("a", 3).Refused("a", ScaleFailure.Allocation, TimeSpan.FromMinutes(1));
        _stage.Gangs.Clear();
        _stage.Gang("job", 8, TopologyLevel.Block);
        var plan = _stage.Plan();
        Assert.Equal((3, 0, 8), (_stage.Wanted("a"), _stage.Wanted("a2"), _stage.Wanted("b")));
        Assert.Empty(plan.Unmet);

        // Asked again, the first is not taken up again while the other's machines are on their way.
        _stage.Now += TimeSpan.FromMinutes(2);
        Nothing(_stage.Plan());
    }

    [Theory]
    [InlineData(ScaleFailure.Allocation, true)]
    [InlineData(ScaleFailure.Overconstrained, true)]
    [InlineData(ScaleFailure.Quota, true)]
    [InlineData(ScaleFailure.Sku, true)]
    [InlineData(ScaleFailure.Denied, false)]
    [InlineData(ScaleFailure.Other, false)]
    public void What_is_refused_is_had_from_the_next_in_order_and_a_refusal_of_the_kind_of_machine_counts_for_all_sets_that_offer_it(ScaleFailure failure, bool isOfTheKind)
    {
        _stage.Set("spot", with: o => o with { Offering = o.Offering with { IsSpot = true } }).Set("spot2", with: o => o with { Offering = o.Offering with { IsSpot = true } }).Set("on-demand").Gang("job", 8);
        _stage.Refused("spot", failure, TimeSpan.FromMinutes(1));
        Assert.Equal(isOfTheKind ? "on-demand" : "spot2", _stage.Plan().Wants.Single().Set);
    }

    [Fact]
    public void A_gang_is_completed_by_several_sets_at_once_where_its_rules_allow_that()
    {
        _stage.Set("a", 10).Set("b", 10).Set("c", 10).Gang("job", 25);
        _stage.Plan();
        Assert.Equal((10, 10, 5), (_stage.Wanted("a"), _stage.Wanted("b"), _stage.Wanted("c")));
    }

    [Fact]
    public void A_gang_that_must_be_in_one_block_is_never_spread_and_gets_nothing_where_no_set_can_hold_it()
    {
        // InfiniBand links machines of one set only.
        _stage.Set("a", 10).Set("b", 30).Gang("fits", 25, TopologyLevel.Block).Gang("never", 40, TopologyLevel.Block);
        var plan = _stage.Plan();
        Assert.Equal((0, 25), (_stage.Wanted("a"), _stage.Wanted("b")));
        Assert.Equal("never", plan.Unmet.Single().Attempt.Job.Value);
        Assert.Contains("10 more cannot complete it", plan.Unmet.Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Racks_are_bought_whole_where_that_is_asked_for_and_sixteen_of_eighteen_are_used()
    {
        // marin-community/marin#7225: 128 nodes landed 7 x 18 + 2 instead of 8 x 16.
        _stage.Set("a", 200, o => o with { RackSize = 18, Spares = 2, CompleteRacks = true }).Gang("job", 128);
        Assert.Equal(8 * 18, _stage.Plan().Wants.Single().Capacity);
        Nothing(_stage.Plan());

        // The next gang takes what completed racks left over, before another rack.
        _stage.Set("b").Gangs.Clear();
        _stage.Gang("rack", 16, TopologyLevel.Rack);
        _stage.Join("a");
        Assert.Empty(_stage.Plan().Wants);
    }

    [Fact]
    public void A_rack_that_is_begun_is_filled_up_before_another_one()
    {
        _stage.Set("a").Gang("job", 10).Plan();
        _stage.Join("a").Start("job", "a").Plan();
        _stage.Gang("small", 6, TopologyLevel.Rack);
        Assert.Equal(16, _stage.Plan().Wants.Single().Capacity);

        // Six more in one rack mean a new rack: the old one has no room for them.
        _stage.Join("a").Start("small", "a").Gang("next", 6, TopologyLevel.Rack);
        Assert.Equal(22, _stage.Plan().Wants.Single().Capacity);
    }

    [Fact]
    public void Some_more_are_bought_where_some_tend_not_to_come_and_go_again_once_the_gang_runs()
    {
        _stage.Set("a", with: o => o with { OverProvision = 0.1 }).Gang("job", 20);
        Assert.Equal(22, _stage.Plan().Wants.Single().Capacity);
        Nothing(_stage.Plan());
        _stage.Join("a").Start("job", "a").Plan();
        _stage.Now += _stage.Policy.IdleAfter;
        Assert.Equal(2, _stage.Plan().Returns.Length);
        Assert.Equal(20, _stage.Wanted("a"));
    }

    [Theory]
    [InlineData("machines")]
    [InlineData("cost")]
    [InlineData("cores")]
    public void Ceilings_hold_and_a_gang_that_cannot_be_completed_within_them_gets_nothing_of_it(string ceiling)
    {
        _stage.Policy = ceiling switch
        {
            "machines" => new ScalePolicy { MaxMachines = 10 },
            "cost" => new ScalePolicy { MaxCostPerHour = 105 },
            _ => new ScalePolicy(),
        };
        _stage.Set("a", cores: ceiling == "cores" ? 10 * 96 : null).Gang("first", 8).Gang("second", 8).Gang("third", 2);
        var plan = _stage.Plan();
        Assert.Equal(10, plan.Wants.Single().Capacity);
        Assert.Equal("second", plan.Unmet.Single().Attempt.Job.Value);
    }

    [Fact]
    public void A_gang_for_another_model_does_not_get_machines_that_it_could_not_use()
    {
        _stage.Set("a").Set("b", kind: "GB200").Gang("job", 2, model: "GB200");
        _stage.Plan();
        Assert.Equal((0, 2), (_stage.Wanted("a"), _stage.Wanted("b")));
    }

    [Fact]
    public void Machines_are_kept_ready_at_known_hours_beside_those_that_gangs_need_and_go_when_the_hours_are_over()
    {
        _stage.Policy = new ScalePolicy { Warm = [new WarmRule { Machines = 4, From = new(11, 0), To = new(13, 0) }] };
        _stage.Set("a").Gang("job", 2);
        Assert.Equal(6, _stage.Plan().Wants.Single().Capacity);
        _stage.Join("a").Start("job", "a");
        Nothing(_stage.Plan());
        _stage.Now += _stage.Policy.IdleAfter;
        Nothing(_stage.Plan());
        _stage.Now = ScaleStage.Noon.AddHours(1);
        Assert.Equal(4, _stage.Plan().Returns.Length);
    }

    [Theory]
    [InlineData("2026-03-04T23:30:00Z", true)]
    [InlineData("2026-03-05T01:30:00Z", true)]
    [InlineData("2026-03-05T02:00:00Z", false)]
    [InlineData("2026-03-05T23:30:00Z", false)]
    public void Hours_over_midnight_belong_to_the_day_on_which_they_began(string now, bool holds)
    {
        var rule = new WarmRule { Machines = 1, From = new(22, 0), To = new(2, 0), Days = [DayOfWeek.Wednesday] };
        Assert.Equal(holds, rule.Holds(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Whole_racks_are_returned_first_and_never_a_node_with_work_nor_more_than_ten_minutes_allow()
    {
        _stage.Policy = new ScalePolicy { MaxDeletionsPerTenMinutes = 20 };
        _stage.Set("a").Gang("job", 48).Plan();
        _stage.Join("a").Busy("a", 3, 40).Gangs.Clear();
        _stage.Plan();
        _stage.Now += _stage.Policy.IdleAfter;
        _stage.RecentDeletions = 2;
        var plan = _stage.Plan();
        Assert.Equal(18, plan.Returns.Length);

        // The middle rack is the one that is idle as a whole.
        Assert.Equal(Enumerable.Range(16, 16).Select(i => $"{i}"), plan.Returns.Take(16).Select(r => r.Instance));
        Assert.DoesNotContain(plan.Returns, r => r.Instance is "3" or "40");
    }

    [Fact]
    public void Idle_nodes_that_a_gang_waits_for_stay_however_long_they_have_been_idle()
    {
        _stage.Set("a", 8).Set("b", kind: "GB200", ceiling: 0).Gang("job", 8).Plan();
        _stage.Join("a");
        _stage.Plan();
        _stage.Now += _stage.Policy.IdleAfter * 3;
        Nothing(_stage.Plan());
    }

    [Fact]
    public void Nodes_that_have_just_joined_and_are_not_ready_yet_are_waited_for_and_replaced_only_when_they_stay_so()
    {
        _stage.Set("a").Gang("job", 4).Plan();
        _stage.Join("a").Closed("a", 0, 1, 2);
        Nothing(_stage.Plan());
        _stage.Now += TimeSpan.FromMinutes(15);
        Assert.Equal(7, _stage.Plan().Wants.Single().Capacity);
    }

    [Fact]
    public void A_machine_that_has_joined_and_does_not_work_is_returned_first_and_one_that_is_held_out_by_a_person_never()
    {
        _stage.Policy = new ScalePolicy { MaxDeletionsPerTenMinutes = 2 };
        _stage.Set("a").Gang("job", 6).Plan();
        _stage.Join("a").Closed("a", 4, 5).Gangs.Clear();
        _stage.Plan();
        _stage.Now += TimeSpan.FromMinutes(40);
        var scene = _stage.Scene() with { Broken = _stage.Scene().Broken.Add(new NodeId("n00005"), "failed preflight") };
        Assert.Equal([("5", "failed preflight"), ("0", $"idle since {ScaleStage.Noon:u}")], ScalePlanner.Plan(scene).Returns.Select(r => (r.Instance, r.Reason)));
    }

    [Fact]
    public void What_one_set_is_to_get_of_a_quota_that_they_share_the_others_do_not()
    {
        _stage.Set("a", 8).Set("b").Share("region", 20 * 96, "a", "b").Share("family", 10 * 96, "b").Gang("one", 8).Gang("two", 10).Gang("three", 4);
        var plan = _stage.Plan();
        Assert.Equal((8, 10), (_stage.Wanted("a"), _stage.Wanted("b")));
        Assert.Contains("0 cores left of family", _stage.Share("family", 0, "b").Plan().Unmet.Single().Reason, StringComparison.Ordinal);
        Assert.Equal("three", plan.Unmet.Single().Attempt.Job.Value);
    }

    [Fact]
    public void While_machines_may_be_coming_that_were_not_read_nothing_is_lowered()
    {
        _stage.Set("a").Gang("job", 4).Plan();
        _stage.Unsettled("a").Gangs.Clear();
        Nothing(_stage.Plan());
        _stage.Unsettled("a", false);
        Assert.Equal(0, _stage.Plan().Wants.Single().Capacity);
    }

    [Fact]
    public void The_same_scene_gives_the_same_plan()
    {
        _stage.Set("a", 30).Set("b", 30, o => o with { CompleteRacks = true }).Gang("x", 7).Gang("y", 33).Gang("z", 12, TopologyLevel.Rack);
        var scene = _stage.Scene();
        var (one, two) = (ScalePlanner.Plan(scene), ScalePlanner.Plan(scene));
        Assert.Equal(one.Wants, two.Wants);
        Assert.Equal(one.Unmet, two.Unmet);
    }

    private static void Nothing(ScalePlan plan)
    {
        Assert.Empty(plan.Wants);
        Assert.Empty(plan.Returns);
        Assert.Empty(plan.Unmet);
    }
}
