using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Scheduling.Tests.Pools;

/// <summary>Who stands in a gang's way, when it is likely to start, and how many are made room for at once.</summary>
public sealed class PoolOutlookTests
{
    private DateTimeOffset _now = Specs.Start;

    private static PoolMachine Pool(int nodes, PoolPolicy? policy = null)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), policy ?? new PoolPolicy { AgeingPeriod = TimeSpan.Zero });
        pool.BeginEpoch(Specs.Start);
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes));
        return pool;
    }

    private PoolAttempt Submit(PoolMachine pool, string job, JobSpec spec)
    {
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec, _now));
        foreach (var planned in pool.Plan(100))
        {
            Assert.True(pool.Commit(planned.Ref));
        }

        return pool.FindJob(new JobId(job))!;
    }

    private static JobExplanation Why(PoolMachine pool, string job) => pool.Explain(new JobId(job), _ => true)!;

    [Fact]
    public void Nobody_stands_in_the_way_of_a_job_that_was_not_looked_at_yet()
    {
        var pool = Pool(nodes: 1);
        Submit(pool, "runs", Specs.Job());
        Assert.Null(pool.Enqueue(Specs.Attempt("new"), Specs.Job(), _now));
        Assert.Equal((PendingReason.PendingEvaluation, 0), (Why(pool, "new").Reason, Why(pool, "new").Blockers.Length));
    }

    [Fact]
    public void Of_many_that_run_only_those_are_in_the_way_that_must_end()
    {
        var pool = Pool(nodes: 30);
        for (var i = 0; i < 30; i++)
        {
            Submit(pool, $"j{i:d2}", Specs.Job());
        }

        Submit(pool, "waits", Specs.Job(workers: 3));
        Assert.Equal(3, Why(pool, "waits").Blockers.Length);
    }

    [Fact]
    public void Whose_end_would_not_be_enough_is_not_in_the_way()
    {
        var pool = Pool(nodes: 2);
        Submit(pool, "svc-0", Specs.Job() with { Origin = new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = 0 } });
        Submit(pool, "ends", Specs.Job());
        Submit(pool, "waits", Specs.Job(workers: 2));
        Assert.Empty(Why(pool, "waits").Blockers);
    }

    [Fact]
    public void What_is_reserved_is_expected_when_the_last_who_runs_there_is_likely_to_end()
    {
        var pool = Pool(nodes: 2);
        Submit(pool, "short", Specs.Job() with { TimeLimit = TimeSpan.FromMinutes(10) });
        Submit(pool, "long", Specs.Job() with { TimeLimit = TimeSpan.FromHours(20) });
        Submit(pool, "waits", Specs.Job(workers: 2));
        pool.Advance(_now = _now.AddMinutes(2));
        pool.PlanClaims();
        var why = Why(pool, "waits");
        Assert.Equal(ClaimKind.Reserve, why.Promise!.Kind);
        Assert.Equal(["long", "short"], why.Blockers.Select(b => b.Job.Value).Order());
        var last = why.Blockers.Max(b => b.EndsAt!.Value);
        Assert.True(last > why.Blockers.Min(b => b.EndsAt!.Value) && last < why.Promise.StartAt, $"{last} of {why.Promise.StartAt}");
        Assert.Equal((last, why.Promise.StartAt), (why.StartEstimate!.P50, why.StartEstimate.P90));
    }

    [Fact]
    public void Evictions_are_promised_to_so_many_at_once_that_some_promises_are_left_for_those_who_wait()
    {
        var pool = Pool(nodes: 6, new PoolPolicy { AgeingPeriod = TimeSpan.Zero, MaxClaims = 5, MaxReservations = 2, ClaimTries = 32 });
        for (var i = 0; i < 6; i++)
        {
            Submit(pool, $"low{i}", Specs.Job());
        }

        pool.Advance(_now = _now.AddHours(1));
        for (var i = 0; i < 5; i++)
        {
            Submit(pool, $"urgent{i}", Specs.Job(priority: 500, user: $"u{i}"));
        }

        pool.PlanClaims();
        Assert.Equal(2, pool.Promises.Values.Count(c => c.Kind == ClaimKind.Evict));
    }

    [Fact]
    public void A_gang_of_which_only_some_ask_for_a_model_is_told_when_any_would_do()
    {
        var pool = Pool(nodes: 2);
        var one = Specs.Job().Roles[0];
        Submit(pool, "picky", Specs.Job() with
        {
            Roles = [one with { Name = "driver", Shape = one.Shape with { Gpus = 0 } }, one with { Shape = one.Shape with { GpuModels = ["H100"] } }],
        });
        Assert.Contains(Why(pool, "picky").Suggestions, s => s.Change == "allow any GPU model");
    }

    [Fact]
    public void A_job_is_charged_what_all_its_workers_take_and_nothing_of_which_it_takes_none()
    {
        var pool = Pool(nodes: 2);
        var one = Specs.Job().Roles[0];
        var both = Submit(pool, "both", Specs.Job() with { Roles = [one with { Name = "driver", Shape = one.Shape with { Gpus = 0 } }, one with { Count = 2, Shape = one.Shape with { Gpus = 4 } }] });
        Assert.Equal(["cpu 3000", "gpu 8000", "gpu/A100 8000", "memory 3072"], both.Amounts.Select(a => $"{a.Resource} {a.Amount}"));
        var cpu = Submit(pool, "cpu", Specs.Job(gpus: 0));
        Assert.Equal(["cpu 1000", "memory 1024"], cpu.Amounts.Select(a => $"{a.Resource} {a.Amount}"));
    }
}
