using System.Collections.Immutable;
using Scheduling.Audit;
using Scheduling.Jobs;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Audit;

/// <summary>What an audit says of a fault, how much it says it looked at, and what it must not take for a fault.</summary>
public sealed class AuditWordsTests
{
    private readonly AuditReport _report = new();

    private string Said => Assert.Single(_report.Words);

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

    private static PoolAttempt Submit(PoolMachine pool, string job, JobSpec? spec = null)
    {
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec ?? Specs.Job(), Specs.Start));
        foreach (var planned in pool.Plan(10))
        {
            Assert.True(pool.Commit(planned.Ref));
        }

        return pool.FindJob(new JobId(job))!;
    }

    private static RackAllocation Allocation(string job, bool committed = true, int workers = 1) => new()
    {
        Attempt = Specs.Attempt(job), Plan = 9, Committed = committed, Shapes = [new WorkerShape { CpuMilli = 0, MemoryMiB = 0, Gpus = 1 }], LeaseUntil = Specs.Start,
        Workers = [.. Enumerable.Range(0, workers).Select(i => new WorkerSlot(0, i, i, 1, 1000))],
    };

    private static QuotaCharge Charge(string job, long gpus = 0) => new()
    {
        Attempt = Specs.Attempt(job), Plan = 9, Path = new QuotaPath("c/t"), Amounts = gpus == 0 ? [] : [new ResourceAmount(ResourceNames.Gpu, gpus)],
    };

    /// <summary>A pool where somebody is to leave for somebody more urgent.</summary>
    private static PoolMachine PoolWithAPromise()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Submit(pool, "a");
        pool.Advance(Specs.Start.AddHours(1));
        Submit(pool, "urgent", Specs.Job(priority: 500));
        pool.PlanClaims();
        Assert.Equal(Specs.Attempt("urgent"), Assert.Single(pool.Promises).Key);
        return pool;
    }

    [Fact]
    public void A_rack_that_stays_where_it_was_breaks_nothing()
    {
        var audit = new EpochAudit();
        audit.Check(Specs.Rack("r", version: 5) with { Epoch = 3 }, _report);
        audit.Check(Specs.Rack("r", version: 5) with { Epoch = 3 }, _report);
        Assert.Empty(_report.Findings);
        Assert.Equal(4, _report.Checks);
    }

    [Fact]
    public void A_gang_on_a_rack_where_it_was_not_planned_at_all_has_other_workers_than_were_planned()
    {
        var pool = Pool(Specs.Rack("r"), Specs.Rack("s"));
        var attempt = Submit(pool, "a");
        var other = attempt.Placement!.Racks.Single().Rack == new RackId("p/r") ? "s" : "r";
        var there = Allocation("a", committed: false, workers: 2) with { Plan = attempt.Plan };

        GangAudit.Check(pool, Specs.Rack(other, allocations: [there, Allocation("b", committed: false)]), _ => false, _report);

        Assert.Equal($"I7: a/1 (plan {attempt.Plan}) has other workers on rack p/{other} than were planned", Said);
        Assert.Equal(2, _report.Checks);
    }

    [Fact]
    public void A_job_that_the_pool_has_otherwise_is_named_with_what_the_pool_has()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Submit(pool, "runs");
        Submit(pool, "waits");

        JobAudit.Check(new JobRow(new JobId("runs"), JobPhase.Running, 1, Held: false), pool, _report);
        JobAudit.Check(new JobRow(new JobId("waits"), JobPhase.Pending, 1, Held: false), pool, _report);
        JobAudit.Check(new JobRow(new JobId("gone"), JobPhase.Suspended, 1, Held: false), pool, _report);
        Assert.Empty(_report.Findings);

        JobAudit.Check(new JobRow(new JobId("waits"), JobPhase.Running, 1, Held: false), pool, _report);
        JobAudit.Check(new JobRow(new JobId("gone"), JobPhase.Running, 2, Held: false), pool, _report);
        Assert.Equal(
            ["I4: job waits is Running at attempt 1, and the pool has it as Queued", "I4: job gone is Running at attempt 2, and the pool has it as nothing"], _report.Words);
        Assert.Equal(5, _report.Checks);
    }

    [Fact]
    public void A_job_that_runs_while_the_pool_gives_back_what_it_had_is_found()
    {
        var pool = Pool(Specs.Rack("r"));
        var attempt = Submit(pool, "a");
        pool.End(attempt.Id);

        JobAudit.Check(new JobRow(new JobId("a"), JobPhase.Suspended, 1, Held: false), pool, _report);
        Assert.Empty(_report.Findings);
        JobAudit.Check(new JobRow(new JobId("a"), JobPhase.Running, 1, Held: false), pool, _report);
        Assert.Equal("I4: job a is Running at attempt 1, and the pool has it as Freeing", Said);
    }

    [Theory]
    [InlineData(0, 0.001, null)]
    [InlineData(1e9, 0.9, null)]
    [InlineData(1e9, -0.9, null)]
    [InlineData(0, 0.002, "0.002")]
    [InlineData(1e9, 1.25, "1.250")]
    [InlineData(1e9, -1.25, "-1.250")]
    public void Gpu_seconds_may_be_off_by_what_is_lost_in_rounding_and_by_no_more(double capacity, double off, string? said)
    {
        LedgerAudit.Check(use => use == GpuUse.Idle ? capacity + off : 0, capacity, _report);

        Assert.Equal(said is null ? [] : [$"I17: {said} GPU-seconds more are accounted for than there were"], _report.Words);
        Assert.Equal(8, _report.Checks); // Seven uses and their sum.
    }

    [Fact]
    public void The_nodes_that_take_no_work_and_get_it_are_named_four_at_most()
    {
        var pools = Specs.Rack("r", nodes: 8, version: 4);

        NodeAudit.CheckPicture(pools, Specs.Rack("r", nodes: 8, version: 4, schedulable: 0b1101_1011), _report);
        NodeAudit.CheckPicture(pools, Specs.Rack("r", nodes: 8, version: 4, schedulable: 0b0000_0001), _report);

        Assert.Equal(
            ["I10: the pool gives work to nodes of p/r that take none: r-n2, r-n5", "I10: the pool gives work to nodes of p/r that take none: r-n1, r-n2, r-n3, r-n4"],
            _report.Words);
        Assert.Equal(2, _report.Checks);
    }

    [Fact]
    public void A_pool_that_gives_no_work_to_a_node_that_takes_some_is_only_careful()
    {
        NodeAudit.CheckPicture(Specs.Rack("r", version: 4, schedulable: 0b0011), Specs.Rack("r", version: 4), _report);
        NodeAudit.CheckPicture(null, Specs.Rack("r", version: 4), _report);
        Assert.Empty(_report.Findings);
    }

    [Fact]
    public void Of_a_machine_its_state_and_every_step_of_its_history_are_looked_at()
    {
        NodeAudit.CheckNode(
            new NodeId("n"), NodeState.Cordoned, [new NodeIncident { At = Specs.Start, From = NodeState.Ready, To = NodeState.Cordoned, By = "o" }], takesWork: false, _report);
        Assert.Empty(_report.Findings);
        Assert.Equal(2, _report.Checks);
    }

    [Fact]
    public void A_promise_that_is_kept_breaks_nothing_and_one_that_is_not_breaks_I8()
    {
        var pool = PoolWithAPromise();
        PromiseAudit.Check(pool, _report);
        Assert.Empty(_report.Findings);
        Assert.Equal(2, _report.Checks); // The promise, and the one that runs.

        // Read back, and nothing keeps it yet.
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        again.Restore(pool.ToSnapshot());
        PromiseAudit.Check(again, _report);
        Assert.Equal("I8: the promise to urgent/1 is not kept", Said);
    }

    [Fact]
    public void Who_waits_for_quota_or_behind_a_promise_may_wait_though_there_is_room()
    {
        var pool = Pool(Specs.Rack("r"));
        Assert.Null(pool.Enqueue(Specs.Attempt("a"), Specs.Job(), Specs.Start));
        var planned = Assert.Single(pool.Plan(1));
        pool.Abort(planned.Ref, new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = ResourceNames.Gpu, Limit = 8000, Used = 8000, Asked = 8000 });
        QueueAudit.Check(pool, _ => true, 10, _report);
        QueueAudit.Check(PoolWithAPromise(), _ => true, 10, _report);
        Assert.Empty(_report.Findings);
        Assert.Equal(2, _report.Checks);
    }

    [Fact]
    public void Quota_is_looked_at_attempt_by_attempt_and_level_by_level()
    {
        var attempt = Submit(Pool(Specs.Rack("r")), "a");
        var right = new QuotaCharge { Attempt = attempt.Id, Plan = attempt.Plan, Path = attempt.Spec.Quota, Amounts = attempt.Amounts };
        QuotaAudit.CheckRunning([attempt], "c", new Dictionary<AttemptId, QuotaCharge> { [attempt.Id] = right }, _report);
        Assert.Equal(1, _report.Checks);

        var tree = new QuotaTree("c");
        tree.Apply(QuotaEntry.Charged(Charge("b", gpus: 3000), Specs.Start));
        QuotaAudit.CheckLevels(tree.View(new QuotaPath("c"), _ => true, Specs.Start)!, [Charge("b", gpus: 3000)], _report);
        Assert.Empty(_report.Findings);
        Assert.Equal(3, _report.Checks); // c and c/t have one resource each.
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(5, 5, null)]
    [InlineData(5, 4, "I3: c/t counts 5 of gpu as used, and 4 is charged")]
    [InlineData(-5, -5, "I3: c/t counts -5 of gpu as used, and -5 is charged")]
    public void A_level_may_use_nothing_and_never_less(long used, long charged, string? said)
    {
        var level = new QuotaNodeView { Path = new QuotaPath("c/t"), Spec = new QuotaSpec(), Used = [new ResourceAmount("gpu", used)], Charges = 1 };
        QuotaCharge[] charges = charged == 0 ? [] : [Charge("a") with { Amounts = [new ResourceAmount("gpu", charged)] }];

        QuotaAudit.CheckLevels(new QuotaTreeView { Levels = [level], Version = 1 }, charges, _report);

        Assert.Equal(said is null ? [] : [said], _report.Words);
    }

    [Fact]
    public void Only_a_hold_is_overdue_and_it_is_named()
    {
        var rack = Specs.Rack("r", allocations: [Allocation("held", committed: false), Allocation("runs")]);
        RackAudit.CheckLeases(rack, Specs.Start.AddHours(1), _report);
        Assert.StartsWith("I8: the hold of held/1 (plan 9) on p/r ran out at 2026-01-01T00:00:00", Said, StringComparison.Ordinal);
        Assert.Equal(1, _report.Checks);
    }

    [Fact]
    public void At_rest_racks_are_looked_at_by_themselves_too_and_a_charge_without_a_job_is_found()
    {
        ImmutableArray<RackAllocation> twice = [Allocation("a"), Allocation("b")];
        JobAtRest[] jobs = [new(Specs.Attempt("a"), JobPhase.Running, 1), new(Specs.Attempt("b"), JobPhase.Running, 1)];

        RestAudit.Check([Specs.Rack("r", nodes: 1, gpus: 1, allocations: twice)], [Charge("a"), Charge("b"), Charge("gone")], jobs, _report);

        Assert.Equal(["I1: node r-n0 of p/r has more allocated than it offers", "I3: gone/1 is charged and no running job owns it"], _report.Words);
        Assert.Equal(2 + (2 + 1) + (2 * 2), _report.Checks); // Two workers; CPU, memory and the GPU of the node; workers and charge of each job.
    }
}
