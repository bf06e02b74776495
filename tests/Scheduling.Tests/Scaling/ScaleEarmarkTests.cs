using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>Which machines are a gang's own.</summary>
public sealed class ScaleEarmarkTests
{
    private readonly ScaleStage _stage = new();

    [Fact]
    public void Machines_are_the_gangs_for_which_they_were_bought_as_soon_as_they_have_names()
    {
        _stage.Set("a").Gang("x", 3).Gang("y", 2);
        Assert.Empty(_stage.Plan().Earmarks);
        _stage.Appear("a", 2).Plan();
        Assert.Equal([["n00000", "n00001"], []], [_stage.Own("x"), _stage.Own("y")]);
        _stage.Appear("a").Plan();
        Assert.Equal([["n00000", "n00001", "n00002"], ["n00003", "n00004"]], [_stage.Own("x"), _stage.Own("y")]);
        Nothing(_stage.Plan());

        // In whatever order they join, they stay whose they are.
        _stage.Join("a", 4);
        Nothing(_stage.Plan());
    }

    [Fact]
    public void A_gang_that_comes_later_and_is_more_urgent_gets_machines_of_its_own()
    {
        _stage.Set("a").Gang("x", 3).Plan();
        _stage.Appear("a").Plan();
        _stage.Join("a", 2).Gang("urgent", 2);
        _stage.Gangs.Reverse();
        Assert.Equal(5, _stage.Plan().Wants.Single().Capacity);
        Assert.Equal(3, _stage.Own("x").Length);
        _stage.Appear("a").Plan();
        Assert.Equal(["n00003", "n00004"], _stage.Own("urgent"));
        Nothing(_stage.Plan());
    }

    [Fact]
    public void What_a_gang_has_that_quota_no_longer_admits_goes_to_whom_it_admits_instead_and_no_more_is_bought()
    {
        _stage.Set("a").Gang("x", 3).Plan();
        _stage.Appear("a").Plan();
        Assert.Equal(3, _stage.Own("x").Length);
        _stage.Gangs.Clear();
        _stage.NoLongerAdmitted.Add("x");
        _stage.Gang("y", 2);
        var plan = _stage.Plan();
        Assert.Empty(plan.Wants);
        Assert.Empty(_stage.Own("x"));
        Assert.Equal(["n00000", "n00001"], _stage.Own("y"));

        // Admitted again it gets what is nobody's, and what is missing.
        _stage.NoLongerAdmitted.Clear();
        Assert.Equal(5, _stage.Gang("x", 3).Plan().Wants.Single().Capacity);
        Assert.Equal(["n00002"], _stage.Own("x"));
    }

    [Fact]
    public void What_a_gang_is_not_placed_on_counts_for_who_comes_next_and_is_not_returned_while_it_is_being_placed()
    {
        _stage.Policy = new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(1) };
        _stage.Set("a").Gang("x", 3).Plan();
        _stage.Appear("a").Plan();
        _stage.Join("a").Gangs.Clear();
        _stage.Placing.Add("x");
        _stage.Plan();
        _stage.Now += TimeSpan.FromMinutes(2);
        Assert.Empty(_stage.Plan().Returns);
        Assert.Equal(3, _stage.Own("x").Length);

        Nothing(_stage.Gang("y", 3).Plan());
        _stage.Placing.Clear();
        Assert.Equal(3, _stage.Plan().Wants.Single().Capacity - 3);
    }

    [Fact]
    public void A_gang_for_which_all_is_there_already_needs_no_machines_of_its_own()
    {
        _stage.Set("a").Gang("x", 2).Plan();
        _stage.Join("a");
        Nothing(_stage.Plan());
        Assert.Empty(_stage.Earmarks);
    }

    [Fact]
    public void Idle_nodes_that_were_there_before_are_everybodys_until_it_starts()
    {
        _stage.Set("a").Gang("x", 2).Plan();
        _stage.Join("a").Gone("x");
        _stage.Now += TimeSpan.FromMinutes(20);
        _stage.Policy = new ScalePolicy { IdleAfter = TimeSpan.FromDays(1) };
        _stage.Gang("y", 5).Plan();
        _stage.Appear("a").Plan();
        Assert.Equal(["n00002", "n00003", "n00004"], _stage.Own("y"));
    }

    [Fact]
    public void What_a_gang_does_not_use_in_the_end_is_returned_and_nothing_of_what_is_kept()
    {
        _stage.Policy = new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(1) };
        _stage.Set("a").Gang("x", 3).Gang("y", 3).Plan();
        _stage.Appear("a").Plan();
        _stage.Join("a").Gone("x").Plan();
        _stage.Now += TimeSpan.FromMinutes(2);
        var returned = _stage.Plan().Returns.Select(r => r.Node.Value).ToList();
        Assert.Equal((3, 3), (returned.Count, _stage.Own("y").Length));
        Assert.Empty(returned.Intersect(_stage.Own("y")));

        // Neither are those of one that is just being placed, or waits for quota: it is not among those that wait for machines.
        _stage.Gangs.Clear();
        _stage.Now += TimeSpan.FromMinutes(2);
        Nothing(_stage.Plan());
        _stage.Gone("y");
        Assert.Equal(3, _stage.Plan().Returns.Length);
    }

    [Fact]
    public void A_machine_that_does_not_come_is_made_up_for_and_the_gang_gets_the_other_one()
    {
        _stage.Set("a", with: o => o with { OverProvision = 0.5 }).Gang("x", 2).Plan();
        _stage.Appear("a").Plan();
        Assert.Equal(["n00000", "n00001"], _stage.Own("x"));
        _stage.Gone("x").Gang("x", 2);
        _stage.Plan();
        Assert.Equal(2, _stage.Own("x").Length);
    }

    [Fact]
    public void Gangs_that_require_a_rack_change_machines_where_they_joined_mixed()
    {
        // Racks of four; of the first, two machines are one gang's and two the other's.
        _stage.Set("a", 8, o => o with { RackSize = 4 }).Gang("x", 4, TopologyLevel.Rack).Gang("y", 4, TopologyLevel.Rack).Plan();
        _stage.Appear("a").Plan();
        _stage.JoinOnly("a", "n00000", "n00001", "n00004", "n00005");
        var plan = _stage.Plan();
        Assert.Empty(plan.Wants);
        Assert.Empty(plan.Unmet);
        string[][] racks = [["n00000", "n00001", "n00004", "n00005"], ["n00002", "n00003", "n00006", "n00007"]];
        Assert.Equal(racks, new[] { _stage.Own("x"), _stage.Own("y") }.OrderBy(own => own[0], StringComparer.Ordinal));
        Nothing(_stage.Plan());
    }

    [Fact]
    public void A_gang_that_cannot_be_completed_keeps_what_it_has_for_a_while_and_then_gives_it_up()
    {
        _stage.Policy = new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(1) };
        _stage.Set("a").Gang("x", 4).Plan();
        _stage.Appear("a", 2).Plan();
        _stage.Join("a").Refused("a", ScaleFailure.Allocation, TimeSpan.FromMinutes(30));
        Assert.Single(_stage.Plan().Unmet);
        Assert.Equal(2, _stage.Own("x").Length);
        _stage.Now += _stage.Policy.GiveUpAfter;
        Assert.Empty(_stage.Plan().Returns);
        Assert.Empty(_stage.Earmarks);
        Assert.Equal(2, _stage.Plan().Returns.Length);
    }

    private static void Nothing(ScalePlan plan)
    {
        Assert.Empty(plan.Wants);
        Assert.Empty(plan.Returns);
        Assert.Empty(plan.Unmet);
        Assert.Empty(plan.Earmarks);
    }
}
