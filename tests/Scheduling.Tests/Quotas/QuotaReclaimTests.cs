using Scheduling.Model;
using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>Who gets back what was lent, and that nobody else gets it first.</summary>
public sealed class QuotaReclaimTests
{
    [Fact]
    public void An_owner_is_told_who_borrows_what_it_is_owed()
    {
        var tree = TwoTeams();
        tree.Do(Charge("b1", "main/blue/bob", 10));
        tree.Do(Charge("b2", "main/blue/eve", 6));

        var refusal = tree.Do(Charge("r", "main/red/ann", 6))!;

        Assert.True(refusal.Owed);
        Assert.Equal(("main", QuotaBound.Capacity, 16, 16), (refusal.Path.Value, refusal.Bound, refusal.Limit, refusal.Used));
        Assert.Equal([new QuotaBorrower { Path = new("main/blue"), Resource = "gpu", Above = 8 }], refusal.Borrowers);
        Assert.Equal([new ResourceAmount("gpu", 6)], refusal.ToReclaim);
        Assert.Contains("it is owed, and others borrow it", refusal.ToString());
        Assert.True(tree.IsBorrowing(Attempt("b1")) && tree.IsBorrowing(Attempt("b2")));
    }

    [Fact]
    public void Who_would_borrow_himself_takes_nothing_back()
    {
        var tree = TwoTeams();
        tree.Do(Charge("b", "main/blue/bob", 10));
        tree.Do(Charge("r1", "main/red/ann", 6));

        Assert.False(tree.Do(Charge("r2", "main/red/ann", 3))!.Owed);
    }

    [Fact]
    public void Where_a_limit_of_its_own_binds_too_nobody_is_asked_to_leave_for_nothing()
    {
        var tree = TwoTeams();
        tree.Set("main/red/ann", new QuotaSpec { Limit = Gpu(2) });
        tree.Do(Charge("b", "main/blue/bob", 16));

        var refusal = tree.Do(Charge("r", "main/red/ann", 3))!;
        Assert.Equal(("main/red/ann", QuotaBound.Limit, false), (refusal.Path.Value, refusal.Bound, refusal.Owed));
    }

    [Fact]
    public void A_user_who_is_owed_takes_back_from_his_own_team_first()
    {
        var tree = TwoTeams();
        tree.Set("main/red", new QuotaSpec { Nominal = Gpu(8), Limit = Gpu(8) });
        tree.Set("main/red/ann", new QuotaSpec { Nominal = Gpu(4) });
        tree.Do(Charge("r1", "main/red/eve", 8));

        var refusal = tree.Do(Charge("r2", "main/red/ann", 4))!;
        Assert.Equal(("main/red", true), (refusal.Path.Value, refusal.Owed));
        Assert.Equal("main/red/eve", Assert.Single(refusal.Borrowers).Path.Value);
    }

    /// <summary>volcano-sh/volcano#4817: hierarchical queue reclaims wrongly.</summary>
    [Fact]
    public void In_a_team_that_borrows_the_user_who_is_within_what_he_is_owed_is_left_alone()
    {
        var tree = TwoTeams();
        tree.Set("main/blue/bob", new QuotaSpec { Nominal = Gpu(5) });
        tree.Do(Charge("bob", "main/blue/bob", 5));
        tree.Do(Charge("eve", "main/blue/eve", 11));

        var refusal = tree.Do(Charge("r", "main/red/ann", 8))!;

        Assert.True(refusal.Owed);
        Assert.Equal([new QuotaBorrower { Path = new("main/blue/eve"), Resource = "gpu", Above = 11 }], refusal.Borrowers);
        Assert.False(tree.IsBorrowing(Attempt("bob")));
        Assert.True(tree.IsBorrowing(Attempt("eve")));
    }

    /// <summary>kubernetes-sigs/kueue#3779, PR 13797: freed quota is taken by others, victims are evicted again and again.</summary>
    [Fact]
    public void What_borrowers_give_back_is_kept_for_the_owner_and_not_lent_again()
    {
        var tree = TwoTeams();
        tree.Do(Charge("b1", "main/blue/bob", 8));
        tree.Do(Charge("b2", "main/blue/bob", 8));
        Own(tree, "r", 8, Now);

        tree.Refund(Plan("b2", 1));

        var again = tree.Do(Charge("b3", "main/blue/bob", 8))!;
        Assert.Equal((8, 8, false), (again.Used, again.Kept, again.Owed));
        Assert.Contains("8 kept for its owners", again.ToString());
        Assert.NotNull(tree.Do(Charge("g", "main/green/eve", 1)));
        Assert.Null(tree.Do(Charge("r", "main/red/ann", 8)));
        Assert.Equal((0, 16), (tree.EarmarkCount, tree.Used("main")));
        tree.CheckInvariants();
    }

    [Fact]
    public void A_second_owner_adds_to_what_must_be_given_back_and_both_get_theirs()
    {
        var tree = new QuotaTree("main");
        foreach (var team in new[] { "red", "blue", "green" })
            tree.Set($"main/{team}", new QuotaSpec { Nominal = Gpu(8) });
        for (var i = 0; i < 6; i++)
            tree.Do(Charge($"b{i}", "main/blue/bob", 4));
        Own(tree, "r", 8, Now);

        var second = tree.Do(Charge("g", "main/green/eve", 8))!;
        Assert.True(second.Owed);
        Assert.Equal([new ResourceAmount("gpu", 16)], second.ToReclaim);
        tree.Earmark(Charge("g", "main/green/eve", 8), Now.AddSeconds(60));

        for (var i = 0; i < 4; i++)
            tree.Refund(Plan($"b{i}", 1));
        Assert.Null(tree.Do(Charge("g", "main/green/eve", 8)));
        Assert.Null(tree.Do(Charge("r", "main/red/ann", 8)));
        tree.CheckInvariants();
    }

    /// <summary>kubernetes-sigs/kueue#13687: quota is kept until an unrelated event.</summary>
    [Fact]
    public void What_is_kept_is_let_go_when_its_owner_does_not_ask_again_in_time()
    {
        var tree = TwoTeams();
        tree.Do(Charge("b1", "main/blue/bob", 16));
        Own(tree, "r", 8, Now);
        Own(tree, "r", 8, Now.AddSeconds(50)); // Asked again: renewed.
        tree.Refund(Plan("b1", 1));

        Assert.Empty(tree.EndEarmarks(Now.AddSeconds(109)));
        Assert.Equal(Now.AddSeconds(110), tree.NextEarmarkEnd);
        Assert.Equal("main/red/ann", Assert.Single(tree.EndEarmarks(Now.AddSeconds(110))).Value);
        Assert.Null(tree.Do(Charge("b2", "main/blue/bob", 16)));
        tree.CheckInvariants();
    }

    [Fact]
    public void Who_is_called_off_leaves_nothing_kept()
    {
        var tree = TwoTeams();
        tree.Do(Charge("b1", "main/blue/bob", 16));
        Own(tree, "r", 8, Now);

        Assert.Equal("main/red/ann", tree.CallOff(Attempt("r"))?.Value);
        Assert.Null(tree.CallOff(Attempt("r")));
        Assert.Equal(0, tree.EarmarkCount);
        tree.CheckInvariants();
    }

    [Fact]
    public void An_owner_waits_behind_no_other_teams_owner_who_is_not_owed_the_same_room()
    {
        var tree = TwoTeams();
        tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(8), LendingLimit = Gpu(0) });
        tree.Do(Charge("r1", "main/red/ann", 8));
        Assert.True(tree.Earmark(Charge("r2", "main/red/eve", 8), Now.AddSeconds(60))); // More than red can have.

        Assert.Null(tree.Do(Charge("b", "main/blue/bob", 8))); // From its own reserve.
        tree.CheckInvariants();
    }

    [Fact]
    public void There_is_an_end_to_what_is_kept()
    {
        var tree = TwoTeams();
        for (var i = 0; i < 1024; i++)
            Assert.True(tree.Earmark(Charge($"r{i}", "main/red/ann", 1), Now));

        Assert.False(tree.Earmark(Charge("more", "main/red/ann", 1), Now));
        Assert.True(tree.Earmark(Charge("r5", "main/red/ann", 2), Now));
        tree.CheckInvariants();
    }

    [Fact]
    public void An_earmark_is_not_stored()
    {
        var tree = TwoTeams();
        var before = tree.Text();
        tree.Earmark(Charge("r", "main/red/fresh", 8), Now);

        Assert.Equal(before, tree.Text());
        Assert.Equal(0, QuotaTree.Restore(tree.Snapshot()).EarmarkCount);
    }

    private static void Own(QuotaTree tree, string job, long amount, DateTimeOffset now)
    {
        Assert.True(tree.Do(Charge(job, "main/red/ann", amount), now)!.Owed);
        Assert.True(tree.Earmark(Charge(job, "main/red/ann", amount), now.AddSeconds(60)));
    }

    private static QuotaTree TwoTeams()
    {
        var tree = new QuotaTree("main");
        tree.Set("main/red", new QuotaSpec { Nominal = Gpu(8) });
        tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(8) });
        return tree;
    }
}
