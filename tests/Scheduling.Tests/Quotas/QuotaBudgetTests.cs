using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>GPU-hours are counted exactly, and when they are spent nothing more starts.</summary>
public sealed class QuotaBudgetTests
{
    private const long Hour = 3_600_000; // Of one GPU, in thousandths × seconds.

    [Fact]
    public void When_the_hours_are_spent_new_jobs_are_refused_and_running_ones_go_on()
    {
        var tree = Budgeted(new GpuHourBudget { Hours = 100, Period = BudgetPeriod.Month });
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 10_000), Now));
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 1), Now.AddHours(10).AddSeconds(-1)));

        var refusal = tree.Do(Charge("c", "main/red/bob", 1000), Now.AddHours(10))!;

        Assert.Equal((QuotaBound.Budget, "main/red", 100, 100, 0), (refusal.Bound, refusal.Path.Value, refusal.Limit, refusal.Used, refusal.Asked));
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), refusal.ResetsAt);
        Assert.Equal("main/red: 100 of 100 GPU-hours spent, until 2026-04-01 00:00Z", refusal.ToString());
        Assert.Equal(10_001, tree.Used("main/red"));
        Assert.Null(tree.Do(Charge("d", "main/red/bob", 0) with { Amounts = [new("cpu", 1000)] }, Now.AddHours(10))); // Spends no GPU time.
        Assert.Null(tree.Do(Charge("e", "main/blue/eve", 1000), Now.AddHours(10)));
    }

    [Theory]
    [InlineData(BudgetPeriod.Month, 0, "2026-03-01", "2026-04-01")]
    [InlineData(BudgetPeriod.Week, 0, "2026-03-09", "2026-03-16")]
    [InlineData(BudgetPeriod.Rolling, 3, "2026-03-09", "2026-03-14")] // What was spent on the 11th counts until the 13th.
    public void A_period_begins_anew_at_midnight_UTC(BudgetPeriod period, int days, string from, string resets)
    {
        var tree = Budgeted(new GpuHourBudget { Hours = 10, Period = period, Days = days });
        tree.Do(Charge("a", "main/red/ann", 10_000), Now);
        tree.Refund(Plan("a", 1), Now.AddHours(1));

        var budget = View(tree, Now.AddHours(2)).Budget!;
        var reset = DateTimeOffset.Parse(resets + "Z", null);
        Assert.Equal((DateTimeOffset.Parse(from + "Z", null), reset, 10 * Hour, true), (budget.From!.Value, budget.ResetsAt!.Value, budget.SpentMilliSeconds, budget.IsSpent));
        Assert.NotNull(tree.Do(Charge("b", "main/red/ann", 1000), reset.AddSeconds(-1)));
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 1000), reset));
    }

    [Fact]
    public void A_budget_without_a_period_counts_from_when_it_was_set_and_is_never_given_back()
    {
        var tree = new QuotaTree("main");
        tree.Do(Charge("old", "main/red/ann", 1000), Now.AddDays(-10));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 5 } }, Now));

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1000), Now.AddHours(2)));
        var refusal = tree.Do(Charge("b", "main/red/ann", 1000), Now.AddHours(3.5))!;
        Assert.Equal((QuotaBound.Budget, 5, null), (refusal.Bound, refusal.Used, refusal.ResetsAt));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 6 } }, Now.AddHours(3.5)));
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 1000), Now.AddHours(3.5))); // Topped up.
        Assert.Equal((240 * Hour) + (5 * Hour), View(tree, Now.AddHours(3.5)).GpuMilliSeconds);
    }

    [Fact]
    public void When_it_will_be_spent_is_told_while_it_runs()
    {
        var tree = Budgeted(new GpuHourBudget { Hours = 100, Period = BudgetPeriod.Week });
        Assert.Null(View(tree, Now).Budget!.ExhaustedAt);

        tree.Do(Charge("a", "main/red/ann", 2000), Now);
        Assert.Equal(Now.AddHours(50), View(tree, Now.AddHours(1)).Budget!.ExhaustedAt);
        tree.Refund(Plan("a", 1), Now.AddHours(2));
        tree.Do(Charge("b", "main/red/ann", 100), Now.AddHours(2));
        Assert.Null(View(tree, Now.AddHours(2)).Budget!.ExhaustedAt); // The week ends first.
    }

    [Fact]
    public void How_often_anybody_looks_or_restarts_changes_nothing_of_what_was_counted()
    {
        var spec = new GpuHourBudget { Hours = 1_000_000, Period = BudgetPeriod.Rolling, Days = 30 };
        var (once, often) = (Budgeted(spec), Budgeted(spec));
        var random = new Random(3);
        var now = Now;
        for (var i = 0; i < 500; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(20_000_000));
            var charge = Charge($"j{i}", "main/red/ann", random.Next(20_000));
            Assert.Null(once.Do(charge, now));
            Assert.Null(often.Do(charge, now));
            if (i > 5)
            {
                once.Refund(Plan($"j{i - 5}", 1), now);
                often.Refund(Plan($"j{i - 5}", 1), now);
            }

            _ = View(often, now.AddMilliseconds(700));
            often = QuotaTree.Restore(often.Snapshot());
        }

        Assert.Equal(View(once, now.AddDays(2)).Budget, View(often, now.AddDays(2)).Budget);
        Assert.Equal(once.Text(), often.Text());
    }

    [Fact]
    public void A_clock_that_steps_back_gives_no_hours_back()
    {
        var tree = Budgeted(new GpuHourBudget { Hours = 10, Period = BudgetPeriod.Month });
        tree.Do(Charge("a", "main/red/ann", 10_000), Now);
        tree.Refund(Plan("a", 1), Now.AddMinutes(30));
        tree.Do(Charge("b", "main/red/ann", 10_000), Now);
        tree.Refund(Plan("b", 1), Now.AddMinutes(10));

        Assert.Equal(5 * Hour, View(tree, Now.AddMinutes(40)).Budget!.SpentMilliSeconds);
    }

    [Fact]
    public void Amounts_that_no_machine_room_holds_do_not_overflow_the_clock()
    {
        var tree = Budgeted(new GpuHourBudget { Hours = QuotaRules.MaxBudgetHours });
        tree.Do(Charge("a", "main/red/ann", QuotaRules.MaxAmount), Now);
        tree.Refund(Plan("a", 1), Now.AddYears(300));

        Assert.Equal(long.MaxValue, View(tree, Now.AddYears(300)).GpuMilliSeconds);
    }

    private static QuotaNodeView View(QuotaTree tree, DateTimeOffset now) => tree.View(new("main/red"), _ => true, now)!.Levels[0];

    private static QuotaTree Budgeted(GpuHourBudget budget)
    {
        var tree = new QuotaTree("main");
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = budget }, Now));
        return tree;
    }
}
