using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>The pool's picture of its racks, what it charges for places on them, and where their GPU time goes.</summary>
public sealed class RackSightTests
{
    private readonly PoolMachine _pool = new(new PoolId("p"), new PoolLimits());

    public RackSightTests()
    {
        _pool.BeginEpoch();
        _pool.Advance(Specs.Start);
    }

    private PoolAttempt Plan(string job, JobSpec? spec = null)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job), spec ?? Specs.Job(), Specs.Start));
        Assert.Equal(job, Assert.Single(_pool.Plan(1)).Id.Job.Value);
        return _pool.FindJob(new JobId(job))!;
    }

    private PoolAttempt Run(string job, JobSpec? spec = null)
    {
        var attempt = Plan(job, spec);
        Assert.True(_pool.Commit(attempt.Ref));
        return attempt;
    }

    private void GiveBack(PoolAttempt attempt)
    {
        _pool.End(attempt.Id);
        _pool.Free(attempt.Ref);
    }

    private static RackAllocation Of(PoolAttempt attempt, bool committed = true) => new()
    {
        Attempt = attempt.Id, Plan = attempt.Plan, Committed = committed, Shapes = attempt.Shapes, Workers = attempt.Placement!.Racks[0].Workers,
    };

    private static RackAllocation Stranger(int slot, ulong gpus, int milli = 1000) => new()
    {
        Attempt = Specs.Attempt("stranger"), Plan = 7, Committed = true, Shapes = [new WorkerShape { CpuMilli = 0, MemoryMiB = 0, Gpus = 1, GpuMilli = milli }],
        Workers = [new WorkerSlot(0, 0, slot, gpus, milli)],
    };

    private long Free => _pool.Capacity.FreeGpuMilli;

    [Fact]
    public void Of_views_of_a_rack_the_newest_counts_and_one_of_the_same_version_again()
    {
        Assert.True(_pool.SeeRack(Specs.Rack("r", version: 3)));
        Assert.False(_pool.SeeRack(Specs.Rack("r", nodes: 2, version: 2)));
        Assert.Equal(32_000, Free);
        Assert.True(_pool.SeeRack(Specs.Rack("r", nodes: 2, version: 3)));
        Assert.Equal(16_000, Free);
        Assert.Equal([new RackId("p/r")], _pool.KnownRacks);
        Assert.Equal(2, _pool.FindRack(new RackId("p/r"))!.Spec.Nodes.Length);
        Assert.Null(_pool.FindRack(new RackId("p/s")));
    }

    [Fact]
    public void What_a_rack_said_after_a_command_makes_older_views_of_it_out_of_date()
    {
        Assert.True(_pool.SeeRack(Specs.Rack("r", version: 3)));
        _pool.AdvanceRack(new RackId("p/r"), 5);
        _pool.AdvanceRack(new RackId("p/r"), 4);
        _pool.AdvanceRack(new RackId("p/s"), 9);
        Assert.False(_pool.SeeRack(Specs.Rack("r", version: 4)));
        Assert.True(_pool.SeeRack(Specs.Rack("r", version: 5)));
        Assert.True(_pool.SeeRack(Specs.Rack("s", version: 1)));
    }

    [Fact]
    public void What_is_under_way_is_taken_whether_or_not_the_rack_shows_it_and_free_only_once_it_was_given_back()
    {
        _pool.SeeRack(Specs.Rack("r"));
        var attempt = Plan("a");
        _pool.SeeRack(Specs.Rack("r", version: 2));
        Assert.Equal(24_000, Free);
        _pool.SeeRack(Specs.Rack("r", version: 3, allocations: [Of(attempt, committed: false)]));
        Assert.Equal(24_000, Free);
        _pool.Commit(attempt.Ref);
        _pool.SeeRack(Specs.Rack("r", version: 4, allocations: [Of(attempt)]));
        Assert.Equal(24_000, Free);
        GiveBack(attempt);
        Assert.Equal(32_000, Free);
    }

    [Fact]
    public void Where_a_rack_gave_planned_GPUs_to_somebody_else_it_is_right_and_nothing_is_given_back_twice()
    {
        _pool.SeeRack(Specs.Rack("r", nodes: 1));
        var attempt = Plan("a", Specs.Job(gpus: 1));
        var gpu = attempt.Placement!.Racks[0].Workers[0].Gpus;
        _pool.SeeRack(Specs.Rack("r", nodes: 1, version: 2, allocations: [Stranger(0, gpu)]));
        Assert.Equal(7000, Free);
        _pool.SeeRack(Specs.Rack("s", nodes: 1));
        _pool.Abort(attempt.Ref, null);
        Assert.Equal(15_000, Free);
        _pool.SeeRack(Specs.Rack("r", nodes: 1, version: 3));
        Assert.Equal(16_000, Free);
    }

    [Fact]
    public void A_planned_share_of_a_GPU_has_room_beside_a_strangers_up_to_the_whole_of_it()
    {
        _pool.SeeRack(Specs.Rack("r", nodes: 1, gpus: 1));
        var attempt = Plan("a", Specs.Job(gpus: 1, gpuMilli: 400));
        _pool.SeeRack(Specs.Rack("r", nodes: 1, gpus: 1, version: 2, allocations: [Stranger(0, 1, 600)]));
        Assert.Equal(0, Free);
        _pool.Abort(attempt.Ref, null);
        Assert.Equal(400, Free);
        var again = Assert.Single(_pool.Plan(1));
        _pool.SeeRack(Specs.Rack("r", nodes: 1, gpus: 1, version: 3, allocations: [Stranger(0, 1, 601)]));
        Assert.Equal(399, Free);
        _pool.Abort(again.Ref, null);
        Assert.Equal(399, Free);
    }

    [Fact]
    public void A_view_that_was_missing_is_asked_for_by_name_and_its_work_is_found_missing_in_job_order()
    {
        _pool.SeeRack(Specs.Rack("r"));
        var (b, a, placing, over) = (Run("b"), Run("a"), Plan("placing"), Run("over"));
        _pool.End(over.Id);
        string[] Missing(params RackAllocation[] shown) => [.. _pool.Compare(Specs.Rack("r", version: 2, allocations: [.. shown])).Missing.Select(m => m.Id.Job.Value)];
        Assert.Equal(["a", "b"], Missing());
        Assert.Equal(["b"], Missing(Of(a)));
        Assert.Equal(["a", "b"], Missing(Of(a, committed: false), Of(b) with { Plan = b.Plan + 1 }));
        Assert.Empty(_pool.Compare(Specs.Rack("s")).Missing);
        Assert.Equal(
            [b.Id, Specs.Attempt("stranger")],
            _pool.Compare(Specs.Rack("r", allocations: [Of(a), Of(b) with { Plan = 99 }, Of(placing), Stranger(0, 1), Stranger(1, 1) with { Committed = false }])).Strangers.Select(s => s.Attempt));
    }

    [Fact]
    public void A_plan_is_charged_for_what_its_workers_take_and_by_the_model_of_the_nodes_it_is_on()
    {
        _pool.SeeRack(Specs.Rack("r"));
        var roles = Specs.Job().Roles;
        var attempt = Plan("a", Specs.Job() with
        {
            Roles =
            [
                roles[0] with { Count = 2, Shape = roles[0].Shape with { Gpus = 4 } },
                roles[0] with { Name = "driver", Count = 3, Shape = new WorkerShape { CpuMilli = 500, MemoryMiB = 0, Gpus = 0 } },
            ],
        });
        Assert.Equal(["cpu 3500", "gpu 8000", "gpu/A100 8000", "memory 2048"], attempt.Amounts.Select(r => $"{r.Resource} {r.Amount}"));
        Assert.Equal((8000L, 0L), (_pool.GpuMilliPlacing, _pool.GpuMilliRunning));
    }

    [Fact]
    public void Who_waits_would_be_charged_the_least_it_asks_for_and_a_model_only_when_no_other_will_do()
    {
        _pool.SeeRack(Specs.Rack("r"));
        string Asked(string job, params string[] models)
        {
            var role = Specs.Job(workers: 2).Roles[0];
            Assert.Null(_pool.Enqueue(Specs.Attempt(job), Specs.Job() with { Roles = [role with { Shape = role.Shape with { GpuModels = [.. models] } }] }, Specs.Start));
            var charge = _pool.ChargeOf(_pool.FindJob(new JobId(job))!);
            Assert.Equal((1L, "c/t/u", "u"), (charge.Plan, charge.Path.Value, charge.User));
            return string.Join(' ', charge.Amounts.Select(r => $"{r.Resource}={r.Amount}"));
        }

        Assert.Equal("cpu=2000 gpu=16000 memory=2048", Asked("any"));
        Assert.Equal("cpu=2000 gpu=16000 gpu/H100=16000 memory=2048", Asked("one", "H100"));
        Assert.Equal("cpu=2000 gpu=16000 memory=2048", Asked("two", "H100", "A100"));
    }

    private string Levels => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"productive {_pool.Ledger!.Levels.Productive}, held {_pool.Ledger.Levels.Held}, fragmented {_pool.Ledger.Levels.Fragmented}, unhealthy {_pool.Ledger.Levels.Unhealthy}, idle {_pool.Ledger.Levels.Idle} of {_pool.Ledger.Levels.Capacity}");

    [Fact]
    public void GPU_time_is_held_while_a_gang_is_on_its_way_productive_while_it_runs_and_idle_or_unhealthy_otherwise()
    {
        Assert.Null(_pool.Ledger);
        _pool.SeeRack(Specs.Rack("r", schedulable: 0b0111));
        _pool.Account(Specs.Start);
        Assert.Equal("productive 0, held 0, fragmented 0, unhealthy 8000, idle 24000 of 32000", Levels);
        var attempt = Plan("a", Specs.Job(gpus: 5));
        _pool.Account(Specs.Start);
        Assert.Equal("productive 0, held 5000, fragmented 3000, unhealthy 8000, idle 16000 of 32000", Levels);
        _pool.Commit(attempt.Ref);
        _pool.Account(Specs.Start.AddSeconds(1));
        Assert.Equal("productive 5000, held 0, fragmented 3000, unhealthy 8000, idle 16000 of 32000", Levels);
        Assert.Equal((5.0, 32.0), (_pool.Ledger!.Seconds(GpuUse.Held), _pool.Ledger.CapacitySeconds));
        GiveBack(attempt);
        _pool.Account(Specs.Start.AddSeconds(3));
        Assert.Equal((10.0, 96.0, 24.0), (_pool.Ledger.Seconds(GpuUse.Productive), _pool.Ledger.CapacitySeconds, _pool.Ledger.Seconds(GpuUse.Unhealthy)));
        Assert.Equal("productive 0, held 0, fragmented 0, unhealthy 8000, idle 24000 of 32000", Levels);
    }

    [Fact]
    public void A_spare_is_idle_and_a_gang_on_a_node_that_takes_no_new_work_is_productive()
    {
        _pool.SeeRack(Specs.Rack("r") with { Spec = Specs.Rack("r").Spec with { Spares = 1 } });
        Run("a");
        _pool.Account(Specs.Start);
        Assert.Equal("productive 8000, held 0, fragmented 0, unhealthy 0, idle 24000 of 32000", Levels);
        var slot = _pool.FindJob(new JobId("a"))!.Placement!.Racks[0].Workers[0].Slot;
        _pool.SeeRack(Specs.Rack("r", version: 2, schedulable: ~(1UL << slot)));
        _pool.Account(Specs.Start);
        Assert.Equal("productive 8000, held 0, fragmented 0, unhealthy 0, idle 24000 of 32000", Levels);
    }

    [Fact]
    public void The_sums_of_GPU_time_outlive_a_restart_by_journal_and_by_snapshot()
    {
        _pool.SeeRack(Specs.Rack("r"));
        _pool.Account(Specs.Start);
        _pool.SaveLedger(Specs.Start.AddSeconds(10));
        var (replayed, restored) = (new PoolMachine(new PoolId("p"), new PoolLimits()), new PoolMachine(new PoolId("p"), new PoolLimits()));
        foreach (var entry in _pool.TakeEntries())
        {
            replayed.Replay(entry);
        }

        restored.Restore(_pool.ToSnapshot());
        Assert.Equal((320.0, 320.0), (replayed.Ledger!.Seconds(GpuUse.Idle), restored.Ledger!.Seconds(GpuUse.Idle)));
        Assert.Equal([new RackId("p/r")], replayed.KnownRacks);
        Assert.Equal([new RackId("p/r")], restored.KnownRacks);
    }
}
