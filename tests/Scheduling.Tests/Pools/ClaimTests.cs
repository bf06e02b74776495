using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Scheduling.Tests.Pools;

public sealed class ClaimTests
{
    private readonly PoolMachine _pool;
    private DateTimeOffset _now = Specs.Start;

    public ClaimTests() => _pool = Pool(new PoolPolicy());

    private static PoolMachine Pool(PoolPolicy policy, int nodes = 4)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), policy);
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes));
        return pool;
    }

    private void Pass(TimeSpan time)
    {
        _now += time;
        _pool.Advance(_now);
    }

    /// <summary>Submits and, when there is room, starts it.</summary>
    private void Submit(string job, JobSpec spec)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job), spec, _now));
        Start();
    }

    private string[] Start() => _pool.CommitAll(_pool.Plan(100));

    private void End(string job) => _pool.EndAndFree(Specs.Attempt(job));

    private string[] Evicted() => [.. _pool.WantedEvictions().Select(w => w.Victim.Id.Job.Value)];

    [Fact]
    public void A_more_urgent_gang_gets_the_place_of_the_cheapest_and_of_no_more_than_it_needs_volcano_5984()
    {
        Submit("saved-long-ago", Specs.Job(workers: 2));
        Submit("saved-just-now", Specs.Job(workers: 2));
        Pass(TimeSpan.FromHours(1));
        _pool.Checkpointed(Specs.Attempt("saved-long-ago"), _now - TimeSpan.FromMinutes(20));
        _pool.Checkpointed(Specs.Attempt("saved-just-now"), _now - TimeSpan.FromMinutes(1));
        Submit("urgent", Specs.Job(workers: 2, priority: 500));
        _pool.PlanClaims();
        Assert.Equal(["saved-just-now"], Evicted());
        End("saved-just-now");
        Assert.Equal(["urgent"], Start());
        Assert.Empty(_pool.Promises);
        _pool.CheckClaims();
    }

    [Fact]
    public void What_victims_free_goes_to_the_one_they_left_for_kueue_13797()
    {
        Submit("a", Specs.Job(workers: 2));
        Submit("b", Specs.Job(workers: 2));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(workers: 4, priority: 500));
        _pool.PlanClaims();
        Assert.Equal(["a", "b"], Evicted());
        End("a");

        // Two nodes are free, and somebody of high priority would like them.
        Submit("thief", Specs.Job(workers: 2, priority: 499));
        Assert.NotNull(_pool.FindJob(new JobId("thief")));
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("thief"))!.Stage);
        End("b");
        Assert.Equal(["urgent"], Start());
    }

    [Fact]
    public void The_rest_of_a_shared_gpu_that_is_promised_whole_goes_to_no_other_share()
    {
        Submit("whole", Specs.Job(workers: 3, priority: 900));
        Submit("a", Specs.Job(gpus: 1, gpuMilli: 500));
        Submit("b", Specs.Job(gpus: 1, gpuMilli: 300));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(priority: 500));
        _pool.PlanClaims();
        Assert.Equal(["a", "b"], Evicted().Order());
        End("a");
        Submit("thief", Specs.Job(gpus: 1, gpuMilli: 300, priority: 499));
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("thief"))!.Stage);
        _pool.CheckClaims();
        End("b");
        Assert.Equal(["urgent"], Start());
        End("urgent");
        Assert.Equal(["thief"], Start());
    }

    [Fact]
    public void Nobody_is_evicted_when_it_would_not_be_enough_volcano_5022()
    {
        Submit("low", Specs.Job(workers: 2));
        Submit("equal", Specs.Job(workers: 2, priority: 500));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(workers: 3, priority: 500));
        _pool.PlanClaims();
        Assert.Empty(Evicted());
    }

    [Fact]
    public void An_eviction_is_called_off_when_the_preemptor_leaves_or_finds_room_elsewhere()
    {
        Submit("a", Specs.Job(workers: 2));
        Submit("b", Specs.Job(workers: 2, priority: 500));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(workers: 2, priority: 500));
        _pool.PlanClaims();
        Assert.Equal(["a"], Evicted());
        End("urgent");
        Assert.Empty(Evicted());
        Assert.Equal(new CalledOff(Specs.Attempt("a"), Specs.Attempt("urgent")), Assert.Single(_pool.TakeCalledOff()));

        Submit("urgent-2", Specs.Job(workers: 2, priority: 500));
        _pool.PlanClaims();
        Assert.Equal(["a"], Evicted());
        End("b");
        Assert.Equal(["urgent-2"], Start());
        Assert.Equal("a", Assert.Single(_pool.TakeCalledOff()).Victim.Job.Value);
        _pool.CheckClaims();
    }

    [Fact]
    public void Nobody_is_evicted_before_the_minimum_runtime_nor_more_often_than_the_budget_allows()
    {
        Submit("young", Specs.Job(workers: 4));
        Pass(TimeSpan.FromMinutes(4));
        Submit("urgent-1", Specs.Job(workers: 4, priority: 500));
        _pool.PlanClaims();
        Assert.Empty(Evicted());
        for (var round = 1; round <= 4; round++)
        {
            Pass(TimeSpan.FromMinutes(10));
            _pool.PlanClaims();
            Assert.Equal(round <= 3 ? ["young"] : [], Evicted());
            if (round <= 3)
            {
                _pool.EndAndFree(Specs.Attempt("young", round));

                Assert.Equal([$"urgent-{round}"], Start());
                End($"urgent-{round}");
                Assert.Null(_pool.Enqueue(Specs.Attempt("young", round + 1), Specs.Job(workers: 4), Specs.Start));
                Start();
                Submit($"urgent-{round + 1}", Specs.Job(workers: 4, priority: 500));
            }
        }
    }

    [Fact]
    public void The_workers_beyond_an_elastic_jobs_minimum_go_first_whoever_comes()
    {
        Submit("base", Specs.Job(workers: 2, priority: 100));
        Submit("more", Specs.Job(workers: 2, priority: 900) with { Origin = new JobOrigin { Set = new JobId("base"), Kind = OriginKind.Extension, Index = 0 } });
        Submit("modest", Specs.Job(workers: 1));
        _pool.PlanClaims();
        Assert.Equal(["more"], Evicted());
    }

    [Fact]
    public void A_gang_that_waits_gets_nodes_at_a_computed_time_and_only_those_who_end_before_pass_it()
    {
        Submit("long", Specs.Job(workers: 2) with { TimeLimit = TimeSpan.FromHours(2) });
        Submit("short", Specs.Job(workers: 1) with { TimeLimit = TimeSpan.FromHours(1) });
        Submit("big", Specs.Job(workers: 4));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        var promise = Assert.Single(_pool.Promises).Value;
        Assert.Equal((ClaimKind.Reserve, Specs.Start.AddHours(2)), (promise.Kind, promise.StartAt));

        // One node is idle: for those who are gone by then.
        Submit("endless", Specs.Job(workers: 1));
        Submit("too-long", Specs.Job(workers: 1) with { TimeLimit = TimeSpan.FromHours(3) });
        Submit("fits", Specs.Job(workers: 1) with { TimeLimit = TimeSpan.FromMinutes(30) });
        Assert.Equal(AttemptStage.Running, _pool.FindJob(new JobId("fits"))!.Stage);
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("endless"))!.Stage);
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("too-long"))!.Stage);
        _pool.CheckClaims();

        foreach (var job in new[] { "fits", "short", "long" })
        {
            End(job);
            Start();
        }

        Assert.Equal(AttemptStage.Running, _pool.FindJob(new JobId("big"))!.Stage);
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("endless"))!.Stage);
    }

    [Fact]
    public void A_reservation_over_the_whole_pool_shields_nobody_from_a_more_urgent_gang()
    {
        Submit("long", Specs.Job(workers: 4) with { TimeLimit = TimeSpan.FromHours(9) });
        Submit("big", Specs.Job(workers: 4));
        Pass(TimeSpan.FromHours(1));
        _pool.PlanClaims();
        Assert.Equal("big", Assert.Single(_pool.Promises).Key.Job.Value);
        Submit("urgent", Specs.Job(workers: 4, priority: 500));
        _pool.PlanClaims();
        Assert.Equal(["long"], Evicted());
    }

    [Fact]
    public void A_promise_survives_a_restart_and_breaks_with_its_node()
    {
        Submit("a", Specs.Job(workers: 4));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(workers: 4, priority: 500));
        _pool.PlanClaims();
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        again.Restore(_pool.ToSnapshot());
        again.SeeRack(Specs.Rack("r", version: 2));
        again.Advance(_now);
        again.AttachClaims();
        again.CheckClaims();
        Assert.Equal("a", Assert.Single(again.WantedEvictions()).Victim.Id.Job.Value);

        again.SeeRack(Specs.Rack("r", version: 3, schedulable: 0b0111));
        again.PlanClaims();
        Assert.Empty(again.Promises);
        Assert.Empty(again.WantedEvictions());
        Assert.Single(again.TakeCalledOff());
    }

    [Fact]
    public void Waiting_adds_priority_step_by_step_and_no_more_than_the_bound()
    {
        Submit("runs", Specs.Job(workers: 4));
        Submit("old", Specs.Job(workers: 4, priority: 100));
        Pass(TimeSpan.FromHours(13));
        Submit("new", Specs.Job(workers: 4, priority: 190));
        Assert.Equal(200, _pool.FindJob(new JobId("old"))!.EffectivePriority);
        Assert.Equal(1, _pool.Explain(new JobId("old"), _ => true)!.Position);
        Pass(TimeSpan.FromDays(30));
        Assert.Equal(300, _pool.FindJob(new JobId("old"))!.EffectivePriority);
        Assert.Equal(390, _pool.FindJob(new JobId("new"))!.EffectivePriority);
    }

    [Fact]
    public void Accounts_take_turns_by_what_they_use_not_by_who_asked_first()
    {
        for (var i = 0; i < 6; i++)
        {
            Assert.Null(_pool.Enqueue(Specs.Attempt($"greedy-{i}"), Specs.Job(user: "greedy"), _now));
        }

        Pass(TimeSpan.FromSeconds(1));
        Assert.Null(_pool.Enqueue(Specs.Attempt("modest-0"), Specs.Job(user: "modest"), _now));
        Assert.Null(_pool.Enqueue(Specs.Attempt("modest-1"), Specs.Job(user: "modest"), _now));
        Assert.Equal(["greedy-0", "modest-0", "greedy-1", "modest-1"], Start());
    }

    private static JobSpec Saving(int workers, string user) => Specs.Job(workers: workers, user: user) with { Checkpoint = new CheckpointRule() };

    /// <summary>So many of the user's jobs ran so long.</summary>
    private void Teach(string user, int jobs, TimeSpan run)
    {
        for (var i = 0; i < jobs; i++)
        {
            Submit($"{user}-{i}", Saving(1, user) with { Name = user });
            Pass(run);
            End($"{user}-{i}");
        }
    }

    [Fact]
    public void A_job_likely_to_be_short_passes_one_likely_to_be_long_on_the_same_account()
    {
        var team = new QuotaPath("c/team");
        for (var i = 0; i < 20; i++)
        {
            Submit($"short-{i}", Specs.Job(workers: 4, user: "short") with { Quota = team });
            Pass(TimeSpan.FromMinutes(1));
            End($"short-{i}");
            Submit($"long-{i}", Specs.Job(workers: 4, user: "long") with { Quota = team });
            Pass(TimeSpan.FromHours(20));
            End($"long-{i}");
        }

        Assert.Null(_pool.Enqueue(Specs.Attempt("long"), Specs.Job(workers: 4, user: "long") with { Quota = team }, _now));
        Pass(TimeSpan.FromMinutes(5));
        Assert.Null(_pool.Enqueue(Specs.Attempt("short"), Specs.Job(workers: 4, user: "short") with { Quota = team }, _now));
        Assert.Equal(["short"], Start());
    }

    [Fact]
    public void A_long_run_that_saves_its_work_gives_way_to_a_much_shorter_job_and_one_that_does_not_is_left_alone()
    {
        Teach("quick", 40, TimeSpan.FromMinutes(1));
        Teach("slow", 20, TimeSpan.FromHours(30));
        Submit("unsaved", Specs.Job(workers: 2, user: "slow"));
        Submit("saved", Saving(2, "slow"));
        Pass(TimeSpan.FromHours(3));
        Submit("next", Specs.Job(user: "quick") with { Name = "quick" });
        Pass(TimeSpan.FromMinutes(1));
        Start();
        _pool.PlanClaims();
        Assert.Equal(["saved"], Evicted());
    }

    [Fact]
    public void A_replica_of_a_service_is_never_expected_to_end()
    {
        Submit("svc-0", Specs.Job(workers: 4) with { Origin = new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = 0 } });
        Submit("waits", Specs.Job(workers: 1));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        Assert.Empty(_pool.Promises);
        Assert.Null(_pool.FindJob(new JobId("svc-0"))!.ExpectedAtMost);
    }

    [Fact]
    public void An_explanation_names_who_is_in_the_way_when_they_are_likely_to_end_and_that_ending_them_would_do()
    {
        Submit("long", Specs.Job(workers: 3) with { TimeLimit = TimeSpan.FromHours(9) });
        Submit("short", Specs.Job(workers: 1) with { TimeLimit = TimeSpan.FromHours(1) });
        Submit("waits", Specs.Job(workers: 1));
        var why = _pool.Explain(new JobId("waits"), _ => true)!;
        var blocker = Assert.Single(why.Blockers);
        Assert.Equal(("short", "t/u", 8000L), (blocker.Job.Value, blocker.Owner, blocker.GpuMilli));
        Assert.InRange(why.StartEstimate!.P50, Specs.Start, Specs.Start.AddHours(1));
        Assert.InRange(why.StartEstimate.P90!.Value, why.StartEstimate.P50, Specs.Start.AddHours(1));
        Assert.Contains(why.Suggestions, s => s.Change == "end short (8 GPUs)");
        End("short");
        Assert.Equal(["waits"], Start());
    }

    [Fact]
    public void An_explanation_tells_what_is_promised_and_names_no_strangers()
    {
        Submit("theirs", Specs.Job(workers: 4, tenant: "x") with { TimeLimit = TimeSpan.FromHours(2) });
        Submit("mine", Specs.Job(workers: 4, priority: 7));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        var why = _pool.Explain(new JobId("mine"), t => t.Value == "t")!;
        Assert.Equal((ClaimKind.Reserve, Specs.Start.AddHours(2), 7), (why.Promise!.Kind, why.Promise.StartAt, why.EffectivePriority));
        Assert.Equal(["r-n0", "r-n1", "r-n2", "r-n3"], why.Promise.Nodes.Select(n => n.Value));
        Assert.Equal(("", ""), (Assert.Single(why.Blockers).Job.Value, why.Blockers[0].Owner));
        Assert.Equal(Specs.Start.AddHours(2), why.StartEstimate!.P90);

        Pass(TimeSpan.FromMinutes(10));
        _pool.PlanClaims();
        why = _pool.Explain(new JobId("mine"), t => t.Value == "t")!;
        Assert.Equal((ClaimKind.Evict, "is asked to make room"), (why.Promise!.Kind, Assert.Single(why.Blockers).Why));
    }
}
