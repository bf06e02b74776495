using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>When a pool has something to do, what an attempt keeps of a plan that came to nothing, and what waiting and giving back are worth.</summary>
public sealed class PoolTurnTests
{
    private DateTimeOffset _now = Specs.Start;

    private static PoolMachine Pool(PoolPolicy? policy = null, int nodes = 4)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), policy);
        pool.BeginEpoch(Specs.Start);
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes));
        return pool;
    }

    private static PoolAttempt Enqueue(PoolMachine pool, string job, JobSpec spec, DateTimeOffset submitted)
    {
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec, submitted));
        return pool.FindJob(new JobId(job))!;
    }

    private PoolAttempt Run(PoolMachine pool, string job, JobSpec spec)
    {
        var attempt = Enqueue(pool, job, spec, _now);
        Assert.Same(attempt, Assert.Single(pool.Plan(1)));
        Assert.True(pool.Commit(attempt.Ref));
        return attempt;
    }

    private static void End(PoolMachine pool, PoolAttempt attempt) => pool.EndAndFree(attempt.Id);

    [Fact]
    public void Room_that_nobody_waits_for_is_no_reason_for_a_pass()
    {
        var pool = Pool();
        End(pool, Run(pool, "a", Specs.Job()));
        Assert.Empty(pool.Plan(5).Concat(pool.Plan(5)));
        pool.TakeEntries();
        End(pool, Run(pool, "b", Specs.Job()));
        pool.TakeEntries();
        Assert.Empty(pool.Plan(5));
        Assert.Empty(pool.TakeEntries());
    }

    [Fact]
    public void Promises_are_looked_at_when_somebody_waits_for_room_something_happened_and_the_last_look_was_a_second_ago()
    {
        var pool = Pool();
        Assert.False(pool.ClaimsDue);
        Run(pool, "a", Specs.Job(workers: 4));
        Assert.False(pool.ClaimsDue);
        Enqueue(pool, "b", Specs.Job(), _now);
        Assert.Empty(pool.Plan(5));
        Assert.True(pool.ClaimsDue);
        pool.PlanClaims();
        Assert.False(pool.ClaimsDue);
        pool.Advance(_now.AddSeconds(5));
        Assert.False(pool.ClaimsDue);
        pool.PlanClaims();
        pool.ReviewClaims();
        Assert.False(pool.ClaimsDue);
        pool.Advance(_now.AddSeconds(6));
        Assert.True(pool.ClaimsDue);
    }

    [Fact]
    public void A_plan_that_came_to_nothing_leaves_nothing_of_itself()
    {
        var pool = Pool();
        var attempt = Enqueue(pool, "a", Specs.Job(), _now);
        Assert.Same(attempt, Assert.Single(pool.Plan(1)));
        attempt.MayBeCommitted = true;
        attempt.PreemptionAsked = true;
        Assert.True(pool.Checkpoint(attempt.Id, _now.AddMinutes(1)) && pool.Stop(attempt.Id));
        pool.BeginUndo(attempt.Ref);
        Assert.True(attempt.Undoing);
        Assert.False(pool.Commit(attempt.Ref));
        pool.Abort(attempt.Ref, null);
        Assert.Equal((AttemptStage.Queued, 0L, null, null), (attempt.Stage, attempt.Plan, attempt.Placement, attempt.CheckpointBy));
        Assert.False(attempt.StopWanted || attempt.Undoing || attempt.MayBeCommitted || attempt.PreemptionAsked);
        Assert.Empty(attempt.Amounts);
        Assert.True(pool.Commit(Assert.Single(pool.Plan(1)).Ref));
    }

    [Fact]
    public void Whoever_gave_back_all_it_had_has_as_good_a_claim_as_before_where_only_present_use_counts()
    {
        var pool = Pool(new PoolPolicy { ShareHalfLife = TimeSpan.Zero });
        var first = Run(pool, "first", Specs.Job(workers: 4, user: "greedy"));
        Enqueue(pool, "greedy", Specs.Job(workers: 4, user: "greedy"), _now.AddSeconds(1));
        Enqueue(pool, "modest", Specs.Job(workers: 4, user: "modest"), _now.AddSeconds(2));
        Assert.Empty(pool.Plan(1));
        End(pool, first);
        Assert.Equal("greedy", Assert.Single(pool.Plan(1)).Id.Job.Value);
    }

    [Fact]
    public void Whoever_says_that_it_was_submitted_in_the_future_is_no_less_urgent_for_it() =>
        Assert.Equal(7, Enqueue(Pool(), "a", Specs.Job(priority: 7), _now.AddHours(100)).EffectivePriority);

    [Fact]
    public void Racks_are_stored_in_order()
    {
        var pool = Pool();
        pool.SeeRack(Specs.Rack("a"));
        pool.SeeRack(Specs.Rack("z"));
        Assert.Equal(["p/a", "p/r", "p/z"], pool.ToSnapshot().Racks.Select(r => r.Value));
    }

    [Fact]
    public void Of_a_tenants_waiting_jobs_each_is_counted_until_it_leaves()
    {
        var pool = Pool();
        var (a, b) = (Enqueue(pool, "a", Specs.Job(), _now), Enqueue(pool, "b", Specs.Job(), _now));
        Assert.Equal(2, pool.CountPending(new TenantId("t")));
        End(pool, a);
        Assert.Equal(1, pool.CountPending(new TenantId("t")));
        End(pool, b);
        Assert.Equal(0, pool.CountPending(new TenantId("t")));
    }

    [Fact]
    public void The_work_of_those_ahead_is_what_they_are_likely_to_take_and_nothing_of_those_who_left()
    {
        var pool = Pool();
        Run(pool, "runs", Specs.Job(workers: 4) with { TimeLimit = TimeSpan.FromHours(1) });
        Enqueue(pool, "waits", Specs.Job(workers: 4), _now);
        Assert.Empty(pool.Plan(1));
        DateTimeOffset Expected() => pool.Explain(new JobId("waits"), _ => true)!.StartEstimate!.P50;
        var alone = Expected();
        Enqueue(pool, "ahead", Specs.Job(workers: 4, priority: 9), _now);
        var behindOne = Expected();
        Assert.True(behindOne > alone.AddMinutes(1));
        var second = Enqueue(pool, "ahead-2", Specs.Job(workers: 4, priority: 9), _now);
        Assert.True(Expected() > behindOne.AddMinutes(1));
        End(pool, second);
        Assert.InRange(Expected(), behindOne.AddSeconds(-1), behindOne.AddSeconds(1));
    }

    [Fact]
    public void After_two_weeks_of_waiting_it_counts_who_came_first_and_not_who_is_likely_to_be_shorter()
    {
        var pool = Pool(new PoolPolicy { AgeingPeriod = TimeSpan.Zero });
        JobSpec Of(string user) => Specs.Job(workers: 4, user: user) with { Quota = new QuotaPath("c/team") };
        for (var i = 0; i < 20; i++)
        {
            foreach (var (user, hours) in new[] { ("short", 0.02), ("long", 400.0) })
            {
                var run = Run(pool, $"{user}-{i}", Of(user));
                pool.Advance(_now = _now.AddHours(hours));
                End(pool, run);
            }
        }

        Enqueue(pool, "long", Of("long"), _now);
        pool.Advance(_now = _now.AddMinutes(5));
        Enqueue(pool, "short", Of("short"), _now);
        long Position(string job) => pool.Explain(new JobId(job), _ => true)!.Position!.Value;
        Assert.Equal((2L, 1L), (Position("long"), Position("short")));
        pool.Advance(_now = _now.AddDays(13));
        Assert.Equal((2L, 1L), (Position("long"), Position("short")));
        pool.Advance(_now = _now.AddDays(1).AddMinutes(20));
        Assert.Equal((1L, 2L), (Position("long"), Position("short")));
        Enqueue(pool, "from-elsewhere", Of("long"), _now.AddDays(-15));
        Enqueue(pool, "new", Of("long"), _now);
        Assert.Equal((1L, 3L, 4L), (Position("from-elsewhere"), Position("short"), Position("new")));
        Assert.Equal("from-elsewhere", Assert.Single(pool.Plan(1)).Id.Job.Value);
    }
}
