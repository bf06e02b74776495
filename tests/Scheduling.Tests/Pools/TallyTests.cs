using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>What is counted of promises, evictions and backfill.</summary>
public sealed class TallyTests
{
    private readonly PoolMachine _pool = new(new PoolId("p"), new PoolLimits());
    private DateTimeOffset _now = Specs.Start;

    public TallyTests()
    {
        _pool.BeginEpoch();
        _pool.Advance(_now);
        _pool.SeeRack(Specs.Rack("r", nodes: 4));
    }

    private void Pass(TimeSpan time) => _pool.Advance(_now += time);

    private void Submit(string job, JobSpec spec)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job), spec, _now));
        Start();
    }

    private void Start()
    {
        foreach (var attempt in _pool.Plan(100))
        {
            Assert.True(_pool.Commit(attempt.Ref));
        }
    }

    private void End(string job) => _pool.EndAndFree(Specs.Attempt(job));

    [Fact]
    public void Victims_are_counted_when_asked_and_when_they_made_room_and_the_promise_when_it_is_kept()
    {
        Submit("a", Specs.Job(workers: 2));
        Submit("b", Specs.Job(workers: 2));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(workers: 4, priority: 500));
        Assert.Equal(default, _pool.TakeTally());
        _pool.PlanClaims();
        Assert.Equal(new PoolTally { Asked = 2, Evictions = new PromiseTally { Made = 1 } }, _pool.TakeTally());
        End("a");
        End("b");
        Start();
        Assert.Equal(new PoolTally { MadeRoom = 2, Evictions = new PromiseTally { Kept = 1 } }, _pool.TakeTally());
        End("urgent");
        Assert.Equal(default, _pool.TakeTally());
    }

    [Fact]
    public void An_eviction_that_is_not_needed_is_called_off_whether_the_preemptor_leaves_or_finds_room_elsewhere()
    {
        Submit("a", Specs.Job(workers: 2));
        Submit("b", Specs.Job(workers: 2, priority: 500));
        Pass(TimeSpan.FromHours(1));
        Submit("leaves", Specs.Job(workers: 2, priority: 500));
        _pool.PlanClaims();
        End("leaves");
        Assert.Equal(new PoolTally { Asked = 1, CalledOff = 1, Evictions = new PromiseTally { Made = 1, Dropped = 1 } }, _pool.TakeTally());

        Submit("lucky", Specs.Job(workers: 2, priority: 500));
        _pool.PlanClaims();
        End("b");
        Start();
        Assert.Equal(new PoolTally { Asked = 1, CalledOff = 1, Evictions = new PromiseTally { Made = 1, Elsewhere = 1 } }, _pool.TakeTally());
    }

    [Fact]
    public void Reservations_and_who_is_backfilled_on_them_are_counted_and_nothing_is_counted_again_when_the_journal_is_read_back()
    {
        List<PoolEntry> journal = [.. _pool.TakeEntries()];
        Submit("long", Specs.Job(workers: 3) with { TimeLimit = TimeSpan.FromHours(2) });
        Submit("big", Specs.Job(workers: 4));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        Submit("fits", Specs.Job(workers: 1) with { TimeLimit = TimeSpan.FromMinutes(30) });
        Assert.Equal(new PoolTally { Backfilled = 1, Reservations = new PromiseTally { Made = 1 } }, _pool.TakeTally());

        journal.AddRange(_pool.TakeEntries());
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        journal.ForEach(again.Replay);
        Assert.Single(again.Promises);
        Assert.Equal(default, again.TakeTally());

        End("fits");
        End("long");
        Start();
        Assert.Equal(new PoolTally { Reservations = new PromiseTally { Kept = 1 } }, _pool.TakeTally());
    }

    [Fact]
    public void GPUs_that_are_kept_for_a_promise_are_held_in_the_ledger_not_unhealthy()
    {
        Submit("long", Specs.Job(workers: 3) with { TimeLimit = TimeSpan.FromHours(2) });
        Submit("big", Specs.Job(workers: 4));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        Assert.Equal(8000, _pool.GpuMilliPromised);
        _pool.Account(_now);
        Pass(TimeSpan.FromSeconds(10));
        _pool.Account(_now);
        Assert.Equal((80.0, 0.0, 240.0), (_pool.Ledger!.Seconds(GpuUse.Held), _pool.Ledger.Seconds(GpuUse.Unhealthy), _pool.Ledger.Seconds(GpuUse.Productive)));
    }
}
