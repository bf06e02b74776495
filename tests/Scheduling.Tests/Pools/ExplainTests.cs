using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

/// <summary>What a user is told of a job: why it waits, who is before it, who is in its way, and what would start it.</summary>
public sealed class ExplainTests
{
    private static PoolMachine Pool(params RackView[] racks)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        foreach (var rack in racks)
        {
            Assert.True(pool.SeeRack(rack));
        }

        return pool;
    }

    private static void Enqueue(PoolMachine pool, string job, JobSpec? spec = null, int second = 0) =>
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec ?? Specs.Job(), Specs.Start.AddSeconds(second)));

    private static void Submit(PoolMachine pool, string job, JobSpec? spec = null, int second = 0)
    {
        Enqueue(pool, job, spec, second);
        foreach (var planned in pool.Plan(100))
        {
            Assert.True(pool.Commit(planned.Ref));
        }
    }

    private static JobExplanation Why(PoolMachine pool, string job, string? onlyTenant = null) =>
        pool.Explain(new JobId(job), t => onlyTenant is null || t.Value == onlyTenant)!;

    private static string[] Changes(JobExplanation why) => [.. why.Suggestions.Select(s => s.Change)];

    private static JobSpec For(int hours, int workers = 1, string tenant = "t", int gpus = 8) =>
        Specs.Job(workers, gpus, tenant: tenant) with { TimeLimit = TimeSpan.FromHours(hours) };

    private static JobSpec Within(TopologyLevel level, int workers) => Specs.Job(workers) with { Topology = new TopologyRule { Required = level } };

    [Fact]
    public void Each_stage_of_an_attempt_has_its_word_and_its_sentence()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1), Specs.Rack("s", nodes: 1));
        Assert.Null(pool.Explain(new JobId("a"), _ => true));
        Enqueue(pool, "a", Specs.Job(workers: 2));
        Assert.Equal((PendingReason.PendingEvaluation, "it is about to be looked at", 1L, 1), (Why(pool, "a").Reason, Why(pool, "a").Message, Why(pool, "a").Position, Why(pool, "a").QueueLength));
        Assert.Empty(Why(pool, "a").Suggestions);

        var planned = Assert.Single(pool.Plan(1));
        Assert.Equal((PendingReason.Placing, "it fits: plan 1 is being charged, held and committed"), (Why(pool, "a").Reason, Why(pool, "a").Message));
        pool.Commit(planned.Ref);
        Assert.Equal(("Running", "it has its 2 workers on 2 racks", 2, 0), (Why(pool, "a").Reason, Why(pool, "a").Message, Why(pool, "a").WorkersNeeded, Why(pool, "a").QueueLength));
        pool.End(planned.Id);
        Assert.Equal(("Freeing", "what it had is being given back"), (Why(pool, "a").Reason, Why(pool, "a").Message));
        Assert.Null(Why(pool, "a").Position);
    }

    [Fact]
    public void The_first_five_ahead_are_named_in_order_with_what_they_want()
    {
        var pool = Pool();
        Enqueue(pool, "urgent", Specs.Job(workers: 3, priority: 5, tenant: "x"), second: 9);
        for (var i = 1; i <= 6; i++)
        {
            Enqueue(pool, $"j{i}", second: i);
        }

        var last = Why(pool, "j6");
        Assert.Equal((7L, 7), (last.Position, last.QueueLength));
        Assert.Equal(["urgent", "j1", "j2", "j3", "j4"], last.Ahead.Select(a => a.Job.Value));
        Assert.Equal(("x/u", 5, 24_000L), (last.Ahead[0].Owner, last.Ahead[0].Priority, last.Ahead[0].GpuMilli));
        Assert.Equal(["urgent", "j1"], Why(pool, "j2").Ahead.Select(a => a.Job.Value));
        Assert.Empty(Why(pool, "urgent").Ahead);
    }

    [Fact]
    public void Who_needs_one_domain_and_would_fit_without_is_told_so_and_how_many_workers_would_fit_in_one()
    {
        var pool = Pool(Specs.Rack("r", schedulable: 0b0011), Specs.Rack("s", schedulable: 0b0011));
        Submit(pool, "wide", Within(TopologyLevel.Rack, 3));
        Submit(pool, "wider", Specs.Job(workers: 7));
        var (wide, wider) = (Why(pool, "wide"), Why(pool, "wider"));
        Assert.Equal((PendingReason.TopologyPlacementFailed, PendingReason.Resources), (wide.Reason, wider.Reason));
        Assert.Equal(["prefer one Rack instead of requiring it", "ask for 2 workers instead of 3"], Changes(wide));
        Assert.Equal(["ask for 4 workers instead of 7"], Changes(wider));
        Assert.All(wide.Suggestions, s => Assert.Equal("it would start now (tried on the present state)", s.Effect));
        Assert.Equal((8, 4), (wider.NodesEvaluated, wider.WorkersThatFitNow));
        Assert.Equal(("Unschedulable", 4), (Assert.Single(wider.Filtered).Constraint, wider.Filtered[0].Nodes));
    }

    [Fact]
    public void Who_needs_one_domain_in_a_pool_that_is_full_waits_for_room_and_not_for_the_domain()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2), Specs.Rack("s", nodes: 2));
        Submit(pool, "a", Specs.Job(workers: 3));
        Submit(pool, "b", Within(TopologyLevel.Rack, 2));
        Assert.Equal(PendingReason.Resources, Why(pool, "b").Reason);
        Assert.DoesNotContain(Changes(Why(pool, "b")), c => c.StartsWith("prefer", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_asks_for_a_GPU_model_that_is_not_free_is_told_when_any_other_would_do()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        var picky = Specs.Job() with { Roles = [Specs.Job().Roles[0] with { Shape = Specs.Job().Roles[0].Shape with { GpuModels = ["H100"] } }] };
        Submit(pool, "picky", picky);
        Assert.Equal(PendingReason.NeverFits, Why(pool, "picky").Reason);
        Assert.Null(Why(pool, "picky").StartEstimate);
        Assert.Equal(["allow any GPU model"], Changes(Why(pool, "picky")));
        Submit(pool, "a");
        Assert.Empty(Changes(Why(pool, "picky")));
    }

    [Fact]
    public void Those_that_wait_are_counted_by_why_they_wait()
    {
        var pool = Pool(Specs.Rack("r", nodes: 8));
        Submit(pool, "runs", Specs.Job(workers: 6));
        QuotaRefusal Full(string user) => new() { Path = new QuotaPath($"c/t/{user}"), Resource = "gpu", Limit = 8000, Used = 4000, Asked = 8000 };
        Refuse(pool, "quota", Full("a"));
        Refuse(pool, "quota-2", Full("b"));
        Refuse(pool, "budget", Full("d") with { Bound = QuotaBound.Budget });
        Refuse(pool, "owed", Full("e") with { Owed = true });
        Refuse(pool, "never", Full("f") with { Asked = 8001 });
        Refuse(pool, "bad", Full("g") with { Problem = "no such path", Bound = QuotaBound.Budget, Owed = true });
        Enqueue(pool, "big", Specs.Job(workers: 9));
        Enqueue(pool, "later", Specs.Job(workers: 3));
        Enqueue(pool, "later-2", Specs.Job(workers: 3));
        Assert.Empty(pool.Plan(10));
        Enqueue(pool, "new", Specs.Job(gpus: 1));
        Assert.Equal(
            "BudgetExhausted 1, ExceedsMaxQuota 2, NeverFits 1, PendingEvaluation 1, Reclaiming 1, Resources 2, WaitingForQuota 2",
            string.Join(", ", pool.PendingByReason().Select(r => $"{r.Key} {r.Value}")));
        Assert.Equal(["raise the limit of gpu at c/t/a by 4000, or end jobs there that use as much"], Changes(Why(pool, "quota")));
        Assert.Empty(Changes(Why(pool, "bad")));
        Assert.StartsWith("quota: ", Why(pool, "quota").Message, StringComparison.Ordinal);
    }

    private static void Refuse(PoolMachine pool, string job, QuotaRefusal refusal)
    {
        Enqueue(pool, job, Specs.Job(user: refusal.Path.Value[^1..]));
        pool.Abort(Assert.Single(pool.Plan(10)).Ref, refusal);
    }

    [Fact]
    public void Only_those_whose_end_would_start_it_are_in_its_way_the_first_to_end_first()
    {
        var pool = Pool(Specs.Rack("r", nodes: 3), Specs.Rack("s", nodes: 1));
        Submit(pool, "elsewhere", For(1));
        Submit(pool, "second", For(20));
        Submit(pool, "first", For(2) with { TimeLimit = TimeSpan.FromMinutes(2) });
        Submit(pool, "last", For(200));
        var there = pool.FindJob(new JobId("elsewhere"))!.Placement!.Racks[0].Rack;
        Submit(pool, "waits", Within(TopologyLevel.Rack, 2));
        var why = Why(pool, "waits");
        Assert.Equal(there == new RackId("p/s") ? ["first", "second"] : ["elsewhere", "first"], why.Blockers.Select(b => b.Job.Value));
        Assert.All(why.Blockers, b => Assert.Equal(("runs on nodes that this job would take", 8000L), (b.Why, b.GpuMilli)));
    }

    [Fact]
    public void What_would_free_the_way_is_said_with_the_names_that_may_be_told()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Submit(pool, "mine", For(1));
        Submit(pool, "theirs", For(2, tenant: "x"));
        Submit(pool, "waits", Specs.Job(workers: 2));
        Assert.Equal(["end mine, theirs (16 GPUs)"], Changes(Why(pool, "waits")));
        Assert.Equal(["end mine and 1 of other tenants (16 GPUs)"], Changes(Why(pool, "waits", onlyTenant: "t")));
        Assert.Equal(["end 2 of other tenants (16 GPUs)"], Changes(Why(pool, "waits", onlyTenant: "none")));
        Assert.Equal(("mine", "t/u", ""), (Why(pool, "waits", "t").Blockers[0].Job.Value, Why(pool, "waits", "t").Blockers[0].Owner, Why(pool, "waits", "t").Blockers[1].Owner));
    }

    [Fact]
    public void Of_many_in_the_way_five_are_named_and_nobody_is_told_to_end_them_all()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        for (var i = 1; i <= 6; i++)
        {
            Submit(pool, $"j{i}", For(i, gpus: 1));
        }

        Submit(pool, "waits");
        Assert.Equal(["j1", "j2", "j3", "j4", "j5"], Why(pool, "waits").Blockers.Select(b => b.Job.Value));
        Assert.Empty(Changes(Why(pool, "waits")));
        pool.End(Specs.Attempt("j6"));
        pool.Free(Assert.Single(pool.TakeFreeing()).Ref);
        Assert.Empty(pool.Plan(10));
        Assert.Equal(["end j1, j2, j3, j4, j5 (5 GPUs)"], Changes(Why(pool, "waits")));
    }

    [Fact]
    public void Of_a_full_level_only_those_below_it_are_named_until_enough_would_be_back()
    {
        var pool = Pool(Specs.Rack("r", nodes: 8));
        Submit(pool, "soon", For(1));
        Submit(pool, "later", For(9) with { Quota = new QuotaPath("c/t/v"), User = "v" });
        Submit(pool, "last", For(99));
        Submit(pool, "others", For(1, tenant: "x"));
        var full = new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 24_000, Used = 24_000, Asked = 8000 };
        string[] Named(QuotaRefusal refusal)
        {
            Enqueue(pool, "waits");
            pool.Abort(Assert.Single(pool.Plan(10)).Ref, refusal);
            var why = Why(pool, "waits");
            pool.End(Specs.Attempt("waits"));
            pool.QuotaFreed(refusal.Path);
            return [.. why.Blockers.Select(b => b.Job.Value)];
        }

        Assert.Equal(["soon"], Named(full));
        Assert.Equal(["soon", "later"], Named(full with { Kept = 1 }));
        Assert.Equal(["soon", "later", "last"], Named(full with { Used = 24_001, Asked = 16_000 }));
        Assert.Equal(["later"], Named(full with { Bound = QuotaBound.User, Whose = "v" }));
        Assert.Equal(["later"], Named(full with { Path = new QuotaPath("c/t/v") }));
        Assert.Empty(Named(full with { Problem = "no" }));
        Assert.Empty(Named(full with { Bound = QuotaBound.Budget }));
        Assert.Empty(Named(full with { Resource = "gpu/H100" }));
        Assert.Equal(["others"], Named(full with { Owed = true, Borrowers = [new QuotaBorrower { Path = new QuotaPath("c/x"), Resource = "gpu", Above = 8000 }] }));
    }

    [Fact]
    public void Who_is_asked_to_make_room_is_named_with_the_time_by_which_it_is_gone()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Submit(pool, "victim", For(9));
        pool.Advance(Specs.Start.AddHours(1));
        Submit(pool, "urgent", Specs.Job(priority: 500));
        pool.PlanClaims();
        var promised = Specs.Start.AddHours(1).AddMinutes(2);
        var why = Why(pool, "urgent");
        Assert.Equal(("is asked to make room", promised), (Assert.Single(why.Blockers).Why, why.Blockers[0].EndsAt));
        Assert.Equal((ClaimKind.Evict, promised, promised), (why.Promise!.Kind, why.Promise.StartAt, why.StartEstimate!.P90));
        Assert.Empty(why.Suggestions);

        Assert.True(pool.Checkpoint(Specs.Attempt("victim"), promised.AddSeconds(-30)));
        Assert.Equal(promised.AddSeconds(-30), Why(pool, "urgent").Blockers[0].EndsAt);
        Assert.True(pool.Stop(Specs.Attempt("victim")));
        Assert.Equal("is stopping to make room", Why(pool, "urgent").Blockers[0].Why);
        pool.End(Specs.Attempt("victim"));
        Assert.Equal("is stopping to make room", Why(pool, "urgent").Blockers[0].Why);
    }

    [Fact]
    public void When_it_starts_is_not_before_the_last_in_its_way_is_likely_to_be_gone()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Submit(pool, "a", For(2));
        Submit(pool, "b", For(8));
        Submit(pool, "one", Specs.Job());
        Submit(pool, "two", Specs.Job(workers: 2));
        var (one, two) = (Why(pool, "one"), Why(pool, "two"));
        Assert.Equal(["a"], one.Blockers.Select(x => x.Job.Value));
        Assert.Equal(["a", "b"], two.Blockers.Select(x => x.Job.Value));
        Assert.True(one.StartEstimate!.P50 >= one.Blockers[0].EndsAt!.Value.AddSeconds(-1), $"{one.StartEstimate}");
        Assert.True(two.StartEstimate!.P50 >= two.Blockers[1].EndsAt!.Value.AddSeconds(-1), $"{two.StartEstimate}");
        Assert.True(two.StartEstimate.P90 >= two.StartEstimate.P50);
        Assert.True(one.StartEstimate.P50 < two.StartEstimate.P50);
    }

    [Fact]
    public void Where_only_a_service_is_in_the_way_nobody_says_when_it_starts()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Submit(pool, "svc-0", Specs.Job() with { Origin = new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = 0 } });
        Submit(pool, "waits");
        Assert.Empty(Why(pool, "waits").Blockers);
        Assert.Null(Why(pool, "waits").StartEstimate);
    }
}
