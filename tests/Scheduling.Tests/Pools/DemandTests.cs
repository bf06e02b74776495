using Scheduling.Model;
using Scheduling.Pools;

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
