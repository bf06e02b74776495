using Scheduling.Model;
using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>What may be set at a level.</summary>
public sealed class QuotaSpecTests
{
    public static TheoryData<string, QuotaSpec> BadSpecs => new()
    {
        { "weight", new QuotaSpec { Weight = 0 } },
        { "weight", new QuotaSpec { Weight = -1 } },
        { "weight", new QuotaSpec { Weight = 1_000_001 } },
        { "nominal 2 is above limit 1", new QuotaSpec { Nominal = Gpu(2), Limit = Gpu(1) } },
        { "limit: gpu is negative", new QuotaSpec { Limit = Gpu(-1) } },
        { "nominal: gpu is negative", new QuotaSpec { Nominal = Gpu(-1) } },
        { "maxPendingJobs", new QuotaSpec { MaxPendingJobs = -1 } },
        { "named twice", new QuotaSpec { Limit = [new("gpu", 1), new("gpu", 2)] } },
    };

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public void A_setting_that_breaks_a_rule_is_refused_by_name(string because, QuotaSpec spec)
    {
        var tree = Tree();
        Assert.Contains(because, tree.Set("main/red", spec));
        Assert.Equal(0, tree.Version);
    }

    [Fact]
    public void A_limit_below_what_is_in_use_is_refused_with_the_number()
    {
        var tree = Tree();
        tree.Do(Charge("a", "main/red/ann", 4000));

        Assert.Contains("4000 of gpu is in use", tree.Set("main/red", new QuotaSpec { Limit = Gpu(3999) }));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Limit = Gpu(4000) }));
        tree.CheckInvariants();
    }

    [Fact]
    public void A_child_may_be_promised_more_than_its_parent_has()
    {
        var tree = Tree(("main", 1000));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Nominal = Gpu(2000), Limit = Gpu(9000), Weight = 3, MaxPendingJobs = 10 }));
        Assert.Equal(10, tree.SpecOf(new QuotaPath("main/red")).MaxPendingJobs);
    }

    [Fact]
    public void Only_the_present_version_can_be_changed()
    {
        var tree = Tree(("main", 1000), ("main/red", 500));
        Assert.Equal(2, tree.Version);

        var wrong = Assert.IsType<SpecDecision.WrongVersion>(tree.DecideSpec(new QuotaPath("main"), new QuotaSpec(), 1));
        Assert.Equal(2, wrong.Present);
    }

    [Fact]
    public void Charges_do_not_move_the_version_and_setting_the_same_again_does_not_either()
    {
        var tree = Tree(("main", 1000));
        tree.Do(Charge("a", "main/red/ann", 1));
        Assert.Null(tree.Set("main", new QuotaSpec { Limit = Gpu(1000) }));

        Assert.Equal(1, tree.Version);
    }

    [Fact]
    public void Pools_hear_only_of_the_levels_where_they_were_refused_and_only_once()
    {
        var waiters = new QuotaWaiters();
        waiters.Add(new PoolId("p1"), new QuotaPath("main/red"));
        waiters.Add(new PoolId("p1"), new QuotaPath("main/blue"));
        waiters.Add(new PoolId("p2"), new QuotaPath("main"));
        waiters.AddEverywhere(new PoolId("p3"));
        QuotaPath[] freed = [new("main/red/ann"), new("main/red"), new("main")];

        var told = waiters.Take(freed);

        Assert.Equal(["p1: main/red", "p2: main", "p3: main main/red main/red/ann"], told.Select(t => $"{t.Pool}: {string.Join(' ', t.Paths)}"));
        Assert.Empty(waiters.Take(freed));
        Assert.Equal("p1", Assert.Single(waiters.Take([new QuotaPath("main/blue")])).Pool.Value);
    }

    [Fact]
    public void A_pool_that_waits_at_more_levels_than_are_remembered_hears_of_everything()
    {
        var waiters = new QuotaWaiters();
        for (var i = 0; i <= QuotaWaiters.MaxPathsPerPool; i++)
            waiters.Add(new PoolId("p"), new QuotaPath($"main/red/u{i}"));

        Assert.Equal("main/other", Assert.Single(Assert.Single(waiters.Take([new QuotaPath("main/other")])).Paths).Value);
    }
}
