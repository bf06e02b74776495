using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

public sealed class QuotaSettingsTests
{
    private readonly PoolMachine _pool = Pool();

    private static PoolMachine Pool()
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes: 16));
        return pool;
    }

    private static CohortLevels Settings(long version, params (string Path, int Weight, long Nominal)[] levels) => CohortLevels.Of(
        "c", version,
        [.. levels.Select(l => new QuotaLevelState
        {
            Path = new QuotaPath(l.Path),
            Spec = new QuotaSpec { Weight = l.Weight, Nominal = l.Nominal == 0 ? [] : [new ResourceAmount(ResourceNames.Gpu, l.Nominal)] },
        })]);

    private static void Enqueue(PoolMachine pool, int each)
    {
        for (var i = 0; i < each; i++)
        {
            Assert.Null(pool.Enqueue(Specs.Attempt($"a{i}"), Specs.Job(tenant: "a"), Specs.Start));
            Assert.Null(pool.Enqueue(Specs.Attempt($"b{i}"), Specs.Job(tenant: "b"), Specs.Start));
        }
    }

    private static string Order(PoolMachine pool, int jobs) => string.Join(' ', pool.Plan(jobs).Select(a => a.Id.Job.Value));

    [Fact]
    public void Weights_of_the_tree_decide_whose_turn_it_is_and_those_that_are_set_no_more_do_not()
    {
        Enqueue(_pool, 9);
        _pool.SetLevels(Settings(3, ("c/a", 2, 0)));
        Assert.Equal("a0 b0 a1 a2 b1 a3", Order(_pool, 6));
        _pool.SetLevels(Settings(4));
        Assert.Equal("b2 b3", Order(_pool, 2));
        Assert.Equal(4, _pool.KnownVersion("c"));
    }

    [Fact]
    public void Who_is_owed_something_goes_before_who_borrows()
    {
        Enqueue(_pool, 9);
        _pool.SetLevels(Settings(1, ("c/b", 1, 24_000)));
        Assert.Equal("b0 b1 b2", Order(_pool, 3));
    }

    [Fact]
    public void Settings_older_than_those_known_change_nothing()
    {
        Enqueue(_pool, 3);
        _pool.SetLevels(Settings(2, ("c/b", 1, 24_000)));
        _pool.TakeEntries();
        _pool.SetLevels(Settings(1));
        _pool.SetLevels(Settings(2));
        Assert.Empty(_pool.TakeEntries());
        Assert.Equal("b0 b1 b2", Order(_pool, 3));
    }

    [Fact]
    public void A_pool_read_back_from_its_journal_or_a_snapshot_takes_turns_as_it_did()
    {
        List<PoolEntry> journal = [];
        var first = new PoolMachine(new PoolId("p"), new PoolLimits());
        first.BeginEpoch();
        first.Advance(Specs.Start);
        Enqueue(first, 9);
        first.SetLevels(Settings(1, ("c/a", 1, 8_000), ("c/b", 5, 0)));
        first.SetLevels(Settings(2, ("c/b", 2, 16_000)));
        journal.AddRange(first.TakeEntries());
        var replayed = new PoolMachine(new PoolId("p"), new PoolLimits());
        foreach (var entry in journal)
        {
            replayed.Replay(entry);
        }

        var restored = new PoolMachine(new PoolId("p"), new PoolLimits());
        restored.Restore(first.ToSnapshot());
        var orders = new[] { first, replayed, restored }.Select(pool =>
        {
            pool.SeeRack(Specs.Rack("r", nodes: 16));
            Assert.Equal(2, pool.KnownVersion("c"));
            return Order(pool, 7);
        }).ToList();
        Assert.StartsWith("b0 b1", orders[0], StringComparison.Ordinal);
        Assert.Equal([orders[0], orders[0], orders[0]], orders);

        // What is not set any more is reset also by those who only read of it.
        restored.SetLevels(Settings(3));
        replayed.SetLevels(Settings(3));
        Assert.Equal(Order(replayed, 5), Order(restored, 5));
    }

    [Fact]
    public void A_cap_on_one_user_or_on_what_is_urgent_stops_nobody_else_on_the_account()
    {
        var shared = Specs.Job() with { Quota = new QuotaPath("c/t") };
        Assert.Null(_pool.Enqueue(Specs.Attempt("ann-1"), shared with { User = "ann" }, Specs.Start));
        Assert.Null(_pool.Enqueue(Specs.Attempt("ann-2"), shared with { User = "ann" }, Specs.Start));
        Assert.Null(_pool.Enqueue(Specs.Attempt("bob"), shared with { User = "bob" }, Specs.Start.AddSeconds(1)));
        Refuse("ann-1", QuotaBound.User, "ann");
        Assert.Equal("bob", Order(_pool, 5));

        // Waiting made it as urgent as the other: the cap goes by what it was submitted as.
        _pool.Advance(Specs.Start.AddHours(7));
        Assert.Null(_pool.Enqueue(Specs.Attempt("waited"), shared with { User = "eve", Priority = 50 }, Specs.Start));
        Assert.Null(_pool.Enqueue(Specs.Attempt("urgent"), shared with { User = "eve", Priority = 100 }, Specs.Start.AddHours(6.5)));
        Assert.Equal(100, _pool.FindJob(new JobId("waited"))!.EffectivePriority);
        Refuse("waited", null, null);
        Refuse("urgent", QuotaBound.Priority, "100");
        _pool.Plan(9);
        Assert.Equal(AttemptStage.Placing, _pool.FindJob(new JobId("waited"))!.Stage);
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("urgent"))!.Stage);
    }

    private void Refuse(string job, QuotaBound? bound, string? whose)
    {
        while (_pool.FindJob(new JobId(job))!.Stage == AttemptStage.Queued)
        {
            Assert.NotEmpty(_pool.Plan(1));
        }

        _pool.Abort(_pool.FindJob(new JobId(job))!.Ref, bound is null ? null : new QuotaRefusal
        {
            Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 8000, Used = 8000, Asked = 8000, Bound = bound.Value, Whose = whose, OthersMayFit = true,
        });
    }
}
