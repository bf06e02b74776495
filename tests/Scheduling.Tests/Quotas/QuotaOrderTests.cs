using Scheduling.Model;
using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>What is said first when several things could be, in which order lists come, and what earmarks and caps leave to whom.</summary>
public sealed class QuotaOrderTests
{
    private static readonly (string Name, Func<QuotaSpec, QuotaSpec> Break)[] Settings =
    [
        ("nominal", s => s with { Nominal = Gpu(-1) }), ("limit", s => s with { Limit = Gpu(-1) }), ("borrowingLimit", s => s with { BorrowingLimit = Gpu(-1) }),
        ("lendingLimit", s => s with { LendingLimit = Gpu(-1) }), ("maxPerUser", s => s with { MaxPerUser = Gpu(-1) }),
    ];

    [Fact]
    public void Of_several_bad_settings_the_first_is_named()
    {
        for (var i = 0; i < Settings.Length; i++)
        {
            var spec = Settings.Skip(i).Aggregate(new QuotaSpec(), (s, setting) => setting.Break(s));
            Assert.StartsWith($"{Settings[i].Name}: gpu is negative", QuotaRules.RefusesSpec(spec), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Amounts_levels_and_charges_are_listed_in_order_whatever_order_they_came_in()
    {
        var tree = Tree();
        tree.Do(Charge("b", "main/red/bob", 0) with { Amounts = [new("memory", 3), new("gpu", 2), new("cpu", 1)] });
        tree.Do(Charge("a", "main/blue/ann", 1) with { Attempt = Attempt("a", 2) });
        tree.Do(Charge("a", "main/blue/ann", 1));
        Assert.Equal("cpu gpu memory", string.Join(' ', tree.View(new("main/red"), _ => true, Now)!.Levels[0].Used.Select(u => u.Resource)));
        var snapshot = tree.Snapshot();
        Assert.Equal(["a/1", "a/2", "b/1"], snapshot.Charges.Select(c => c.Attempt.ToString()));
        Assert.Equal(["main", "main/blue", "main/blue/ann", "main/red", "main/red/bob"], snapshot.Levels.Select(l => l.Path.Value));
    }

    private static QuotaTree Teams(params (string Path, long Nominal)[] nominals)
    {
        var tree = new QuotaTree("main");
        foreach (var (path, nominal) in nominals)
            Assert.Null(tree.Set(path, new QuotaSpec { Nominal = Gpu(nominal) }));
        return tree;
    }

    [Fact]
    public void Who_borrows_most_is_named_first_and_what_is_to_be_given_back_by_resource()
    {
        var tree = Teams(("main/blue", 4), ("main/cyan", 4), ("main/grey", 4));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Nominal = [new("memory", 20), new("gpu", 20)] }));
        tree.Do(Charge("g", "main/grey/eve", 6));
        tree.Do(Charge("c", "main/cyan/mia", 12));
        tree.Do(Charge("b", "main/blue/bob", 6) with { Amounts = [new("gpu", 6), new("memory", 15)] });
        var refusal = tree.Do(Charge("r", "main/red/ann", 0) with { Amounts = [new("memory", 20), new("gpu", 20)] })!;
        Assert.True(refusal.Owed);
        Assert.Equal(["main/blue memory 15", "main/cyan gpu 8", "main/blue gpu 2", "main/grey gpu 2"], refusal.Borrowers.Select(b => $"{b.Path} {b.Resource} {b.Above}"));
        Assert.Equal([new ResourceAmount("gpu", 12), new ResourceAmount("memory", 15)], refusal.ToReclaim);
    }

    [Fact]
    public void Within_a_limit_what_is_kept_for_others_is_taken_and_what_is_kept_for_oneself_is_not()
    {
        var tree = Tree(("main/red", 8));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1)));
        Assert.True(tree.Earmark(Charge("r", "main/red/ann", 5), Now.AddSeconds(60)));
        var refusal = tree.Do(Charge("b", "main/red/bob", 3))!;
        Assert.Equal((QuotaBound.Limit, 8, 1, 5, true), (refusal.Bound, refusal.Limit, refusal.Used, refusal.Kept, refusal.OthersMayFit));
        Assert.Null(tree.Do(Charge("b", "main/red/bob", 2)));
        Assert.Null(tree.Do(Charge("r", "main/red/ann", 5)));
        Assert.False(tree.Do(Charge("c", "main/red/ann", 1))!.OthersMayFit);
    }

    [Fact]
    public void What_is_kept_for_a_charge_elsewhere_is_kept_from_the_same_attempt_too()
    {
        var tree = Tree(("main", 8));
        Assert.True(tree.Earmark(Charge("r", "main/new/ann", 8), Now.AddSeconds(60)));
        Assert.NotNull(tree.Do(Charge("r", "main/other/ann", 8)));
        Assert.Null(tree.Do(Charge("r", "main/new/ann", 8)));
    }

    [Fact]
    public void Earmarks_end_in_the_order_of_their_attempts()
    {
        var tree = Teams(("main/red", 8));
        foreach (var (job, number) in new[] { ("b", 1), ("a", 2), ("a", 1), ("c", 1) })
            Assert.True(tree.Earmark(Charge(job, $"main/red/{job}{number}", 1) with { Attempt = Attempt(job, number) }, Now));
        Assert.Equal(["main/red/a1", "main/red/a2", "main/red/b1", "main/red/c1"], tree.EndEarmarks(Now).Select(p => p.Value));
    }

    [Fact]
    public void A_spent_budget_is_told_before_a_cap_and_stops_only_what_takes_GPUs()
    {
        var tree = Tree();
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 0, Period = BudgetPeriod.Month }, MaxPerUser = Gpu(0) }));
        var refusal = tree.Do(Charge("a", "main/red/ann", 1))!;
        Assert.Equal((QuotaBound.Budget, true), (refusal.Bound, refusal.OthersMayFit));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 0) with { Amounts = [new("gpu", 0), new("cpu", 1)] }));
    }

    [Fact]
    public void Jobs_of_exactly_the_capped_priority_count_towards_the_cap()
    {
        var tree = Tree();
        tree.Set("main", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 800, Amounts = Gpu(4) }] });
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 3) with { Priority = 800 }));
        Assert.Equal(3, tree.Do(Charge("b", "main/red/ann", 2) with { Priority = 900 })!.Used);
        tree.CheckInvariants();
    }

    [Fact]
    public void Of_several_users_above_a_new_cap_the_first_by_name_is_named()
    {
        var tree = Tree();
        tree.Do(Charge("b", "main/red/bob", 9));
        tree.Do(Charge("a", "main/red/ann", 5));
        Assert.Equal("main/red: ann uses 5 of gpu, so maxPerUser cannot be 4; stop jobs first", tree.Set("main/red", new QuotaSpec { MaxPerUser = Gpu(4) }));
    }

    [Fact]
    public void What_those_below_do_not_lend_counts_as_used_when_a_level_borrows()
    {
        var tree = Teams(("main/red", 10), ("main/blue", 10));
        Assert.Null(tree.Set("main/red/ann", new QuotaSpec { Nominal = Gpu(4), LendingLimit = Gpu(0) }));
        Assert.Null(tree.Do(Charge("e", "main/red/eve", 8)));
        Assert.Equal([new ResourceAmount("gpu", 2)], tree.View(new("main/red"), _ => true, Now)!.Levels[0].Borrowed);
        Assert.True(tree.IsBorrowing(Attempt("e")));
    }

    [Fact]
    public void More_on_an_account_that_uses_some_already_borrows_only_above_what_is_owed_to_its_team()
    {
        var tree = Teams(("main/red", 4), ("main/blue", 4));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 3)));
        Assert.False(tree.Foresee(Charge("b", "main/red/ann", 1), [], Now).Borrows);
        Assert.True(tree.Foresee(Charge("b", "main/red/ann", 2), [], Now).Borrows);
    }

    [Fact]
    public void Nobody_borrows_who_is_not_there_or_uses_none_of_what_is_borrowed()
    {
        var tree = Teams(("main/red", 4), ("main/blue", 4));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 8)));
        Assert.Null(tree.Do(Charge("cores", "main/red/ann", 0) with { Amounts = [new("gpu", 0), new("cpu", 4)] }));
        Assert.True(tree.IsBorrowing(Attempt("a")));
        Assert.False(tree.IsBorrowing(Attempt("cores")));
        Assert.False(tree.IsBorrowing(Attempt("nobody")));
    }

    [Fact]
    public void Two_refusals_are_the_same_when_all_that_they_say_is()
    {
        var one = new QuotaRefusal
        {
            Path = new("main/red"), Resource = "gpu", Limit = 8, Used = 6, Asked = 3, Owed = true,
            Borrowers = [new QuotaBorrower { Path = new("main/blue"), Resource = "gpu", Above = 2 }], ToReclaim = [new ResourceAmount("gpu", 1)],
        };
        Assert.True(QuotaRefusal.Same(one, one with { Borrowers = [.. one.Borrowers], ToReclaim = [.. one.ToReclaim] }));
        Assert.False(QuotaRefusal.Same(one, one with { Borrowers = [] }));
        Assert.False(QuotaRefusal.Same(one, one with { ToReclaim = [] }));
        Assert.False(QuotaRefusal.Same(one, one with { Used = 7 }));
    }

    [Theory]
    [InlineData(256, 0)]
    [InlineData(257, 1)]
    public void A_pool_that_waits_at_more_levels_than_are_remembered_is_told_of_all(int levels, int told)
    {
        var waiters = new QuotaWaiters();
        for (var i = 0; i < levels; i++)
            waiters.Add(new PoolId("p"), new QuotaPath($"main/t{i}"));
        Assert.Equal(told, waiters.Take([new QuotaPath("main/elsewhere")]).Count);
    }
}
