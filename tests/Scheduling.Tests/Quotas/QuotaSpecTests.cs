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
        { "borrowingLimit: gpu is negative", new QuotaSpec { BorrowingLimit = Gpu(-1) } },
        { "lendingLimit: gpu is negative", new QuotaSpec { LendingLimit = Gpu(-1) } },
        { "maxPerUser: gpu is negative", new QuotaSpec { MaxPerUser = Gpu(-1) } },
        { "lendingLimit 3 is above nominal 2", new QuotaSpec { Nominal = Gpu(2), LendingLimit = Gpu(3) } },
        { "lendingLimit 3 without a nominal", new QuotaSpec { LendingLimit = Gpu(3) } },
        { "nothing is charged as tpu", new QuotaSpec { Nominal = [new("tpu", 1)] } },
        { "nothing is charged as gpu/", new QuotaSpec { Limit = [new("gpu/", 1)] } },
        { "priorities from 1–1000", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 0, Amounts = Gpu(1) }] } },
        { "priorities from 1–1000", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 1001, Amounts = Gpu(1) }] } },
        { "priority 5 is capped twice", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 5, Amounts = Gpu(1) }, new PriorityCap { MinPriority = 5, Amounts = Gpu(2) }] } },
        { "gpu is negative", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 5, Amounts = Gpu(-1) }] } },
        { "more than 8", new QuotaSpec { PriorityCaps = [.. Enumerable.Range(1, 9).Select(p => new PriorityCap { MinPriority = p, Amounts = Gpu(1) })] } },
        { "budget: hours", new QuotaSpec { Budget = new GpuHourBudget { Hours = -1 } } },
        { "no period 9", new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = (BudgetPeriod)9 } } },
        { "1–366 days, not 0", new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Rolling } } },
        { "1–366 days, not 367", new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Rolling, Days = 367 } } },
        { "only a rolling period has days", new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Week, Days = 7 } } },
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

    public static TheoryData<string, string, QuotaSpec> TooLow => new()
    {
        { "main: 4000 of gpu is in use, so all there is to share cannot be 3999", "main", new QuotaSpec { Nominal = Gpu(3999) } },
        { "main: 4000 of gpu is in use, so all there is to share cannot be 3999", "main/red", new QuotaSpec { Nominal = Gpu(3999) } },
        { "main: 5000 of gpu is in use or not lent (1000), so all there is to share cannot be 2000", "main/blue", new QuotaSpec { Nominal = Gpu(2000), LendingLimit = Gpu(1000) } },
        { "nominal and borrowing limit cannot be 3000 together", "main/red", new QuotaSpec { BorrowingLimit = Gpu(3000) } },
        { "ann uses 4000 of gpu, so maxPerUser cannot be 3999", "main", new QuotaSpec { MaxPerUser = Gpu(3999) } },
        { "jobs of priority 5 or more use 4000 of gpu", "main/red", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 5, Amounts = Gpu(3999) }] } },
    };

    [Theory]
    [MemberData(nameof(TooLow))]
    public void What_would_be_broken_at_once_is_refused_with_the_numbers_and_nothing_changes(string because, string path, QuotaSpec spec)
    {
        var tree = Tree();
        tree.Do(Charge("a", "main/red/ann", 4000) with { Priority = 10 });
        var before = tree.Text();

        Assert.Contains(because, tree.Set(path, spec));
        Assert.Equal(before, tree.Text());
        tree.CheckInvariants();
    }

    [Fact]
    public void Those_below_cannot_keep_for_themselves_more_than_there_is()
    {
        var tree = Tree();
        Assert.Null(tree.Set("main", new QuotaSpec { Nominal = Gpu(10) }));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Nominal = Gpu(8), LendingLimit = Gpu(0) }));

        Assert.Contains("those below it lend 11 of gpu to nobody", tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(8), LendingLimit = Gpu(5) }));
        Assert.Contains("so its nominal cannot be 7", tree.Set("main", new QuotaSpec { Nominal = Gpu(7) }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cohort_neither_borrows_nor_lends(bool borrows)
    {
        var spec = new QuotaSpec { Nominal = Gpu(5) };
        Assert.Contains("no siblings", Tree().Set("main", borrows ? spec with { BorrowingLimit = Gpu(1) } : spec with { LendingLimit = Gpu(1) }));
    }

    /// <summary>A level's parent is what stands before its last slash: no path is its own ancestor, so a tree has no cycles.</summary>
    [Theory]
    [InlineData("main/main/main")]
    [InlineData("main/red/main")]
    public void Names_that_repeat_along_a_path_make_no_cycle(string path)
    {
        var tree = Tree();
        Assert.Null(tree.Set(path, new QuotaSpec { Nominal = Gpu(5) }));
        Assert.Null(tree.Do(Charge("a", path, 5)));

        Assert.Equal((5, 5), (tree.Used("main"), tree.Used(path)));
        Assert.Equal("main", new QuotaPath(path).Parent!.Value.Parent!.Value.Value);
        Assert.Null(new QuotaPath("main").Parent);
        tree.CheckInvariants();
    }

    /// <summary>kai-scheduler/KAI-Scheduler#1615: machines are bought for pods that quota will never admit.</summary>
    [Fact]
    public void A_job_that_quota_can_never_admit_is_told_so_by_numbers_while_nothing_runs()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Nominal = Gpu(8), BorrowingLimit = Gpu(2) });
        tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(8), MaxPerUser = Gpu(6) });

        Assert.All(
            [tree.Do(Charge("a", "main/red/ann", 11))!, tree.Do(Charge("b", "main/green/eve", 17))!, tree.Do(Charge("c", "main/blue/bob", 7))!],
            refusal => Assert.True(refusal.Asked > refusal.Limit && !refusal.Owed, refusal.ToString()));
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

        var wrong = Assert.IsType<SpecDecision.WrongVersion>(tree.DecideSpec(new QuotaPath("main"), new QuotaSpec(), 1, Now));
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
