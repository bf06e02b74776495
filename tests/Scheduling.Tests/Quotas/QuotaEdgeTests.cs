using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>The first and the last that is allowed, and what makes two settings different.</summary>
public sealed class QuotaEdgeTests
{
    private static ImmutableArray<ResourceAmount> Many(int count) => [.. Enumerable.Range(0, count).Select(i => new ResourceAmount($"gpu/m{i}", 1))];

    private static PriorityCap Cap(int priority, long amount = 1) => new() { MinPriority = priority, Amounts = Gpu(amount) };

    public static TheoryData<QuotaSpec> Extremes =>
    [
        new QuotaSpec { Weight = QuotaRules.MaxWeight },
        new QuotaSpec { MaxPendingJobs = 0 },
        new QuotaSpec { Limit = Gpu(QuotaRules.MaxAmount) },
        new QuotaSpec { Limit = Gpu(0) },
        new QuotaSpec { Limit = Many(QuotaRules.MaxResources) },
        new QuotaSpec { Nominal = Gpu(5), Limit = Gpu(5), LendingLimit = Gpu(5) },
        new QuotaSpec { PriorityCaps = [.. Enumerable.Range(993, 8).Select(p => Cap(p))] },
        new QuotaSpec { PriorityCaps = [Cap(1)] },
        new QuotaSpec { Budget = new GpuHourBudget { Hours = 0 } },
        new QuotaSpec { Budget = new GpuHourBudget { Hours = QuotaRules.MaxBudgetHours, Period = BudgetPeriod.Month } },
        new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Rolling, Days = 1 } },
        new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Rolling, Days = 366 } },
        new QuotaSpec { Limit = [new("gpu/x", 1), new("cpu", 1), new("memory", 1)] },
    ];

    [Theory]
    [MemberData(nameof(Extremes))]
    public void The_most_and_the_least_that_is_allowed_may_be_set(QuotaSpec spec) => Assert.Null(QuotaRules.RefusesSpec(spec));

    [Fact]
    public void One_more_is_too_much()
    {
        Assert.Contains("more than 32", QuotaRules.RefusesSpec(new QuotaSpec { Limit = Many(33) }));
        Assert.Contains("is more than", QuotaRules.RefusesSpec(new QuotaSpec { Limit = Gpu(QuotaRules.MaxAmount + 1) }));
        Assert.Contains("budget: hours", QuotaRules.RefusesSpec(new QuotaSpec { Budget = new GpuHourBudget { Hours = QuotaRules.MaxBudgetHours + 1 } }));
        Assert.Contains("more than 8", QuotaRules.RefusesSpec(new QuotaSpec { PriorityCaps = default }));
        Assert.Contains("no amounts", QuotaRules.RefusesAmounts(default));
        Assert.Contains("1–63 characters", QuotaRules.RefusesAmounts([new(new string('r', 64), 1)]));
        Assert.Contains("1–63 characters", QuotaRules.RefusesAmounts([new("", 1)]));
        Assert.Null(QuotaRules.RefusesAmounts([new(new string('r', 63), 1)]));
    }

    [Fact]
    public void A_users_name_has_at_most_256_characters()
    {
        var tree = Tree();
        Assert.Null(tree.Do(Charge("a", "main/red", 1) with { User = new string('u', 256) }));
        Assert.Contains("256 characters", tree.Do(Charge("b", "main/red", 1) with { User = new string('u', 257) })!.Problem);
    }

    public static TheoryData<QuotaSpec> Others =>
    [
        Full with { Weight = 3 },
        Full with { MaxPendingJobs = null },
        Full with { Budget = Full.Budget! with { Hours = 2 } },
        Full with { Nominal = Gpu(6) },
        Full with { Limit = [] },
        Full with { Limit = [new("gpu", 9), new("cpu", 1)] },
        Full with { BorrowingLimit = Gpu(2) },
        Full with { LendingLimit = Gpu(2) },
        Full with { MaxPerUser = Gpu(2) },
        Full with { PriorityCaps = [Cap(5)] },
        Full with { PriorityCaps = [Cap(5), Cap(7)] },
        Full with { PriorityCaps = [Cap(5), Cap(6, 3)] },
    ];

    private static QuotaSpec Full { get; } = new()
    {
        Weight = 2, MaxPendingJobs = 4, Budget = new GpuHourBudget { Hours = 1 }, Nominal = Gpu(5), Limit = Gpu(9), BorrowingLimit = Gpu(1), LendingLimit = Gpu(1),
        MaxPerUser = Gpu(1), PriorityCaps = [Cap(5), Cap(6)],
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Settings_that_differ_in_anything_are_not_the_same(QuotaSpec other)
    {
        Assert.False(QuotaRules.IsSame(Full, other));
        Assert.False(QuotaRules.IsSame(other, Full));
        Assert.True(QuotaRules.IsSame(Full, Full with { PriorityCaps = [Cap(6), Cap(5)] }));
    }

    [Fact]
    public void Amounts_are_the_same_in_any_order_and_nought_is_as_good_as_not_named()
    {
        Assert.True(QuotaRules.SameAmounts([new("gpu", 1), new("cpu", 2)], [new("cpu", 2), new("gpu", 1), new("memory", 0)]));
        Assert.False(QuotaRules.SameAmounts([new("gpu", 1)], [new("gpu", 1), new("cpu", 2)]));
        Assert.False(QuotaRules.SameAmounts([new("gpu", 1), new("cpu", 2)], [new("gpu", 1)]));
    }

    [Fact]
    public void What_was_set_is_listed_in_path_order_and_what_was_only_used_is_not()
    {
        var tree = Tree(("main/red", 5), ("main/blue", 6));
        tree.Do(Charge("a", "main/green/eve", 1));
        Assert.Equal(["main/blue", "main/red"], tree.Settings.Select(s => s.Path.Value));
        Assert.True(tree.Has(new("main/green")) && !tree.Has(new("main/black")));
        Assert.Equal((6, 0), (tree.SpecOf(new("main/blue")).Limit[0].Amount, tree.SpecOf(new("main/black")).Limit.Length));
    }

    [Fact]
    public void A_view_shows_what_may_be_seen_at_and_below_its_path_and_nothing_beside_it()
    {
        var tree = Tree(("main/red", 5));
        tree.Do(Charge("a", "main/red/ann", 1));
        tree.Do(Charge("b", "main/red/bob", 1));
        tree.Do(Charge("c", "main/redder/eve", 1));
        Assert.Null(tree.View(new("main/black"), _ => true, Now));
        Assert.Equal(["main/red", "main/red/bob"], tree.View(new("main/red"), p => p.Value != "main/red/ann", Now)!.Levels.Select(l => l.Path.Value));
        Assert.Equal((2, 1), (tree.View(new("main/red"), _ => true, Now)!.Levels[0].Charges, (int)tree.View(new("main/red"), _ => true, Now)!.Version));
    }

    [Fact]
    public void Caps_count_who_is_named_or_else_whose_path_it_is()
    {
        Assert.Equal("ann", Charge("a", "main/red/ann", 1).UserName);
        Assert.Equal("", Charge("a", "main/red", 1).UserName);
        Assert.Equal("bob", (Charge("a", "main/red/ann", 1) with { User = "bob" }).UserName);
    }

    [Fact]
    public void Entries_of_a_kind_that_is_not_known_are_refused() =>
        Assert.Equal("I18", Assert.Throws<InvariantViolationException>(() => Tree().Apply(new QuotaEntry { Kind = QuotaEntryKind.None })).Number);

    [Fact]
    public void A_refusal_says_in_words_what_bound()
    {
        QuotaRefusal Of(QuotaBound bound) => new() { Path = new("main/red"), Resource = "gpu", Limit = 8, Used = 6, Asked = 3, Bound = bound, Whose = "ann" };
        Assert.Equal("main/red: gpu 6 of 8 used, 3 more asked", $"{Of(QuotaBound.Limit)}");
        Assert.Equal("main/red: gpu 6 of 8 used and 2 kept for its owners, 3 more asked; it is owed, and others borrow it", $"{Of(QuotaBound.Limit) with { Kept = 2, Owed = true }}");
        Assert.Equal("main/red: gpu 6 of 8 that it is owed and may borrow used, 3 more asked", $"{Of(QuotaBound.Borrowing)}");
        Assert.Equal("main/red: gpu 6 of 8 in use or not lent, 3 more asked", $"{Of(QuotaBound.Capacity)}");
        Assert.Equal("main/red: gpu 6 of 8 used by ann, 3 more asked", $"{Of(QuotaBound.User)}");
        Assert.Equal("main/red: gpu 6 of 8 used by jobs of priority ann or more, 3 more asked", $"{Of(QuotaBound.Priority)}");
        Assert.Equal("main/red: 6 of 8 GPU-hours spent, and it does not begin anew", $"{Of(QuotaBound.Budget)}");
        Assert.Equal("no", $"{Of(QuotaBound.Budget) with { Problem = "no" }}");
    }
}
