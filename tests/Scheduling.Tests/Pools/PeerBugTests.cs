using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>Bugs that other schedulers had, named after their threads: what a pool decides about gangs.</summary>
public sealed class PeerBugTests
{
    private readonly DateTimeOffset _start = Specs.Start;

    private PoolMachine Pool(params RackView[] racks)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        pool.Advance(_start);
        foreach (var rack in racks)
        {
            Assert.True(pool.SeeRack(rack));
        }

        return pool;
    }

    private void Enqueue(PoolMachine pool, string job, int workers, int second, int attempt = 1) =>
        Assert.Null(pool.Enqueue(Specs.Attempt(job, attempt), Specs.Job(workers), _start.AddSeconds(second)));

    private static string[] Plan(PoolMachine pool) => [.. pool.Plan(100).Select(a => a.Id.ToString())];

    private static void GiveBack(PoolMachine pool)
    {
        foreach (var over in pool.TakeFreeing())
        {
            pool.Free(over.Ref);
        }
    }

    [Fact]
    public void Volcano_3373_of_two_gangs_that_have_no_room_together_one_has_all_it_needs_and_the_other_nothing()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2), Specs.Rack("s", nodes: 2));
        Enqueue(pool, "one", workers: 3, second: 0);
        Enqueue(pool, "two", workers: 3, second: 1);
        Assert.Equal(["one/1"], Plan(pool));
        Assert.Equal(3, pool.FindJob(new JobId("one"))!.Placement!.TotalWorkers);
        Assert.Null(pool.FindJob(new JobId("two"))!.Placement);
        Assert.Equal(8000, pool.Capacity.FreeGpuMilli);

        pool.Commit(pool.FindJob(new JobId("one"))!.Ref);
        pool.End(Specs.Attempt("one"));
        GiveBack(pool);
        Assert.Equal(["two/1"], Plan(pool));
    }

    [Fact]
    public void Volcano_2462_a_gang_of_20_with_room_for_8_has_none_of_its_workers_started()
    {
        var pool = Pool(Specs.Rack("r", nodes: 8));
        Enqueue(pool, "gang", workers: 20, second: 0);
        Assert.Empty(Plan(pool));
        Assert.Equal((0, 64_000L), (pool.Placing, pool.Capacity.FreeGpuMilli));

        pool.SeeRack(Specs.Rack("s", nodes: 12));
        Assert.Equal(["gang/1"], Plan(pool));
        Assert.Equal(20, pool.FindJob(new JobId("gang"))!.Placement!.TotalWorkers);
    }

    [Fact]
    public void Volcano_5805_a_gang_that_lost_a_node_is_whole_again_before_anybody_who_came_later()
    {
        var pool = Pool(Specs.Rack("r", nodes: 4));
        Enqueue(pool, "gang", workers: 4, second: 0);
        Assert.Equal(["gang/1"], Plan(pool));
        pool.Commit(pool.FindJob(new JobId("gang"))!.Ref);
        Enqueue(pool, "later", workers: 1, second: 10);
        Assert.Empty(Plan(pool));

        // One node is out: the gang leaves as a whole, and who came later may have what is left meanwhile.
        pool.SeeRack(Specs.Rack("r", nodes: 4, version: 2, schedulable: 0b0111));
        Enqueue(pool, "gang", workers: 4, second: 0, attempt: 2);
        GiveBack(pool);
        Assert.Equal(["later/1"], Plan(pool));
        pool.Commit(pool.FindJob(new JobId("later"))!.Ref);

        // The node is back: its place is nobody's but the gang's, which has the first submit time.
        pool.SeeRack(Specs.Rack("r", nodes: 4, version: 3));
        Enqueue(pool, "last", workers: 4, second: 20);
        pool.End(Specs.Attempt("later"));
        GiveBack(pool);
        Assert.Equal(["gang/2"], Plan(pool));
        Assert.Equal(4, pool.FindJob(new JobId("gang"))!.Placement!.TotalWorkers);
    }

    [Fact]
    public void Koordinator_872_two_gangs_that_were_refused_half_of_what_they_planned_do_not_wait_for_each_other()
    {
        var pool = Pool(Specs.Rack("r", nodes: 2), Specs.Rack("s", nodes: 2));
        Enqueue(pool, "one", workers: 2, second: 0);
        Enqueue(pool, "two", workers: 2, second: 1);
        Assert.Equal(["one/1", "two/1"], Plan(pool));

        // Each was refused by some rack: both give back all that they had before either is planned again.
        foreach (var job in new[] { "one", "two" })
        {
            var plan = pool.FindJob(new JobId(job))!.Ref;
            pool.BeginUndo(plan);
            Assert.False(pool.Commit(plan));
            pool.Abort(plan, null);
        }

        Assert.Equal(32_000, pool.Capacity.FreeGpuMilli);
        Assert.Equal(["one/1", "two/1"], Plan(pool));
    }

    [Fact]
    public void Kueue_9715_after_a_restart_ten_thousand_that_do_not_fit_hold_nobody_up()
    {
        var before = Pool(Specs.Rack("r", nodes: 2), Specs.Rack("s", nodes: 2));
        for (var i = 0; i < 10_000; i++)
        {
            Enqueue(before, $"big-{i:00000}", workers: 5, second: i);
        }

        var after = new PoolMachine(new PoolId("p"), before.Limits);
        after.Restore(before.ToSnapshot());
        after.BeginEpoch();
        after.SeeRack(Specs.Rack("r", nodes: 2));
        after.SeeRack(Specs.Rack("s", nodes: 2));
        Enqueue(after, "small", workers: 1, second: 20_000);

        // All of them are one question, and one answer.
        Assert.Equal(["small/1"], Plan(after));
        Assert.Equal(10_000, after.PendingByReason().Values.Sum());
        Assert.Empty(Plan(after));
    }
}
