using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Scheduling.Tests.Pools;

/// <summary>What a pool would need machines for.</summary>
public sealed class DemandTests
{
    [Fact]
    public void Gangs_without_room_are_told_in_order_whether_or_not_they_would_fit_the_empty_pool_and_no_others()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Enqueue(pool, "runs", Specs.Job(workers: 1), 0);
        Enqueue(pool, "waits", Specs.Job(workers: 2), 1);
        Enqueue(pool, "never", Specs.Job(workers: 9), 2);
        Enqueue(pool, "urgent", Specs.Job(workers: 9, priority: 5), 3);
        pool.Plan(100);
        Assert.Equal(["urgent", "waits", "never"], pool.WithoutRoom(10, out var leftOut).Select(a => a.Id.Job.Value));
        Assert.Equal(0, leftOut);
        Assert.Equal(["urgent"], pool.WithoutRoom(1, out leftOut).Select(a => a.Id.Job.Value));
        Assert.Equal(2, leftOut);
    }

    [Fact]
    public void Of_many_alike_no_more_are_told_than_asked_for_and_the_others_are_counted()
    {
        var pool = Pool(Specs.Rack("r", nodes: 1));
        for (var i = 0; i < 6; i++)
        {
            Enqueue(pool, $"j{i}", Specs.Job(), i);
        }

        pool.Plan(100);
        Assert.Equal(["j1", "j2"], pool.WithoutRoom(2, out var leftOut).Select(a => a.Id.Job.Value));
        Assert.Equal(3, leftOut);
        Assert.Equal("j1", Assert.Single(pool.WaitingHeads).Id.Job.Value);
    }

    [Fact]
    public void For_whom_others_make_room_no_machine_is_wanted_and_one_is_for_whom_room_is_only_kept()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Enqueue(pool, "low", Specs.Job(workers: 2), 0);
        Assert.True(pool.Commit(Assert.Single(pool.Plan(100)).Ref));
        pool.Advance(Specs.Start.AddHours(1));
        Enqueue(pool, "urgent", Specs.Job(priority: 500), 1);
        Enqueue(pool, "patient", Specs.Job(workers: 2), 2);
        pool.Plan(100);
        pool.PlanClaims();
        Assert.Equal(["low"], pool.WantedEvictions().Select(w => w.Victim.Id.Job.Value));
        Assert.Equal(["patient"], pool.WithoutRoom(10, out _).Select(a => a.Id.Job.Value));
        Assert.Equal(["patient", "urgent"], pool.WaitingHeads.Select(a => a.Id.Job.Value).Order());
    }

    [Fact]
    public void Racks_are_told_in_the_order_of_their_names_and_none_without_nodes()
    {
        var pool = Pool(Specs.Rack("s", nodes: 1), Specs.Rack("r", nodes: 1), Specs.Rack("q", nodes: 0));
        Assert.Equal(["p/r", "p/s"], pool.IdleRacks().Select(r => r.Spec.Rack.Value));
    }

    [Fact]
    public void A_node_is_idle_when_it_takes_work_and_has_none()
    {
        var pool = Pool(Specs.Rack("r", nodes: 3), Specs.Rack("s", nodes: 2) with { Schedulable = 0b01 });
        Enqueue(pool, "a", Specs.Job(workers: 1), 0);
        pool.Plan(100);
        var racks = pool.IdleRacks();
        Assert.Equal(2, racks.Length);
        Assert.Equal(3, racks.Sum(r => System.Numerics.BitOperations.PopCount(r.Idle)));
        Assert.Equal(0UL, racks.Single(r => r.Spec.Rack.Value.EndsWith("/s", StringComparison.Ordinal)).Idle & 0b10);
    }

    [Fact]
    public void What_is_reserved_for_a_gang_is_idle_and_stays_reserved()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Enqueue(pool, "runs", Specs.Job(workers: 1) with { TimeLimit = TimeSpan.FromHours(1) }, 0);
        Assert.True(pool.Commit(Assert.Single(pool.Plan(100)).Ref));
        Enqueue(pool, "wide", Specs.Job(workers: 2), 1);
        pool.Plan(100);
        pool.Advance(Specs.Start.AddMinutes(2));
        pool.PlanClaims();
        Assert.Equal(ClaimKind.Reserve, Assert.Single(pool.Promises.Values).Kind);

        Assert.Equal(1, System.Numerics.BitOperations.PopCount(Assert.Single(pool.IdleRacks()).Idle));
        Enqueue(pool, "small", Specs.Job(workers: 1), 2);
        Assert.Empty(pool.Plan(100));
        pool.CheckClaims();
    }

    [Fact]
    public void Who_waits_for_others_to_leave_is_told_among_those_on_their_way_until_it_starts()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2));
        Enqueue(pool, "low", Specs.Job(workers: 2), 0);
        Assert.True(pool.Commit(Assert.Single(pool.Plan(100)).Ref));
        pool.Advance(Specs.Start.AddHours(1));
        Enqueue(pool, "urgent", Specs.Job(priority: 500), 1);
        pool.Plan(100);
        Assert.Empty(pool.WithRoomBeingMade);
        pool.PlanClaims();
        var urgent = Assert.Single(pool.WithRoomBeingMade);
        Assert.True(pool.IsMadeRoomFor(urgent));
        Assert.Contains(urgent, pool.OnTheirWay(10));

        pool.End(Specs.Attempt("low"));
        pool.Free(Assert.Single(pool.TakeFreeing()).Ref);
        pool.Plan(100);
        Assert.Equal(AttemptStage.Placing, urgent.Stage);
        Assert.False(pool.IsMadeRoomFor(urgent));
        Assert.Empty(pool.WithRoomBeingMade);
    }

    [Fact]
    public void A_node_has_no_work_while_gangs_are_only_placed_on_it_or_promised_it_and_does_from_the_commit_until_it_is_free()
    {
        var pool = Pool(Specs.Rack("r", nodes: 3, schedulable: 0b011), Specs.Rack("s", nodes: 1) with
        {
            Allocations = [new RackAllocation { Attempt = Specs.Attempt("stranger"), Committed = true, Plan = 7, Tenant = new TenantId("t"), Shapes = [Specs.Job().Roles[0].Shape], Workers = [new WorkerSlot { Slot = 0, Gpus = 0xFF, GpuMilli = 1000 }] }],
        });
        Enqueue(pool, "a", Specs.Job(workers: 2), 0);
        var placed = Assert.Single(pool.Plan(100));
        Assert.Equal([(0UL, 0b011UL), (0UL, 0UL)], Seen());

        pool.Commit(placed.Ref);
        Assert.Equal([(0UL, 0UL), (0UL, 0UL)], Seen());
        pool.End(placed.Id);
        Assert.Equal([(0UL, 0UL), (0UL, 0UL)], Seen());
        pool.Free(Assert.Single(pool.TakeFreeing()).Ref);
        Assert.Equal([(0b011UL, 0b011UL), (0UL, 0UL)], Seen());

        IEnumerable<(ulong, ulong)> Seen() => pool.IdleRacks().Select(r => (r.Idle, r.Workless));
    }

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

    private static void Enqueue(PoolMachine pool, string job, JobSpec spec, int second) =>
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec, Specs.Start.AddSeconds(second)));
}
