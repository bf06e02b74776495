using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>Priority that grows with waiting, step by step.</summary>
public sealed class AgeingTests
{
    private static PoolMachine Pool(PoolPolicy policy)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), policy);
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes: 1));
        return pool;
    }

    private static PoolAttempt Submit(PoolMachine pool, string job, JobSpec? spec = null, double hoursAgo = 0)
    {
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec ?? Specs.Job(), Specs.Start.AddHours(-hoursAgo)));
        return pool.FindJob(new JobId(job))!;
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(5.99, 100)]
    [InlineData(6, 150)]
    [InlineData(11.99, 150)]
    [InlineData(12, 200)]
    [InlineData(23.99, 250)]
    [InlineData(24, 300)]
    [InlineData(240, 300)]
    public void Every_period_adds_a_step_up_to_the_bound(double hours, int priority)
    {
        var pool = Pool(new PoolPolicy());
        var attempt = Submit(pool, "a", Specs.Job(priority: 100));
        pool.Advance(Specs.Start.AddHours(hours));
        Assert.Equal(priority, attempt.EffectivePriority);

        // Whoever waited elsewhere has it from the beginning.
        Assert.Equal(priority, Submit(Pool(new PoolPolicy()), "b", Specs.Job(priority: 100), hours).EffectivePriority);
    }

    [Fact]
    public void The_bound_holds_also_where_it_is_no_whole_number_of_steps()
    {
        var pool = Pool(new PoolPolicy { AgeingStep = 30, MaxAgeing = 100, AgeingPeriod = TimeSpan.FromHours(1) });
        var attempt = Submit(pool, "a");
        var seen = Enumerable.Range(1, 6).Select(hour =>
        {
            pool.Advance(Specs.Start.AddHours(hour));
            return attempt.EffectivePriority;
        });
        Assert.Equal([30, 60, 90, 90, 90, 90], seen);
        Assert.Equal(100, Submit(pool, "old", hoursAgo: 4).EffectivePriority);
    }

    [Fact]
    public void Without_period_or_step_nobody_ages()
    {
        foreach (var policy in new[] { new PoolPolicy { AgeingPeriod = TimeSpan.Zero }, new PoolPolicy { AgeingStep = 0 }, new PoolPolicy { MaxAgeing = 0 } })
        {
            var pool = Pool(policy);
            var attempt = Submit(pool, "a", Specs.Job(priority: 7), hoursAgo: 1000);
            pool.Advance(Specs.Start.AddDays(9));
            Assert.Equal(7, attempt.EffectivePriority);
        }
    }

    [Fact]
    public void What_runs_only_where_nobody_else_wants_to_stays_below_everybody_however_long_it_waits()
    {
        var pool = Pool(new PoolPolicy());
        var more = Specs.Job(priority: 900) with { Origin = new JobOrigin { Set = new JobId("base"), Kind = OriginKind.Extension, Index = 0 } };
        Assert.Equal(-1, Submit(pool, "more", more).EffectivePriority);
        pool.Advance(Specs.Start.AddDays(9));
        Assert.Equal(-1, pool.FindJob(new JobId("more"))!.EffectivePriority);
        Submit(pool, "plain");
        Assert.Equal("plain", Assert.Single(pool.Plan(1)).Id.Job.Value);
    }

    [Fact]
    public void Who_was_planned_meanwhile_and_comes_back_has_the_priority_of_all_its_waiting()
    {
        var pool = Pool(new PoolPolicy());
        var attempt = Submit(pool, "a");
        Assert.Same(attempt, Assert.Single(pool.Plan(1)));
        pool.Advance(Specs.Start.AddHours(13));
        Assert.Equal(0, attempt.EffectivePriority);
        pool.Abort(attempt.Ref, null);
        Assert.Equal(100, attempt.EffectivePriority);
        Assert.Equal(1, pool.Pending);
        pool.Advance(Specs.Start.AddHours(18));
        Assert.Equal(150, attempt.EffectivePriority);
    }

    [Fact]
    public void The_one_that_waited_longer_passes_the_one_that_was_more_urgent()
    {
        var pool = Pool(new PoolPolicy());
        Submit(pool, "runs");
        pool.Commit(Assert.Single(pool.Plan(1)).Ref);
        Submit(pool, "waited");
        pool.Advance(Specs.Start.AddHours(12.5));
        Assert.Null(pool.Enqueue(Specs.Attempt("urgent"), Specs.Job(priority: 99), pool.Clock));
        Assert.Empty(pool.Plan(5));
        pool.End(Specs.Attempt("runs"));
        pool.Free(Assert.Single(pool.TakeFreeing()).Ref);
        Assert.Equal("waited", Assert.Single(pool.Plan(5)).Id.Job.Value);
    }

    [Fact]
    public void More_than_a_thousand_are_lifted_at_the_same_moment_all_the_same()
    {
        var pool = Pool(new PoolPolicy());
        for (var i = 0; i < 1100; i++)
        {
            Submit(pool, $"j{i:D4}", Specs.Job(workers: 2));
        }

        pool.Advance(Specs.Start.AddHours(6));
        Assert.All(pool.AttemptsAfter(null), a => Assert.Equal(50, a.EffectivePriority));
    }

    [Fact]
    public void A_clock_that_goes_back_is_not_followed()
    {
        var pool = Pool(new PoolPolicy());
        pool.Advance(Specs.Start.AddHours(7));
        pool.Advance(Specs.Start);
        Assert.Equal(Specs.Start.AddHours(7), pool.Clock);
        Assert.Equal(50, Submit(pool, "a").EffectivePriority);
    }
}
