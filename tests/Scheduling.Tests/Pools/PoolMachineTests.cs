using System.Text.Json;
using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

public sealed class PoolMachineTests
{
    private static PoolMachine Pool(params RackView[] racks)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        foreach (var rack in racks)
        {
            pool.SeeRack(rack);
        }

        return pool;
    }

    private static void Enqueue(PoolMachine pool, string job, JobSpec? spec = null, int second = 0, int attempt = 1) =>
        Assert.Null(pool.Enqueue(Specs.Attempt(job, attempt), spec ?? Specs.Job(), Specs.Start.AddSeconds(second)));

    private static string[] Plan(PoolMachine pool, int budget = 100) => [.. pool.Plan(budget).Select(a => a.Id.Job.Value)];

    private static void Commit(PoolMachine pool, string job, int attempt = 1) => Assert.True(pool.Commit(pool.Find(Specs.Attempt(job, attempt))!.Ref));

    [Fact]
    public void Higher_priority_goes_first_and_equals_go_by_submit_time()
    {
        var pool = Pool(Specs.Rack("r", nodes: 4));
        Enqueue(pool, "late", second: 2);
        Enqueue(pool, "early", second: 1);
        Enqueue(pool, "urgent", Specs.Job(priority: 9), second: 3);
        Assert.Equal(["urgent", "early", "late"], Plan(pool));
    }

    [Fact]
    public void A_gang_that_does_not_fit_stands_in_nobodys_way_kueue_5243()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Enqueue(pool, "big", Specs.Job(workers: 3));
        Enqueue(pool, "small", Specs.Job(workers: 1), second: 1);
        Assert.Equal(["small"], Plan(pool));
        Assert.Equal(PendingReason.NeverFits, pool.Explain(new JobId("big"), _ => true)!.Reason);
    }

    [Fact]
    public void Ten_thousand_that_do_not_fit_cost_one_decision_and_one_behind_them_starts()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2), Specs.Rack("s", nodes: 2));
        for (var i = 0; i < 10_000; i++)
        {
            Enqueue(pool, $"big-{i:00000}", Specs.Job(workers: 5), second: i);
        }

        Enqueue(pool, "small", Specs.Job(workers: 1), second: 20_000);
        Assert.Equal(["small"], Plan(pool));
        Assert.Equal(10_000, pool.Pending);
        Assert.Equal(10_000, pool.PendingByReason().Values.Sum());
    }

    [Fact]
    public void What_is_freed_wakes_who_could_fit_in_order()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Enqueue(pool, "a");
        Enqueue(pool, "b", second: 1);
        Enqueue(pool, "c", second: 2);
        Assert.Equal(["a"], Plan(pool));
        Commit(pool, "a");
        Assert.Empty(Plan(pool));
        pool.End(Specs.Attempt("a"));
        Assert.Empty(Plan(pool));
        var freeing = Assert.Single(pool.TakeFreeing());
        pool.Free(freeing.Ref);
        Assert.Equal(["b"], Plan(pool));
    }

    [Fact]
    public void Nothing_of_an_ended_attempt_is_free_before_its_racks_have_said_so()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Enqueue(pool, "a");
        Plan(pool);
        Commit(pool, "a");
        pool.End(Specs.Attempt("a"));
        Enqueue(pool, "b", second: 1);
        Assert.Empty(Plan(pool));
        Assert.Equal(0, pool.Capacity.FreeGpuMilli);
    }

    [Fact]
    public void An_attempt_that_ends_while_it_is_being_placed_is_freed_and_not_queued_again()
    {
        var pool = Pool(Specs.Rack("r"));
        Enqueue(pool, "a");
        Plan(pool);
        pool.End(Specs.Attempt("a"));
        pool.Abort(pool.Find(Specs.Attempt("a"))!.Ref, null);
        Assert.Null(pool.FindJob(new JobId("a")));
        Assert.Equal(32_000, pool.Capacity.FreeGpuMilli);
    }

    [Fact]
    public void An_attempt_that_ended_before_the_pool_heard_of_its_commit_is_given_back()
    {
        var pool = Pool(Specs.Rack("r"));
        Enqueue(pool, "a");
        Plan(pool);
        pool.End(Specs.Attempt("a"));
        Commit(pool, "a");
        Assert.Equal(AttemptStage.Freeing, Assert.Single(pool.TakeFreeing()).Stage);
    }

    [Fact]
    public void A_newer_attempt_ends_the_older_one_and_an_older_one_is_ignored()
    {
        var pool = Pool(Specs.Rack("r"));
        Enqueue(pool, "a", attempt: 2);
        Enqueue(pool, "a", attempt: 1);
        Assert.Equal(1, pool.Pending);
        Enqueue(pool, "a", attempt: 3);
        Assert.Equal(1, pool.Pending);
        Assert.Equal(3, pool.FindJob(new JobId("a"))!.Id.Number);
    }

    [Fact]
    public void A_refused_account_waits_for_its_quota_and_others_go_on()
    {
        var pool = Pool(Specs.Rack("r"));
        Enqueue(pool, "a");
        Enqueue(pool, "b", Specs.Job(tenant: "other"), second: 1);
        Plan(pool, budget: 1);
        var refusal = new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 8000, Used = 4000, Asked = 8000 };
        pool.Abort(pool.Find(Specs.Attempt("a"))!.Ref, refusal);
        Assert.Equal(["b"], Plan(pool));
        var why = pool.Explain(new JobId("a"), _ => true)!;
        Assert.Equal(PendingReason.WaitingForQuota, why.Reason);
        Assert.Equal(4000, why.Quota!.Used);
        Assert.Contains("by 4000", Assert.Single(why.Suggestions).Change, StringComparison.Ordinal);
        pool.QuotaFreed(new QuotaPath("c/t"));
        Assert.Equal(["a"], Plan(pool));
    }

    [Fact]
    public void A_smaller_job_of_a_full_account_is_tried_and_a_larger_one_is_not()
    {
        var pool = Pool(Specs.Rack("r"));
        Enqueue(pool, "a");
        Plan(pool);
        pool.Abort(pool.Find(Specs.Attempt("a"))!.Ref, new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 8000, Used = 4000, Asked = 8000 });
        Enqueue(pool, "larger", Specs.Job(workers: 2), second: 1);
        Enqueue(pool, "smaller", Specs.Job(gpus: 4), second: 2);
        Assert.Equal(["smaller"], Plan(pool));
    }

    [Fact]
    public void Suggestions_are_true_because_they_were_tried()
    {
        var pool = Pool(Specs.Rack("r", nodes: 3), Specs.Rack("s", nodes: 2));
        Enqueue(pool, "filler");
        Plan(pool);
        Enqueue(pool, "wide", Specs.Job(workers: 5), second: 1);
        Plan(pool);
        var why = pool.Explain(new JobId("wide"), _ => true)!;
        Assert.Equal(PendingReason.Resources, why.Reason);
        Assert.Contains(why.Suggestions, s => s.Change == "ask for 4 workers instead of 5");
        Enqueue(pool, "narrower", Specs.Job(workers: 4), second: 2);
        Assert.Equal(["narrower"], Plan(pool));
    }

    [Fact]
    public void Those_ahead_are_named_only_to_those_who_may_know()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Enqueue(pool, "theirs", Specs.Job(workers: 2, tenant: "other"));
        Enqueue(pool, "mine", Specs.Job(workers: 2), second: 1);
        Plan(pool);
        var why = pool.Explain(new JobId("mine"), t => t.Value == "t")!;
        Assert.Equal(2, why.Position);
        Assert.Equal(("", ""), (Assert.Single(why.Ahead).Job.Value, why.Ahead[0].Owner));
    }

    [Fact]
    public void Limits_on_waiting_jobs_refuse_the_next_one_and_keep_the_rest()
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits { MaxPendingJobs = 3, MaxPendingPerTenant = 2 });
        Enqueue(pool, "a");
        Enqueue(pool, "b");
        Assert.Contains("tenant 't'", pool.Enqueue(Specs.Attempt("c"), Specs.Job(), Specs.Start), StringComparison.Ordinal);
        Enqueue(pool, "d", Specs.Job(tenant: "x"));
        Assert.Contains("pool 'p'", pool.Enqueue(Specs.Attempt("e"), Specs.Job(tenant: "y"), Specs.Start), StringComparison.Ordinal);
        Enqueue(pool, "a");
        Assert.Equal(3, pool.Pending);
    }

    [Theory]
    [InlineData("ByLevel", 0)]
    [InlineData("Foresight", 1)]
    public void The_named_placement_policy_chooses_the_node(string policy, int slot)
    {
        // One packs; the other, which knows nothing yet of what comes, goes where most CPU is left.
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), placement: policy);
        pool.BeginEpoch();
        pool.SeeRack(Specs.Rack("r", nodes: 2));
        Enqueue(pool, "a", Specs.Job(gpus: 1));
        Plan(pool);
        Enqueue(pool, "b", Specs.Job(gpus: 1), second: 1);
        Plan(pool);
        Assert.Equal(slot, pool.Find(Specs.Attempt("b"))!.Placement!.Racks[0].Workers[0].Slot);
    }

    [Fact]
    public void A_view_of_a_rack_never_gives_away_what_is_planned_on_it()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Enqueue(pool, "a");
        Plan(pool);
        pool.SeeRack(Specs.Rack("r", nodes: 1, version: 2));
        Enqueue(pool, "b", second: 1);
        Assert.Empty(Plan(pool));
    }

    [Fact]
    public void What_a_rack_holds_for_strangers_is_not_planned_on_and_is_reported()
    {
        var stranger = new RackAllocation
        {
            Attempt = Specs.Attempt("ghost"), Committed = true, Plan = 3, Shapes = [Specs.Job().Roles[0].Shape], Workers = [new WorkerSlot(0, 0, 0, 0xFF, 1000)],
        };
        var view = Specs.Rack("r", nodes: 1, allocations: [stranger]);
        var pool = Pool(view);
        Enqueue(pool, "a");
        Assert.Empty(Plan(pool));
        Assert.Equal(stranger, Assert.Single(pool.Compare(view).Strangers));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Its_journal_and_its_snapshot_rebuild_it_exactly_wherever_they_are_cut(int seed)
    {
        var random = new Random(seed);
        var racks = new[] { Specs.Rack("r", nodes: 3), Specs.Rack("s", nodes: 2, gpus: 4) };
        var pool = Pool(racks);
        List<PoolEntry> journal = [.. pool.TakeEntries()];
        for (var step = 0; step < 2000; step++)
        {
            RandomStep(pool, random);
            journal.AddRange(pool.TakeEntries());
            Assert.InRange(pool.Capacity.FreeGpuMilli, 0, pool.Capacity.GpuMilli);
            Assert.Equal(pool.Capacity.GpuMilli, pool.Capacity.FreeGpuMilli + pool.GpuMilliPlacing + pool.GpuMilliRunning + pool.GpuMilliPromised);
            pool.CheckClaims();
            if (step % 97 == 0)
            {
                var replayed = new PoolMachine(new PoolId("p"), new PoolLimits());
                journal.ForEach(replayed.Replay);
                Same(pool, replayed, seed);
                var restored = new PoolMachine(new PoolId("p"), new PoolLimits());
                restored.Restore(pool.ToSnapshot());
                Same(pool, restored, seed);
                Same(replayed, restored, seed);
                foreach (var rack in racks)
                {
                    restored.SeeRack(rack with { Version = 1000 + step });
                }

                restored.AttachClaims();
                restored.CheckClaims();
                if (restored.Promises.Count == pool.Promises.Count)
                {
                    Assert.Equal(pool.Capacity.FreeGpuMilli, restored.Capacity.FreeGpuMilli);
                }
            }
        }
    }

    private static void Same(PoolMachine expected, PoolMachine actual, int seed)
    {
        Assert.Equal(JsonSerializer.Serialize(expected.ToSnapshot()), JsonSerializer.Serialize(actual.ToSnapshot()));
        Assert.True(
            (expected.Pending, expected.Placing, expected.Running, expected.GpuMilliPlacing, expected.GpuMilliRunning)
            == (actual.Pending, actual.Placing, actual.Running, actual.GpuMilliPlacing, actual.GpuMilliRunning), $"seed {seed}: counters differ");
    }

    private static void RandomStep(PoolMachine pool, Random random)
    {
        var job = $"j{random.Next(40)}";
        var known = pool.FindJob(new JobId(job));
        switch (random.Next(8))
        {
            case 0:
                pool.Enqueue(Specs.Attempt(job, (known?.Id.Number ?? 0) + random.Next(1, 2)),
                    Specs.Job(workers: random.Next(1, 5), gpus: random.Next(1, 9), priority: random.Next(3)) with { TimeLimit = TimeSpan.FromSeconds(random.Next(1, 4000)) },
                    Specs.Start.AddSeconds(random.Next(100)));
                break;
            case 6:
                pool.Advance((pool.Now > Specs.Start ? pool.Now : Specs.Start).AddSeconds(random.Next(120)));
                pool.PlanClaims();
                break;
            case 7 when known is not null:
                pool.Checkpointed(known.Id, pool.Now.AddSeconds(-random.Next(60)));
                break;
            case 1:
                pool.Plan(random.Next(1, 4));
                break;
            case 2 when known is { Stage: AttemptStage.Placing }:
                pool.Commit(known.Ref);
                break;
            case 3 when known is { Stage: AttemptStage.Placing }:
                pool.Abort(known.Ref, null);
                break;
            case 4 when known is not null:
                pool.Stop(known.Id);
                pool.End(known.Id);
                break;
            case 5:
                foreach (var freeing in pool.TakeFreeing())
                {
                    pool.Free(freeing.Ref);
                }

                break;
        }

        Assert.InRange(pool.Placing, 0, pool.Limits.MaxPlacing);
    }
}
