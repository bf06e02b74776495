using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Reservations;
using Scheduling.Tests.Placement;
using Scheduling.Tests.Preemption;

namespace Scheduling.Tests.Reservations;

public sealed class ReservationPlannerTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = Crowd.Now;
    private static readonly WorkerShape Node = TextPool.Shape(8);

    [Fact]
    public void The_gang_starts_when_the_last_that_it_needs_gone_has_ended()
    {
        var crowd = Crowd.Empty(1, 1, 4);
        for (var i = 0; i < 4; i++) crowd.Put($"v{i}", "r000", i, 0, 8);
        var plan = ReservationPlanner.Plan(crowd.Index, TextPool.Gang(2, Node), Running(crowd, 60, 10, 30, null), Now)!;
        Assert.Equal(Now.AddMinutes(30), plan.StartAt);
        Assert.Equal(Now.AddMinutes(15), plan.LikelyAt);
        Assert.Equal(["v1", "v2"], plan.WaitsFor.Select(a => a.Job.Value));
        Assert.Equal([1, 2], plan.Target.Racks.Single().Workers.Select(w => w.Slot));
    }

    [Fact]
    public void A_service_is_not_waited_for_and_where_only_it_stands_in_the_way_there_is_no_reservation()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        crowd.Put("a", "r000", 0, 0, 8);
        crowd.Put("service", "r000", 1, 0, 8);
        Assert.Null(ReservationPlanner.Plan(crowd.Index, TextPool.Gang(2, Node), Running(crowd, 10, null), Now));
        Assert.NotNull(ReservationPlanner.Plan(crowd.Index, TextPool.Gang(1, Node), Running(crowd, 10, null), Now));
    }

    [Fact]
    public void Nothing_is_reserved_beyond_the_horizon()
    {
        var crowd = Crowd.Empty(1, 1, 1);
        crowd.Put("a", "r000", 0, 0, 8);
        var options = new ReservationOptions { Horizon = TimeSpan.FromMinutes(9) };
        Assert.Null(ReservationPlanner.Plan(crowd.Index, TextPool.Gang(1, Node), Running(crowd, 10), Now, options));
    }

    [Fact]
    public void An_attempt_past_its_prediction_is_expected_to_go_on_for_a_while()
    {
        var crowd = Crowd.Empty(1, 1, 1);
        crowd.Put("a", "r000", 0, 0, 8);
        var plan = ReservationPlanner.Plan(crowd.Index, TextPool.Gang(1, Node), Running(crowd, -5), Now)!;
        Assert.Equal(Now.AddMinutes(10), plan.StartAt);
    }

    [Fact]
    public void Whoever_ends_in_time_on_the_same_node_but_is_not_needed_gone_is_not_waited_for()
    {
        var crowd = Crowd.Empty(1, 1, 1);
        crowd.Put("needed", "r000", 0, 0, 4);
        crowd.Put("beside", "r000", 0, 4, 2);
        crowd.Put("long", "r000", 0, 6, 2);
        var plan = ReservationPlanner.Plan(crowd.Index, TextPool.Gang(1, TextPool.Shape(4)), Running(crowd, 10, 5, 90), Now)!;
        Assert.Equal(["needed"], plan.WaitsFor.Select(a => a.Job.Value));
    }

    [Fact]
    public void A_gang_that_fits_now_starts_now()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        crowd.Put("a", "r000", 0, 0, 8);
        var plan = ReservationPlanner.Plan(crowd.Index, TextPool.Gang(1, Node), Running(crowd, 10), Now)!;
        Assert.Equal(Now, plan.StartAt);
        Assert.Empty(plan.WaitsFor);
    }

    [Fact]
    public void The_gang_stays_within_its_rack_even_when_other_racks_are_free_sooner()
    {
        var crowd = Crowd.Empty(1, 2, 2);
        for (var i = 0; i < 4; i++) crowd.Put($"v{i}", $"r00{i / 2}", i % 2, 0, 8);
        var plan = ReservationPlanner.Plan(crowd.Index, TextPool.Gang(2, Node, TopologyLevel.Rack), Running(crowd, 1, 50, 20, 30), Now)!;
        Assert.Equal(Now.AddMinutes(30), plan.StartAt);
        Assert.Equal(["v2", "v3"], plan.WaitsFor.Select(a => a.Job.Value));
    }

    [Fact]
    public void The_time_is_the_earliest_at_which_the_index_would_place_the_gang_in_random_pools()
    {
        var plans = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var crowd = Crowd.Random(random, victims: 20);
            var running = crowd.Victims.Select(v => new RunningGang
            {
                Attempt = v.Attempt, Placement = v.Placement, Roles = v.Roles, P50End = Now.AddMinutes(1), P90End = random.Next(6) == 0 ? null : Now.AddMinutes(random.Next(1, 500)),
            }).ToList();
            var request = new RandomPool(random).Request();
            var before = crowd.Index.Totals;
            var plan = ReservationPlanner.Plan(crowd.Index, request, running, Now);
            Assert.Equal(before, crowd.Index.Totals);
            Assert.Equal(Earliest(crowd.Index, request, running), plan?.StartAt);
            if (plan is null) continue;
            plans++;
            using var trial = crowd.Index.BeginTrial();
            foreach (var gone in running.Where(r => plan.WaitsFor.Contains(r.Attempt))) trial.Release(gone.Placement, gone.Roles);
            Assert.True(trial.TryTake(plan.Target, request.Roles));
            Assert.True(plan.LikelyAt <= plan.StartAt);
        }

        output.WriteLine($"{plans} reservations");
        Assert.True(plans > 150, $"{plans}");
    }

    [Fact]
    public void A_job_may_run_ahead_of_a_reservation_only_if_it_surely_ends_before()
    {
        var (start, safety) = (Now.AddMinutes(60), TimeSpan.FromMinutes(5));
        Assert.True(BackfillRule.Allows(Now, TimeSpan.FromMinutes(55), start, safety));
        Assert.False(BackfillRule.Allows(Now, TimeSpan.FromMinutes(56), start, safety));
        Assert.False(BackfillRule.Allows(Now, null, start, safety));
        Assert.False(BackfillRule.Allows(Now, TimeSpan.MaxValue, start, safety));
        Assert.Equal(start, BackfillRule.EndsBy(Now, TimeSpan.FromMinutes(55), safety));
        Assert.Equal(DateTimeOffset.MaxValue, BackfillRule.EndsBy(Now, TimeSpan.MaxValue, safety));
    }

    /// <summary>Lets them end one after the other and asks after each.</summary>
    private static DateTimeOffset? Earliest(PlacementIndex index, GangRequest request, List<RunningGang> running)
    {
        using var trial = index.BeginTrial();
        if (trial.Fits(request)) return Now;
        foreach (var same in running.Where(r => r.P90End is not null).GroupBy(r => r.P90End!.Value).OrderBy(g => g.Key))
        {
            foreach (var gone in same) trial.Release(gone.Placement, gone.Roles);
            if (trial.Fits(request)) return same.Key;
        }

        return null;
    }

    private static List<RunningGang> Running(Crowd crowd, params int?[] minutes) => [.. crowd.Victims.Select((v, i) => new RunningGang
    {
        Attempt = v.Attempt, Placement = v.Placement, Roles = v.Roles, P50End = Now.AddMinutes((minutes[i] ?? 0) / 2.0), P90End = minutes[i] is { } m ? Now.AddMinutes(m) : null,
    })];
}
