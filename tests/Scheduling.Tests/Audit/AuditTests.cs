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

/// <summary>Every check finds the fault that it is there for, says which invariant it is, and finds nothing where nothing is wrong.</summary>
public sealed class AuditTests
{
    private static readonly WorkerShape Whole = new() { CpuMilli = 1000, MemoryMiB = 1024, Gpus = 8 };
    private readonly AuditReport _report = new();

    private string[] Found => [.. _report.Findings.Select(f => f.Invariant)];

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

    private static PoolAttempt Run(PoolMachine pool, string job, int workers = 1)
    {
        Assert.Null(pool.Enqueue(Specs.Attempt(job), Specs.Job(workers), Specs.Start));
        var planned = Assert.Single(pool.Plan(1));
        Assert.True(pool.Commit(planned.Ref));
        return planned;
    }

    /// <summary>What the rack has of an attempt when all went as planned.</summary>
    private static RackAllocation On(PoolAttempt attempt, string rack, bool committed = true) => new()
    {
        Attempt = attempt.Id, Plan = attempt.Plan, Committed = committed, Shapes = attempt.Shapes, LeaseUntil = Specs.Start,
        Workers = attempt.Placement!.Racks.First(s => s.Rack == new RackId($"p/{rack}")).Workers,
    };

    private static RackAllocation Stranger(int slot, ulong gpus = 0xff, string job = "x", bool committed = true, int gpuMilli = 1000) => new()
    {
        Attempt = Specs.Attempt(job), Plan = 9, Committed = committed, Shapes = [Whole], Workers = [new WorkerSlot(0, 0, slot, gpus, gpuMilli)], LeaseUntil = Specs.Start,
    };

    [Fact]
    public void Two_on_one_gpu_break_I1_and_two_halves_do_not()
    {
        RackAudit.Check(Specs.Rack("r", allocations: [Stranger(0, 1, "a", gpuMilli: 500), Stranger(0, 1, "b", gpuMilli: 500)]), _report);
        Assert.Empty(Found);
        Assert.True(_report.Checks > 0);

        RackAudit.Check(Specs.Rack("r", allocations: [Stranger(0, 1, "a", gpuMilli: 500), Stranger(0, 1, "b", gpuMilli: 501)]), _report);
        Assert.Equal(["I1"], Found);
        Assert.Equal(["I1"], RackAudit.Check(Specs.Rack("r", nodes: 1, allocations: [Stranger(3)])).Broken.Select(Finding.NumberOf));
    }

    [Fact]
    public void A_hold_that_ran_out_long_ago_breaks_I8_and_one_that_just_did_does_not()
    {
        var rack = Specs.Rack("r", allocations: [Stranger(0, committed: false), Stranger(1, job: "y")]);
        RackAudit.CheckLeases(rack, Specs.Start + RackAudit.MostOverdue, _report);
        Assert.Empty(Found);

        RackAudit.CheckLeases(rack, Specs.Start + RackAudit.MostOverdue + TimeSpan.FromSeconds(1), _report);
        Assert.Equal(["I8"], Found);
    }

    [Fact]
    public void A_rack_must_have_what_the_pool_committed_where_it_was_planned_and_nothing_else()
    {
        var pool = Pool(Specs.Rack("r"));
        var attempt = Run(pool, "a");
        var right = On(attempt, "r");

        GangAudit.Check(pool, Specs.Rack("r", allocations: [right]), _ => false, _report);
        GangAudit.Check(pool, Specs.Rack("r"), _ => true, _report);
        Assert.Empty(Found);

        GangAudit.Check(pool, Specs.Rack("r"), _ => false, _report);
        GangAudit.Check(pool, Specs.Rack("r", allocations: [right, Stranger(3)]), _ => false, _report);
        GangAudit.Check(pool, Specs.Rack("r", allocations: [right with { Workers = [right.Workers[0] with { Slot = 3 }] }]), _ => false, _report);
        Assert.Equal(["I2", "I8", "I7"], Found);
    }

    [Fact]
    public void What_runs_must_be_charged_as_planned_and_levels_must_add_up()
    {
        var attempt = Run(Pool(Specs.Rack("r")), "a");
        var charge = new QuotaCharge { Attempt = attempt.Id, Plan = attempt.Plan, Path = attempt.Spec.Quota, Amounts = attempt.Amounts };
        var tree = new QuotaTree("c");
        tree.Apply(QuotaEntry.Charged(charge, Specs.Start));
        var view = tree.View(new QuotaPath("c"), _ => true, Specs.Start)!;

        QuotaAudit.CheckRunning([attempt], "c", new Dictionary<AttemptId, QuotaCharge> { [attempt.Id] = charge }, _report);
        QuotaAudit.CheckLevels(view, [charge], _report);
        Assert.Empty(Found);

        QuotaAudit.CheckRunning([attempt], "c", new Dictionary<AttemptId, QuotaCharge>(), _report);
        QuotaAudit.CheckRunning([attempt], "c", new Dictionary<AttemptId, QuotaCharge> { [attempt.Id] = charge with { Plan = 99 } }, _report);
        Assert.Equal(["I3", "I3"], Found);
        QuotaAudit.CheckLevels(view, [], _report);
        Assert.All(Found, f => Assert.Equal("I3", f));
        Assert.True(Found.Length > 2);
    }

    [Theory]
    [InlineData(JobPhase.Pending, 1, false, true)]
    [InlineData(JobPhase.Pending, 2, false, false)]
    [InlineData(JobPhase.Pending, 1, true, false)]
    [InlineData(JobPhase.Running, 1, false, false)]
    [InlineData(JobPhase.Suspended, 1, false, false)]
    public void A_stored_job_that_waits_must_wait_in_the_pool_under_the_same_attempt(JobPhase phase, int attempt, bool held, bool agrees)
    {
        var pool = Pool(Specs.Rack("r"));
        Assert.Null(pool.Enqueue(Specs.Attempt("a"), Specs.Job(), Specs.Start));

        JobAudit.Check(new JobRow(new JobId("a"), phase, attempt, held), pool, _report);

        Assert.Equal(agrees ? [] : ["I4"], Found);
    }

    [Fact]
    public void Who_is_to_save_its_work_for_nobody_breaks_I9()
    {
        var pool = Pool(Specs.Rack("r"));
        var attempt = Run(pool, "a");
        PromiseAudit.Check(pool, _report);
        Assert.Empty(Found);

        Assert.True(pool.Checkpoint(attempt.Id, Specs.Start.AddMinutes(1)));
        PromiseAudit.Check(pool, _report);
        Assert.Equal(["I9"], Found);
    }

    [Fact]
    public void Work_for_a_node_that_takes_none_breaks_I10_at_the_same_version_only()
    {
        var rack = Specs.Rack("r", nodes: 2, version: 4, schedulable: 0b01);
        NodeAudit.CheckPicture(Specs.Rack("r", nodes: 2, version: 3), rack, _report);
        NodeAudit.CheckPicture(Specs.Rack("r", nodes: 2, version: 4, schedulable: 0b01), rack, _report);
        NodeAudit.CheckNode(new NodeId("n"), NodeState.Cordoned, [], takesWork: false, _report);
        Assert.Empty(Found);

        NodeAudit.CheckPicture(Specs.Rack("r", nodes: 2, version: 4), rack, _report);
        NodeAudit.CheckNode(new NodeId("n"), NodeState.Cordoned, [], takesWork: true, _report);
        Assert.Equal(["I10", "I10"], Found);
        Assert.All(_report.Findings, f => Assert.True(f.IsSlow));
    }

    [Fact]
    public void A_machines_history_is_a_path_through_the_graph_that_ends_where_it_is()
    {
        NodeIncident[] path = [Move(NodeState.Ready, NodeState.Cordoned), Move(NodeState.Cordoned, NodeState.Draining), Move(NodeState.Draining, NodeState.Drained)];
        NodeAudit.CheckNode(new NodeId("n"), NodeState.Drained, path, takesWork: false, _report);
        Assert.Empty(Found);

        NodeAudit.CheckNode(new NodeId("n"), NodeState.Ready, path, takesWork: true, _report);
        NodeAudit.CheckNode(new NodeId("n"), NodeState.Drained, [Move(NodeState.Ready, NodeState.Drained)], takesWork: false, _report);
        NodeAudit.CheckNode(new NodeId("n"), NodeState.Drained, [path[0], path[2]], takesWork: false, _report);
        Assert.Equal(["I14", "I14", "I14"], Found);

        static NodeIncident Move(NodeState from, NodeState to) => new() { At = Specs.Start, From = from, To = to, By = "o" };
    }

    [Fact]
    public void To_ask_whether_there_is_room_takes_none()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Assert.Null(pool.Enqueue(Specs.Attempt("a"), Specs.Job(gpus: 8), Specs.Start));
        var waiting = Assert.Single(pool.WaitingHeads);

        Assert.True(pool.HasRoom(waiting));
        Assert.True(pool.HasRoom(waiting));
        Assert.Single(pool.Plan(1));
    }

    [Fact]
    public void Nobody_may_wait_to_be_looked_at_or_for_room_that_is_there()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        Assert.Null(pool.Enqueue(Specs.Attempt("a"), Specs.Job(), Specs.Start));
        QueueAudit.Check(pool, pool.HasRoom, 10, _report);
        Assert.Equal(["I11"], Found);

        Assert.True(pool.Commit(Assert.Single(pool.Plan(1)).Ref));
        Assert.Null(pool.Enqueue(Specs.Attempt("b"), Specs.Job(), Specs.Start));
        Assert.Empty(pool.Plan(1));
        QueueAudit.Check(pool, pool.HasRoom, 10, _report);
        Assert.Single(Found);
        QueueAudit.Check(pool, _ => true, 10, _report);
        Assert.Equal(["I11", "I11"], Found);
        QueueAudit.Check(pool, _ => true, 0, _report);
        Assert.Equal(2, Found.Length);
    }

    [Fact]
    public void Epochs_and_versions_of_racks_never_fall()
    {
        var audit = new EpochAudit();
        audit.Check(Specs.Rack("r", version: 5) with { Epoch = 3 }, _report);
        audit.Check(Specs.Rack("r", version: 6) with { Epoch = 3 }, _report);
        audit.Check(Specs.Rack("s", version: 1) with { Epoch = 1 }, _report);
        Assert.Empty(Found);

        audit.Check(Specs.Rack("r", version: 4) with { Epoch = 2 }, _report);
        Assert.Equal(["I13", "I18"], Found);
    }

    [Fact]
    public void Gpu_seconds_that_were_never_there_break_I17()
    {
        var ledger = new GpuSecondLedger(Specs.Start);
        ledger.Set(Specs.Start, new GpuLevels { Capacity = 8000, Productive = 4000 });
        ledger.Advance(Specs.Start.AddHours(1));
        LedgerAudit.Check(ledger, _report);
        Assert.Empty(Found);

        var broken = ledger.Snapshot();
        LedgerAudit.Check(GpuSecondLedger.Restore(broken with { High = broken.High.SetItem((int)GpuUse.Lost, -1) }), _report);
        Assert.Contains("fewer than no GPU-seconds are Lost", _report.Findings.Select(f => f.What));
        Assert.All(Found, f => Assert.Equal("I17", f));
    }

    [Fact]
    public void At_rest_every_worker_and_every_charge_has_a_running_job_and_the_other_way_round()
    {
        ImmutableArray<RackAllocation> both = [Stranger(0, job: "a"), Stranger(1, job: "b")];
        QuotaCharge Charge(string job) => new() { Attempt = Specs.Attempt(job), Plan = 9, Path = new QuotaPath("c"), Amounts = [] };
        JobAtRest Job(string job, JobPhase phase, int workers = 1) => new(Specs.Attempt(job), phase, workers);

        RestAudit.Check([Specs.Rack("r", allocations: both)], [Charge("a"), Charge("b")], [Job("a", JobPhase.Running), Job("b", JobPhase.Stopping), Job("set", JobPhase.Running, 0)], _report);
        Assert.Empty(Found);

        RestAudit.Check([Specs.Rack("r", allocations: [both[0]])], [Charge("a")], [Job("a", JobPhase.Running, 2)], _report);
        RestAudit.Check([Specs.Rack("r", allocations: both)], [Charge("b")], [Job("b", JobPhase.Running)], _report);
        RestAudit.Check([Specs.Rack("r", allocations: [both[0] with { Committed = false }])], [Charge("a"), Charge("b")], [Job("a", JobPhase.Running), Job("b", JobPhase.Pending)], _report);
        Assert.Equal(["I2", "I8", "I8", "I3"], Found);
    }
}
