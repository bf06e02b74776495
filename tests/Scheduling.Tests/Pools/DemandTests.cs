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
