using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

public sealed class SpreadTests
{
    private readonly PoolMachine _pool = Pool();

    private static PoolMachine Pool()
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        SeeRacks(pool, version: 1);
        return pool;
    }

    private static void SeeRacks(PoolMachine pool, long version)
    {
        foreach (var rack in new[] { "r0", "r1", "r2" })
        {
            pool.SeeRack(Specs.Rack(rack, nodes: 4, version: version));
        }
    }

    private static JobSpec Replica(int index, bool required) => Specs.Job() with
    {
        Origin = new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = index },
        Spread = new SpreadRule { Level = TopologyLevel.Rack, Required = required },
    };

    private static string? Start(PoolMachine pool, int index, bool required)
    {
        Assert.Null(pool.Enqueue(Specs.Attempt($"svc-{index}"), Replica(index, required), Specs.Start.AddSeconds(index)));
        Carry(pool);
        return RackOf(pool, index);
    }

    private static void Carry(PoolMachine pool) => pool.CommitAll(pool.Plan(100));

    private static string? RackOf(PoolMachine pool, int index) => pool.FindJob(new JobId($"svc-{index}"))?.Placement?.Racks.Single().Rack.Value;

    private void End(int index)
    {
        _pool.EndAndFree(Specs.Attempt($"svc-{index}"));

        Carry(_pool);
    }

    [Fact]
    public void Replicas_of_a_service_take_turns_over_the_racks()
    {
        var racks = Enumerable.Range(0, 6).Select(i => Start(_pool, i, required: false)).ToList();
        Assert.Equal([2, 2, 2], racks.CountBy(r => r!).Select(c => c.Value));
    }

    [Fact]
    public void All_replicas_of_one_round_keep_apart_as_well()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(_pool.Enqueue(Specs.Attempt($"svc-{i}"), Replica(i, required: true), Specs.Start));
        }

        Carry(_pool);
        Assert.Equal(3, Enumerable.Range(0, 3).Select(i => RackOf(_pool, i)).Distinct().Count(r => r is not null));
    }

    [Fact]
    public void A_required_spread_waits_until_a_rack_is_without_its_like()
    {
        var first = Start(_pool, 0, required: true);
        Start(_pool, 1, required: true);
        Start(_pool, 2, required: true);
        Assert.Null(Start(_pool, 3, required: true));
        End(0);
        Assert.Equal(first, RackOf(_pool, 3));
    }

    [Fact]
    public void Where_they_are_outlives_new_views_of_racks_and_a_restart()
    {
        Start(_pool, 0, required: true);
        Start(_pool, 1, required: true);
        SeeRacks(_pool, version: 2);
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        again.Restore(_pool.ToSnapshot());
        SeeRacks(again, version: 3);
        foreach (var pool in new[] { _pool, again })
        {
            Start(pool, 2, required: true);
            Assert.Equal(3, Enumerable.Range(0, 3).Select(i => RackOf(pool, i)).Distinct().Count(r => r is not null));
            Assert.Null(Start(pool, 3, required: true));
        }
    }

    [Fact]
    public void What_is_promised_to_one_of_a_set_keeps_the_others_away()
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt("low"), Specs.Job(workers: 12), Specs.Start));
        Carry(_pool);
        _pool.Advance(Specs.Start.AddHours(1));
        Assert.Null(_pool.Enqueue(Specs.Attempt("svc-0"), Replica(0, required: true) with { Priority = 500 }, Specs.Start));
        Carry(_pool);
        _pool.PlanClaims();
        var promised = Assert.Single(_pool.Promises).Value.Target.Racks.Single().Rack.Value;
        _pool.EndAndFree(Specs.Attempt("low"));

        Assert.Null(_pool.Enqueue(Specs.Attempt("svc-1"), Replica(1, required: true) with { Priority = 900 }, Specs.Start));
        Carry(_pool);
        Assert.Equal(promised, RackOf(_pool, 0));
        Assert.NotEqual(promised, RackOf(_pool, 1));
        Assert.NotNull(RackOf(_pool, 1));
    }
}
