using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>Days of GPU time: which of them a rolling budget counts, when they leave it, and what is kept of them.</summary>
public sealed class QuotaClockTests
{
    private const long Hour = 3_600_000; // Of one GPU, in thousandths × seconds.

    private static QuotaTree Budgeted(GpuHourBudget budget, DateTimeOffset? at = null)
    {
        var tree = new QuotaTree("main");
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = budget }, at ?? Now));
        return tree;
    }

    private static GpuHourBudget Rolling(long hours, int days) => new() { Hours = hours, Period = BudgetPeriod.Rolling, Days = days };

    private static BudgetView View(QuotaTree tree, DateTimeOffset now) => tree.View(new("main/red"), _ => true, now)!.Levels[0].Budget!;

    private static GpuClockState? Clock(QuotaTree tree, string path = "main/red") => tree.Snapshot().Levels.Single(l => l.Path.Value == path).Clock;

    private static DateTimeOffset March(int day, int hour = 0) => new(2026, 3, day, hour, 0, 0, TimeSpan.Zero);

    /// <summary>One GPU for so many hours from noon of a day on.</summary>
    private static void Run(QuotaTree tree, int day, int hours)
    {
        Assert.Null(tree.Do(Charge($"j{day}", "main/red/ann", 1000), March(day, 12)));
        tree.Refund(Plan($"j{day}", 1), March(day, 12).AddHours(hours));
    }

    [Theory]
    [InlineData(20, 12)] // All that was spent is less: tomorrow, as always.
    [InlineData(12, 12)] // The 9th leaves, and 8 of 12 are left in it.
    [InlineData(8, 13)] // The 10th must leave as well.
    [InlineData(4, 14)] // And so must the 11th.
    [InlineData(1, 14)]
    public void A_rolling_budget_has_something_left_again_when_enough_of_its_days_have_left_it(long hours, int day)
    {
        var tree = Budgeted(Rolling(1000, 3), March(9));
        Run(tree, 9, 4);
        Run(tree, 10, 4);
        Run(tree, 11, 4);
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = Rolling(hours, 3) }, March(11, 18)));
        var view = View(tree, March(11, 18));
        Assert.Equal((12 * Hour, March(9), March(day)), (view.SpentMilliSeconds, view.From, view.ResetsAt));
        if (view.IsSpent)
        {
            Assert.Equal(March(11, 18), view.ExhaustedAt);
            Assert.NotNull(tree.Do(Charge("next", "main/red/ann", 1000), March(day).AddSeconds(-1)));
        }

        Assert.Null(tree.Do(Charge("next", "main/red/ann", 1000), March(day)));
    }

    [Theory]
    [InlineData(40, 12)]
    [InlineData(30, 12)] // Yesterday's 24 hours leave, and today's 12 are less.
    [InlineData(12, 13)]
    [InlineData(10, 13)]
    public void What_still_runs_counts_on_each_day_that_it_runs(long hours, int day)
    {
        var tree = Budgeted(Rolling(hours, 2), March(9));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1000), March(9, 12)));
        var view = View(tree, March(11, 12));
        Assert.Equal((36 * Hour, March(10), March(day), hours <= 36), (view.SpentMilliSeconds, view.From, view.ResetsAt, view.IsSpent));
    }

    [Fact]
    public void A_budget_of_no_hours_never_begins_anew()
    {
        var view = View(Budgeted(Rolling(0, 3)), Now);
        Assert.Equal((true, null, Now), (view.IsSpent, view.ResetsAt, view.ExhaustedAt));
    }

    [Fact]
    public void Hours_that_last_exactly_to_the_end_of_the_week_are_not_spent_before_it()
    {
        var tree = Budgeted(new GpuHourBudget { Hours = 108, Period = BudgetPeriod.Week });
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1000), Now));
        Assert.Null(View(tree, Now).ExhaustedAt);
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 107, Period = BudgetPeriod.Week } }, Now));
        Assert.Equal(Now.AddHours(107), View(tree, Now).ExhaustedAt);
        var spent = View(tree, Now.AddHours(107));
        Assert.Equal((true, Now.AddHours(107)), (spent.IsSpent, spent.ExhaustedAt));
    }

    [Fact]
    public void Each_day_is_kept_once_and_one_on_which_nothing_ran_not_at_all()
    {
        var tree = Budgeted(Rolling(1000, 30), March(1));
        tree.Do(Charge("cores", "main/red/ann", 0) with { Amounts = [new("cpu", 1)] }, March(2));
        tree.Do(Charge("more-cores", "main/red/ann", 0) with { Amounts = [new("cpu", 1)] }, March(3));
        Assert.Empty(Clock(tree)!.Days);
        Run(tree, 9, 4);
        Assert.Null(tree.Do(Charge("again", "main/red/ann", 2000), March(9, 20)));
        tree.Refund(Plan("again", 1), March(10, 1));
        var first = (int)(March(9).ToUnixTimeSeconds() / 86_400);
        Assert.Equal([new GpuDay(first, 12 * Hour), new GpuDay(first + 1, 2 * Hour)], Clock(tree)!.Days);
    }

    [Fact]
    public void A_year_and_a_day_of_days_are_kept_and_no_more_however_long_it_ran()
    {
        var tree = Budgeted(Rolling(1_000_000, 366));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1000), Now));
        tree.Refund(Plan("a", 1), Now.AddDays(400));
        Assert.Equal(366, Clock(tree)!.Days.Length);
        Assert.Equal(((365 * 24) + 12) * Hour, View(tree, Now.AddDays(400)).SpentMilliSeconds);
        Assert.Null(tree.Do(Charge("b", "main/red/ann", 1000), Now.AddDays(401)));
        tree.Refund(Plan("b", 1), Now.AddDays(401).AddHours(1));
        Assert.Equal((364 * 24 * Hour) + (12 * Hour) + Hour, View(tree, Now.AddDays(401).AddHours(1)).SpentMilliSeconds);
    }

    [Fact]
    public void Days_are_kept_from_one_budget_to_the_next_and_forgotten_without_one()
    {
        var tree = Budgeted(Rolling(100, 3), March(9));
        Run(tree, 9, 4);
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 50, Period = BudgetPeriod.Month } }, March(10)));
        Assert.Equal(4 * Hour, View(tree, March(10)).SpentMilliSeconds);
        Assert.Null(tree.Set("main/red", new QuotaSpec(), March(10)));
        Assert.Empty(Clock(tree)!.Days);
        Assert.Equal(4 * Hour, Clock(tree)!.Total);
    }

    [Fact]
    public void What_a_budget_without_a_period_does_not_count_is_remembered_over_a_restart()
    {
        var tree = new QuotaTree("main");
        Assert.Null(tree.Do(Charge("old", "main/red/ann", 1000), Now.AddHours(-7)));
        Assert.Null(tree.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 5 } }, Now));
        Assert.Equal(2 * Hour, View(QuotaTree.Restore(tree.Snapshot()), Now.AddHours(2)).SpentMilliSeconds);
        Assert.Null(Clock(new QuotaTree("main"), "main"));
    }
}
