using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>What is owed, what may be borrowed, and what is not lent.</summary>
public sealed class QuotaBorrowingTests
{
    [Fact]
    public void A_tree_in_which_nothing_is_nominal_stays_unlimited()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Weight = 5, MaxPendingJobs = 3 });

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1_000_000_000)));
        Assert.False(tree.IsBorrowing(Attempt("a")));
        tree.CheckInvariants();
    }

    [Fact]
    public void Without_a_nominal_of_its_own_the_cohort_has_what_its_teams_are_owed_together()
    {
        var tree = Shared(("main/red", 8), ("main/blue", 4));

        Assert.Equal([new ResourceAmount("gpu", 12)], tree.View(new("main"), _ => true, Now)!.Levels[0].Owed);
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 12)));
        Assert.True(tree.IsBorrowing(Attempt("a")));
        Assert.Equal([new ResourceAmount("gpu", 4)], tree.View(new("main/red"), _ => true, Now)!.Levels[0].Borrowed);
        var refusal = tree.Do(Charge("b", "main/green/eve", 1))!;
        Assert.Equal(("main", QuotaBound.Capacity, 12, 12, false), (refusal.Path.Value, refusal.Bound, refusal.Limit, refusal.Used, refusal.Owed));
        tree.CheckInvariants();
    }

    [Fact]
    public void What_the_cohort_has_beyond_its_teams_is_there_to_be_borrowed_by_all()
    {
        var tree = Shared(("main", 20), ("main/red", 8));

        Assert.Null(tree.Do(Charge("a", "main/green/eve", 20)));
        Assert.True(tree.IsBorrowing(Attempt("a")));
    }

    [Fact]
    public void Borrowing_ends_at_the_borrowing_limit_and_the_refusal_names_it()
    {
        var tree = Shared(("main/red", 8), ("main/blue", 8));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Nominal = Gpu(8), BorrowingLimit = Gpu(3) }));

        var refusal = tree.Do(Charge("a", "main/red/ann", 12))!;
        Assert.Equal(("main/red", QuotaBound.Borrowing, 11), (refusal.Path.Value, refusal.Bound, refusal.Limit));
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 11)));
        tree.CheckInvariants();
    }

    [Fact]
    public void What_is_not_lent_stays_for_its_owner_even_while_it_is_idle()
    {
        var tree = Shared(("main/red", 8));
        Assert.Null(tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(8), LendingLimit = Gpu(3) }));

        Assert.Equal((16, 5), (tree.Do(Charge("a", "main/red/ann", 12))!.Limit, tree.Do(Charge("a", "main/red/ann", 12))!.Used));
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 11)));
        Assert.Null(tree.Do(Charge("c", "main/blue/bob", 5)));
        Assert.NotNull(tree.Do(Charge("d", "main/blue/bob", 1)));
        tree.CheckInvariants();
    }

    /// <summary>Kueue's hierarchical cohorts, one level deeper: a user's reserve is nobody's in the team and nobody's outside it.</summary>
    [Fact]
    public void A_users_reserve_is_kept_from_its_team_and_from_other_teams()
    {
        var tree = Shared(("main/red", 10), ("main/blue", 10));
        Assert.Null(tree.Set("main/red/ann", new QuotaSpec { Nominal = Gpu(4), LendingLimit = Gpu(0) }));

        Assert.NotNull(tree.Do(Charge("a", "main/blue/bob", 17)));
        Assert.Null(tree.Do(Charge("b", "main/blue/bob", 16)));
        Assert.NotNull(tree.Do(Charge("c", "main/red/eve", 1)));
        Assert.Null(tree.Do(Charge("d", "main/red/ann", 4)));
        tree.CheckInvariants();
    }

    [Fact]
    public void Each_class_of_GPU_is_owed_and_borrowed_by_itself()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Nominal = [new("gpu/H100", 8)] });
        tree.Set("main/blue", new QuotaSpec { Nominal = [new("gpu/A100", 8)] });
        QuotaCharge Of(string job, string path, string model, long amount) => Charge(job, path, 0) with { Amounts = [new("gpu", amount), new($"gpu/{model}", amount)] };

        Assert.Null(tree.Do(Of("a", "main/red/ann", "H100", 8)));
        Assert.False(tree.IsBorrowing(Attempt("a")));
        Assert.Null(tree.Do(Of("b", "main/red/ann", "A100", 8)));
        Assert.True(tree.IsBorrowing(Attempt("b")));
        Assert.Equal("gpu/H100", tree.Do(Of("c", "main/blue/bob", "H100", 1))!.Resource);
        Assert.Null(tree.Do(Of("d", "main/blue/bob", "T4", 100))); // Of what nobody is owed there is no end.
    }

    [Fact]
    public void No_user_takes_more_than_a_user_may_but_another_still_does()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { MaxPerUser = Gpu(4) });
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 3)));

        var refusal = tree.Do(Charge("b", "main/red/ann", 2))!;
        Assert.Equal((QuotaBound.User, "ann", 4, 3, true), (refusal.Bound, refusal.Whose, refusal.Limit, refusal.Used, refusal.OthersMayFit));
        Assert.NotNull(tree.Do(Charge("c", "main/red/bob", 2) with { User = "ann" })); // On another's path it is still ann.
        Assert.Null(tree.Do(Charge("d", "main/red/bob", 4)));
        tree.Refund(Plan("a", 1));
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 4)));
        tree.CheckInvariants();
    }

    [Fact]
    public void Not_everything_can_be_urgent()
    {
        var tree = Tree();
        tree.Set("main", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 800, Amounts = Gpu(4) }] });

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 4) with { Priority = 900 }));
        var refusal = tree.Do(Charge("b", "main/blue/bob", 1) with { Priority = 800 })!;
        Assert.Equal((QuotaBound.Priority, "800", "main"), (refusal.Bound, refusal.Whose, refusal.Path.Value));
        Assert.Null(tree.Do(Charge("b", "main/blue/bob", 100) with { Priority = 799 }));
        tree.CheckInvariants();
    }

    [Fact]
    public void A_later_plan_says_the_same_user_and_priority_whatever_it_brings()
    {
        var tree = Tree();
        tree.Set("main", new QuotaSpec { PriorityCaps = [new PriorityCap { MinPriority = 800, Amounts = Gpu(4) }] });
        tree.Do(Charge("a", "main/red/ann", 4) with { Priority = 10, User = "x" });

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 4, plan: 2) with { Priority = 900, User = "y" }));
        Assert.Equal((10, "x"), (tree.Find(Attempt("a"))!.Priority, tree.Find(Attempt("a"))!.User));
        tree.CheckInvariants();
    }

    private static QuotaTree Shared(params (string Path, long Nominal)[] nominals)
    {
        var tree = new QuotaTree("main");
        foreach (var (path, nominal) in nominals)
            Assert.Null(tree.Set(path, new QuotaSpec { Nominal = Gpu(nominal) }));
        return tree;
    }
}
