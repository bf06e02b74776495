using Scheduling.Order;
using Xunit;

namespace Scheduling.Tests.Order;

public sealed class TurnRuleTests
{
    private static readonly TurnRule Rule = new();

    private static RunningTurn Run(int gpus = 1, long startedAt = 0, int gaveWay = 0, double turn = 10_000, bool aged = false) => new(gpus, startedAt, gaveWay, turn, aged);

    [Fact]
    public void A_run_is_left_alone_at_first_and_for_longer_each_time()
    {
        Assert.False(Rule.MayStop(Run(), 599, 8, 64));
        Assert.True(Rule.MayStop(Run(), 600, 8, 64));
        Assert.False(Rule.MayStop(Run(gaveWay: 2), 1_349, 8, 64));
        Assert.True(Rule.MayStop(Run(gaveWay: 2), 1_350, 8, 64));
    }

    [Fact]
    public void A_job_gives_way_only_so_often_and_never_when_it_is_aged()
    {
        Assert.False(Rule.MayStop(Run(gaveWay: Rule.Budget), long.MaxValue / 2, 8, 64));
        Assert.False(Rule.MayStop(Run(aged: true), 1_000_000, 8, 64));
    }

    [Fact]
    public void A_gang_of_more_than_half_the_pool_is_left_alone_unless_it_fits_a_node()
    {
        Assert.False(Rule.MayStop(Run(gpus: 48), 1_000_000, 8, 64));
        Assert.True(Rule.MayStop(Run(gpus: 32), 1_000_000, 8, 64));
        Assert.True(Rule.MayStop(Run(gpus: 8), 1_000_000, 8, 8));
    }

    [Fact]
    public void It_takes_a_several_times_more_urgent_job_or_an_aged_one()
    {
        Assert.False(Rule.GivesWay(Run(turn: 7_999), 1, 1_000, false));
        Assert.True(Rule.GivesWay(Run(turn: 8_000), 1, 1_000, false));
        Assert.True(Rule.GivesWay(Run(turn: 1), 1, 1_000, true));
        Assert.False(Rule.GivesWay(Run(gpus: 16, turn: 1e9), 1, 1, false));
    }

    [Fact]
    public void Short_jobs_pass_long_ones_but_none_for_ever()
    {
        var policy = OrderPolicies.Default;
        var waiting = new WaitingJob(1, 1, 0, 0, double.NaN, Turn: 3_600);
        var soon = new WaitingJob(2, 1, 3_600, 0, double.NaN, Turn: 60);
        var late = new WaitingJob(3, 1, 150_000, 0, double.NaN, Turn: 60);
        Assert.True(policy.KeyOf(soon) < policy.KeyOf(waiting));
        Assert.True(policy.KeyOf(waiting) < policy.KeyOf(late));
        Assert.True(policy.KeyOf(late with { Aged = true }) < policy.KeyOf(soon));
    }

    [Fact]
    public void Every_policy_is_found_by_its_name_and_says_what_it_is() =>
        Assert.All(OrderPolicies.ByName, p => Assert.True(p.Key == p.Value.Name && p.Value.Summary.Length is > 20 and < 120));
}
