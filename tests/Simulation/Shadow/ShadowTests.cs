using Grains.Jobs;
using Grains.Nodes;
using Grains.Storage;
using Scheduling.Jobs;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;
using Scheduling.Racks;

namespace Simulation.Shadow;

/// <summary>The twins object to writes that must not be: each is made here by hand, after those that lead up to it.</summary>
public sealed class ShadowTests
{
    private static readonly RackId Rack = new("p/r0");
    private static readonly AttemptId First = new(new JobId("a"), 1);
    private static readonly AttemptId Second = new(new JobId("b"), 1);
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _broken = [];
    private readonly Shadows _twins;

    public ShadowTests()
    {
        _twins = new Shadows(_broken.Add);
        Pool(new PoolEntry { Kind = PoolEntryKind.EpochBegan, Epoch = 1 });
        WriteToRack(RackEntry.Offered(new RackSpec { Rack = Rack, Block = "b", Nodes = [Node("n0"), Node("n1")] }, retired: 0));
        WriteToRack(RackEntry.Attached(1));
        Job(State(First));
        Enqueue(First);
    }

    [Fact]
    public void A_job_that_is_planned_charged_held_committed_run_ended_and_freed_breaks_nothing()
    {
        Commit(First, plan: 1, slot: 0);
        Pool(Entry(PoolEntryKind.Committed, First));
        WriteToRack(RackEntry.Committed(new PlanRef(First, 1)));
        Job(Next(First, s => s with { Phase = JobPhase.Running }));
        Job(Next(First, s => s with { Phase = JobPhase.Succeeded }));
        Pool(Entry(PoolEntryKind.Ended, First));
        WriteToRack(RackEntry.Released(new PlanRef(First, 1)));
        Quota(QuotaEntry.Refunded(new PlanRef(First, 1), Noon));
        Pool(Entry(PoolEntryKind.Freed, First));

        Assert.Empty(_broken);
    }

    [Fact]
    public void I1_two_attempts_on_the_same_GPUs()
    {
        Job(State(Second));
        Enqueue(Second);
        Plan(First, plan: 1, slot: 0);
        Plan(Second, plan: 2, slot: 0);
        Hold(First, plan: 1, slot: 0);
        Hold(Second, plan: 2, slot: 0);

        AssertFinds("I1:");
    }

    [Fact]
    public void I2_a_gang_that_commits_before_every_rack_holds_its_part()
    {
        Plan(First, plan: 1, slot: 0);
        Charge(First, plan: 1);
        Place(First, plan: 1, slot: 0);

        AssertFinds("I2:");
    }

    [Fact]
    public void I2_a_plan_that_is_not_the_whole_gang()
    {
        Pool(Entry(PoolEntryKind.Planned, First) with { Plan = 1, Placement = new GangPlacement { Racks = [] } });

        AssertFinds("I2:");
    }

    [Fact]
    public void I3_a_charge_above_a_limit_of_any_level()
    {
        Quota(QuotaEntry.SpecSet(new QuotaPath("c"), new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, 7_000)] }, Noon));
        Plan(First, plan: 1, slot: 0);
        Charge(First, plan: 1);

        AssertFinds("I3:");
    }

    [Fact]
    public void I3_more_than_the_teams_are_owed_together()
    {
        Quota(QuotaEntry.SpecSet(new QuotaPath("c/t0"), new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, 4_000)] }, Noon));
        Quota(QuotaEntry.SpecSet(new QuotaPath("c/t1"), new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, 8_000)], LendingLimit = [new ResourceAmount(ResourceNames.Gpu, 2_000)] }, Noon));
        Plan(First, plan: 1, slot: 0);
        Charge(First, plan: 1);

        AssertFinds("I3:");
    }

    [Fact]
    public void I3_a_job_that_commits_without_a_charge_and_a_refund_of_one_that_runs()
    {
        Plan(First, plan: 1, slot: 0);
        Hold(First, plan: 1, slot: 0);
        Place(First, plan: 1, slot: 0);
        AssertFinds("I3:");

        _broken.Clear();
        Charge(First, plan: 1);
        Quota(QuotaEntry.Refunded(new PlanRef(First, 1), Noon));
        AssertFinds("I3:");
    }

    [Fact]
    public void I4_an_acknowledged_job_that_is_not_stored_or_is_removed()
    {
        _twins.Jobs.Acknowledge(Second.Job);
        AssertFinds("I4:");

        _broken.Clear();
        _twins.Jobs.Acknowledge(First.Job);
        _twins.Cleared("job", GrainOf("job", "a"));
        AssertFinds("I4:");
    }

    [Fact]
    public void I5_a_job_that_becomes_another()
    {
        Job(Next(First, s => s with { BodyHash = "other" }));

        AssertFinds("I5:");
    }

    [Theory]
    [InlineData(JobPhase.Running)]
    [InlineData(JobPhase.Stopping)]
    [InlineData(JobPhase.Succeeded)]
    public void I6_a_step_that_is_not_in_the_graph(JobPhase to)
    {
        Job(Next(First, s => s with { Phase = to }));

        AssertFinds("I6:");
    }

    [Fact]
    public void I6_a_version_that_does_not_grow()
    {
        Job(State(First));

        AssertFinds("I6:");
    }

    [Fact]
    public void I7_a_commit_or_a_hold_without_an_intent()
    {
        Hold(First, plan: 1, slot: 0);
        AssertFinds("I7:");

        _broken.Clear();
        Place(First, plan: 1, slot: 0);
        AssertFinds("I7:");
    }

    [Fact]
    public void I7_a_plan_number_that_comes_twice()
    {
        Job(State(Second));
        Enqueue(Second);
        Plan(First, plan: 1, slot: 0);
        Plan(Second, plan: 1, slot: 1);

        AssertFinds("I7:");
    }

    [Fact]
    public void I8_a_release_while_the_job_runs_and_a_plan_that_is_over_while_a_rack_holds_it()
    {
        Commit(First, plan: 1, slot: 0);
        WriteToRack(RackEntry.Released(new PlanRef(First, 1)));
        AssertFinds("I8:");

        _broken.Clear();
        Job(State(Second));
        Enqueue(Second);
        Plan(Second, plan: 2, slot: 1);
        Hold(Second, plan: 2, slot: 1);
        Pool(Entry(PoolEntryKind.UndoBegan, Second));
        Pool(Entry(PoolEntryKind.Aborted, Second));
        AssertFinds("I8:");
    }

    [Fact]
    public void I9_a_job_asked_to_go_without_a_promise_and_a_victim_that_is_not_lower()
    {
        Commit(First, plan: 1, slot: 0);
        Job(Next(First, s => s with { Preemption = new JobPreemption { Preemptor = Second, AskedAt = Noon, StopAt = Noon, Reason = "" } }));
        AssertFinds("I9:");

        _broken.Clear();
        Job(State(Second));
        Enqueue(Second);
        Pool(new PoolEntry { Kind = PoolEntryKind.ClaimMade, Claim = new Claim { For = Second, Target = On(0), Roles = [], Kind = ClaimKind.Evict, StartAt = Noon, Victims = [First] } });
        AssertFinds("I9:");
    }

    [Fact]
    public void I9_a_job_stopped_before_its_grace_was_over()
    {
        var rule = new CheckpointRule { Grace = TimeSpan.FromSeconds(10) };
        Commit(First, plan: 1, slot: 0);
        Pool(new PoolEntry { Kind = PoolEntryKind.ClaimMade, Claim = new Claim { For = Second, Target = On(0), Roles = [], Kind = ClaimKind.Evict, StartAt = Noon, Victims = [First] } });
        Job(Next(First, s => s with { Phase = JobPhase.Running, Spec = s.Spec with { Checkpoint = rule } }));
        Job(Next(First, s => s with { Preemption = new JobPreemption { Preemptor = Second, AskedAt = Noon, StopAt = Noon.AddSeconds(10), Reason = "" } }));
        _broken.Clear();
        Job(Next(First, s => s with { Phase = JobPhase.Stopping, Preemption = null, Evictions = 1, Reason = "preempted: b", ChangedAt = Noon.AddSeconds(4) }));

        AssertFinds("I9:");
    }

    [Fact]
    public void I10_work_on_a_node_that_takes_none()
    {
        WriteToRack(RackEntry.SchedulableSet(new NodeId("n0"), schedulable: false));
        Plan(First, plan: 1, slot: 0);
        Hold(First, plan: 1, slot: 0);

        AssertFinds("I10:");
    }

    [Fact]
    public void I13_an_epoch_that_falls_or_that_nobody_wrote_down()
    {
        WriteToRack(RackEntry.Attached(1));
        AssertFinds("I13:");

        _broken.Clear();
        WriteToRack(RackEntry.Attached(7));
        AssertFinds("I13:");

        _broken.Clear();
        Pool(new PoolEntry { Kind = PoolEntryKind.EpochBegan, Epoch = 1 });
        AssertFinds("I13:");
    }

    [Fact]
    public void I14_a_node_that_jumps()
    {
        _twins.Written("node", GrainOf("node", "n0"), new NodeRecord { Health = new NodeHealth { State = NodeState.Drained }, Version = 1 });

        AssertFinds("I14:");
    }

    [Fact]
    public void I17_GPU_seconds_that_go_back()
    {
        Pool(new PoolEntry { Kind = PoolEntryKind.LedgerSaved, Ledger = Ledger(TimeSpan.FromSeconds(20)) });
        Assert.Empty(_broken);
        Pool(new PoolEntry { Kind = PoolEntryKind.LedgerSaved, Ledger = Ledger(TimeSpan.FromSeconds(10)) });

        AssertFinds("I17:");
    }

    private void AssertFinds(string invariant) => Assert.Contains(_broken, b => b.StartsWith(invariant, StringComparison.Ordinal));

    private static GpuLedgerSnapshot Ledger(TimeSpan run)
    {
        var ledger = new GpuSecondLedger(Noon);
        ledger.Set(Noon, new GpuLevels { Capacity = 8_000 });
        ledger.Advance(Noon + run);
        return ledger.Snapshot();
    }

    private static NodeSpec Node(string name) => new() { Name = new NodeId(name), CpuMilli = 10_000, MemoryMiB = 10_000, Gpus = 8, GpuModel = "A" };

    private static JobSpec Spec(AttemptId attempt) => new()
    {
        Name = attempt.Job.Value, Tenant = new TenantId("t0"), User = "u", Quota = new QuotaPath("c/t0/u"), Pool = new PoolId("p"),
        Roles = [new RoleSpec { Name = "w", Count = 1, Shape = Shape }],
    };

    private static WorkerShape Shape { get; } = new() { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 };

    private static JobState State(AttemptId attempt) => JobDecider.Submit(attempt.Job, Spec(attempt), "body", Noon);

    private static GrainId GrainOf(string type, string key) => GrainId.Create(type, key);

    private static GangPlacement On(int slot) => new() { Racks = [new RackSlice { Rack = Rack, Workers = [new WorkerSlot(0, 0, slot, 0xFF, 1000)] }] };

    private static PoolEntry Entry(PoolEntryKind kind, AttemptId attempt) => new() { Kind = kind, Attempt = attempt };

    /// <summary>The job's next state, with the step in its timeline.</summary>
    private JobState Next(AttemptId attempt, Func<JobState, JobState> change)
    {
        var before = _twins.Jobs.Find(attempt.Job)!;
        var next = change(before);
        var step = new JobTimelineEntry { Sequence = before.Version + 1, At = Noon, Phase = next.Phase, Attempt = next.Attempt, Type = "Test" };
        return next with { Version = before.Version + 1, Timeline = next.Timeline.Add(step) };
    }

    private void Job(JobState state) => _twins.Written("job", GrainOf("job", state.Id.Value), new JobRecord { Job = state });

    private void Pool(PoolEntry entry) => _twins.Appended("pool/p", 0, [RecordCodec.Encode(entry)]);

    private void WriteToRack(RackEntry entry) => _twins.Appended($"rack/{Rack.Value}", 0, [RecordCodec.Encode(entry)]);

    private void Quota(QuotaEntry entry) => _twins.Appended("quota/c", 0, [RecordCodec.Encode(entry)]);

    private void Enqueue(AttemptId attempt) => Pool(Entry(PoolEntryKind.Enqueued, attempt) with { Spec = Spec(attempt), SubmittedAt = Noon });

    private void Plan(AttemptId attempt, long plan, int slot) => Pool(Entry(PoolEntryKind.Planned, attempt) with { Plan = plan, Placement = On(slot) });

    private void Charge(AttemptId attempt, long plan) => Quota(QuotaEntry.Charged(
        new QuotaCharge { Attempt = attempt, Path = new QuotaPath("c/t0/u"), Plan = plan, Amounts = [new ResourceAmount(ResourceNames.Gpu, 8_000)] }, Noon));

    private void Hold(AttemptId attempt, long plan, int slot) => WriteToRack(RackEntry.Held(
        new RackAllocation { Attempt = attempt, Committed = false, Plan = plan, Workers = On(slot).Racks[0].Workers, Shapes = [Shape] }));

    private void Place(AttemptId attempt, long plan, int slot) =>
        Job(Next(attempt, s => s with { Phase = JobPhase.Starting, Plan = plan, Epoch = 1, Placement = On(slot) }));

    private void Commit(AttemptId attempt, long plan, int slot)
    {
        Plan(attempt, plan, slot);
        Charge(attempt, plan);
        Hold(attempt, plan, slot);
        Place(attempt, plan, slot);
    }
}
