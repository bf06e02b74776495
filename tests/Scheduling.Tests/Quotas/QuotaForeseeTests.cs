using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>What a charge would meet, asked without making it.</summary>
public sealed class QuotaForeseeTests
{
    [Fact]
    public void What_others_leaving_would_change_is_told_beside_what_holds_now()
    {
        var tree = Tree(("main", 8));
        tree.Do(Charge("a", "main/red/ann", 5));
        tree.Do(Charge("b", "main/blue/bob", 3));

        var outlook = tree.Foresee(Charge("c", "main/red/eve", 3), [Attempt("b")], Now);
        Assert.Equal((8, 3), (outlook.Now!.Used, outlook.Now.Asked));
        Assert.Null(outlook.Then);
        Assert.Equal(5, tree.Foresee(Charge("c", "main/red/eve", 4), [Attempt("b")], Now).Then!.Used);
        Assert.NotNull(tree.Foresee(Charge("c", "main/red/eve", 3), [], Now).Then);
        Assert.Equal(8, tree.Used("main"));
    }

    [Fact]
    public void A_charge_that_is_made_already_is_not_taken_away_to_look_at_it()
    {
        var tree = Tree(("main", 8));
        tree.Do(Charge("a", "main/red/ann", 8));
        Assert.Equal(new ChargeOutlook(), tree.Foresee(Charge("a", "main/red/ann", 8), [Attempt("a"), Attempt("nobody")], Now));
        Assert.Equal(8, tree.Used("main"));
    }

    [Fact]
    public void Whether_it_would_use_what_others_are_owed_is_told()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Nominal = Gpu(4) });
        tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(4) });
        Assert.False(tree.Foresee(Charge("a", "main/red/ann", 4), [], Now).Borrows);
        Assert.True(tree.Foresee(Charge("a", "main/red/ann", 5), [], Now).Borrows);
        Assert.True(tree.Foresee(Charge("a", "main/green/eve", 1), [], Now).Borrows);
        Assert.False(tree.Foresee(Charge("a", "main/green/eve", 0), [], Now).Borrows);
    }

    [Fact]
    public void An_owner_who_wants_back_what_is_his_does_not_borrow()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Nominal = Gpu(4) });
        tree.Set("main/blue", new QuotaSpec { Nominal = Gpu(4) });
        tree.Do(Charge("b", "main/blue/bob", 8));

        var outlook = tree.Foresee(Charge("a", "main/red/ann", 4), [Attempt("b")], Now);
        Assert.True(outlook.Now!.Owed);
        Assert.Equal((false, null), (outlook.Borrows, outlook.Then));
    }

    [Fact]
    public void Charges_are_foreseen_one_beside_the_other_and_asking_leaves_no_trace()
    {
        var tree = Tree(("main", 8));
        tree.Do(Charge("a", "main/red/ann", 3));
        var before = System.Text.Json.JsonSerializer.Serialize(tree.Snapshot());

        var refusals = tree.ForeseeEach(
            [.. new[] { Charge("b", "main/red/bob", 3), Charge("c", "main/blue/eve", 3), Charge("d", "main/blue/eve", 2), Charge("a", "main/red/ann", 3) }.Select(c => new ForeseenCharge(c, IsPromised: false))], Now);
        Assert.Equal([true, false, true, true], refusals.Select(r => r is null));
        Assert.Equal((6, 8), (refusals[1]!.Used, refusals[1]!.Limit));
        Assert.Equal(before, System.Text.Json.JsonSerializer.Serialize(tree.Snapshot()));
        Assert.False(tree.Has(new Scheduling.Model.QuotaPath("main/blue")));
    }

    [Fact]
    public void Who_others_leave_for_is_counted_beside_those_after_it_although_it_is_refused_while_they_are_there()
    {
        var tree = Tree(("main", 5));
        tree.Do(Charge("leaves", "main/red/ann", 4));
        var before = System.Text.Json.JsonSerializer.Serialize(tree.Snapshot());

        var refusals = tree.ForeseeEach([new(Charge("comes", "main/red/bob", 2), IsPromised: true), new(Charge("waits", "main/blue/eve", 1), IsPromised: false)], Now);

        Assert.Equal([(4, 5), (6, 5)], refusals.Select(r => ((int)r!.Used, (int)r.Limit)));
        Assert.Equal(before, System.Text.Json.JsonSerializer.Serialize(tree.Snapshot()));
    }

    /// <summary>Found by QuotaModelTests, shrunk to a charge and this question.</summary>
    [Fact]
    public void Looking_counts_no_GPU_time_so_that_the_journal_gives_the_same_tree()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 100, Period = BudgetPeriod.Month } });
        tree.Do(Charge("a", "main/red/ann", 1000), Now);
        var before = tree.Text();

        tree.Foresee(Charge("b", "main/red/bob", 1000), [Attempt("a")], Now.AddHours(5));

        Assert.Equal(before, tree.Text());
        tree.Refund(Plan("a", 1), Now.AddHours(1)); // The clock that asked was four hours ahead.
        Assert.Equal(3_600_000, tree.View(new("main/red"), _ => true, Now.AddHours(1))!.Levels[0].GpuMilliSeconds);
    }

    [Fact]
    public void A_spent_budget_is_foreseen_although_who_spent_it_leaves()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 5, Period = BudgetPeriod.Month } });
        tree.Do(Charge("a", "main/red/ann", 1000), Now);
        Assert.Equal(QuotaBound.Budget, tree.Foresee(Charge("b", "main/red/bob", 1000), [Attempt("a")], Now.AddHours(5)).Then!.Bound);
        Assert.Null(tree.Foresee(Charge("b", "main/red/bob", 1000), [Attempt("a")], Now.AddHours(4)).Then);
    }
}
