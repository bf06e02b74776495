using Scheduling.Order;
using Scheduling.Order.Replay;

namespace Scheduling.Tests.Order;

/// <summary>Where each policy puts whom, and what it asks for.</summary>
public sealed class OrderPolicyTests
{
    private static readonly WaitingJob Job = new(Sequence: 7, Gpus: 4, SubmittedAt: 1_000, Ran: 0, Expected: 600, Turn: 100);

    [Theory]
    [InlineData("fair-turn", false, false)]
    [InlineData("fifo", true, false)]
    [InlineData("fifo-skip", false, false)]
    [InlineData("sjf", true, true)]
    [InlineData("sjf-skip", false, true)]
    [InlineData("qssf", true, true)]
    [InlineData("srtf", false, true)]
    [InlineData("tiresias", false, false)]
    public void Each_policy_says_whether_it_is_strict_and_whether_it_needs_an_expectation(string name, bool strict, bool needs)
    {
        var policy = OrderPolicies.ByName[name];
        Assert.Equal((strict, needs), (policy.Strict, policy.NeedsExpected));
        Assert.Equal(name == "fair-turn", policy.Turns is not null);
        Assert.Equal(name is "srtf" or "tiresias", policy.Shares is not null);
        Assert.Equal(name == "qssf", policy.KeyOnArrival(Job) is not null);
    }

    [Fact]
    public void There_are_eight_policies_and_fair_turn_is_the_default()
    {
        Assert.Equal(8, OrderPolicies.ByName.Count);
        Assert.Equal("fair-turn", OrderPolicies.Default.Name);
    }

    [Fact]
    public void Keys_go_by_level_then_value_then_time_then_sequence()
    {
        OrderKey[] rising = [new(0, 5, 5, 5), new(0, 5, 5, 6), new(0, 5, 6, 0), new(0, 6, 0, 0), new(1, 0, 0, 0)];
        for (var i = 0; i < rising.Length; i++)
        {
            for (var k = 0; k < rising.Length; k++)
            {
                Assert.Equal(i.CompareTo(k), Math.Sign(rising[i].CompareTo(rising[k])));
                Assert.Equal((i < k, i <= k, i > k, i >= k), (rising[i] < rising[k], rising[i] <= rising[k], rising[i] > rising[k], rising[i] >= rising[k]));
            }
        }
    }

    [Theory]
    [InlineData("sjf")]
    [InlineData("sjf-skip")]
    [InlineData("qssf")]
    public void Jobs_of_unknown_length_go_last_in_submit_order(string name)
    {
        var policy = OrderPolicies.ByName[name];
        var (early, late) = (policy.KeyOf(Job with { Expected = double.NaN, SubmittedAt = 1 }), policy.KeyOf(Job with { Expected = double.NaN, SubmittedAt = 2 }));
        Assert.True(policy.KeyOf(Job with { Expected = 1e9 }) < early);
        if (name != "qssf")
            Assert.True(early < late);
    }

    [Fact]
    public void Quasi_shortest_service_goes_by_GPU_time_and_of_equals_the_smaller_gang()
    {
        var policy = OrderPolicies.ByName["qssf"];
        Assert.True(policy.KeyOf(Job with { Gpus = 2, Expected = 100 }) < policy.KeyOf(Job with { Gpus = 8, Expected = 30 }));
        Assert.True(policy.KeyOf(Job with { Gpus = 2, Expected = 120 }) < policy.KeyOf(Job with { Gpus = 8, Expected = 30, SubmittedAt = 0 }));
        Assert.True(policy.KeyOnArrival(Job with { Gpus = 8 }) < policy.KeyOf(Job with { Gpus = 1, Expected = 0 }));
    }

    [Fact]
    public void Tiresias_has_a_second_queue_for_those_that_had_more_than_five_GPU_hours()
    {
        var policy = OrderPolicies.ByName["tiresias"];
        Assert.Equal(0, policy.KeyOf(Job with { Gpus = 10, Ran = 1_800 }).Level);
        Assert.Equal(1, policy.KeyOf(Job with { Gpus = 10, Ran = 1_800.1 }).Level);
        Assert.Equal((false, true), (policy.Shares!.QueuedFirst, OrderPolicies.ByName["srtf"].Shares!.QueuedFirst));
    }

    [Fact]
    public void A_turn_delays_a_job_by_a_multiple_of_it_and_more_the_larger_it_is_up_to_a_node()
    {
        var rule = new TurnRule();
        Assert.Equal(20 * 100 * 2, rule.Delay(100, 4, 8));
        Assert.Equal(rule.Delay(100, 8, 8), rule.Delay(100, 64, 8));
        Assert.Equal(0, rule.Delay(double.NaN, 4, 8));
        Assert.Equal(new OrderKey(0, 1_000 + 4_000, 1_000, 7), OrderPolicies.Default.KeyOf(Job));
        Assert.Equal(new OrderKey(-1, 0, 1_000, 7), OrderPolicies.Default.KeyOf(Job with { Aged = true }));
    }

    [Fact]
    public void A_run_gives_way_to_a_job_an_eighth_of_its_size_and_to_none_smaller()
    {
        var rule = new TurnRule();
        Assert.True(rule.GivesWay(new RunningTurn(16, 0, 0, 8_000, Aged: false), 2, 1_000, waitingAged: false));
        Assert.False(rule.GivesWay(new RunningTurn(17, 0, 0, 8_000, Aged: false), 2, 1_000, waitingAged: false));
    }

    [Fact]
    public void Jobs_that_come_in_one_second_to_an_empty_queue_start_by_size_and_whoever_is_left_by_GPU_time()
    {
        ReplayJob[] jobs = [One("wide", 10, 100, 8), One("long", 10, 1_000, 4), One("small", 10, 5_000, 2), One("short", 10, 10, 4), One("later", 11, 1, 1)];
        var outcomes = OrderReplay.Run(OrderPolicies.ByName["qssf"], ReplayOracle.Truth, new Dictionary<string, int>(StringComparer.Ordinal) { ["p"] = 1 }, jobs);
        Assert.Equal([5_010L, 10, 10, 1_010, 11], outcomes.Select(o => o!.Value.Start));

        static ReplayJob One(string id, long at, long duration, int gpus) => new() { Id = id, SubmitAt = at, Duration = duration, Gpus = gpus, Pool = "p" };
    }

    [Fact]
    public void A_job_that_began_with_the_trace_and_gave_way_started_with_the_trace()
    {
        ReplayJob[] jobs = [One("long", 0, 100, 8), One("short", 5, 10, 8)];
        var outcomes = OrderReplay.Run(OrderPolicies.ByName["srtf"], ReplayOracle.Truth, new Dictionary<string, int>(StringComparer.Ordinal) { ["p"] = 1 }, jobs);
        Assert.Equal((0L, 1), (outcomes[0]!.Value.Start, outcomes[0]!.Value.Preemptions));
        Assert.Equal(5, outcomes[1]!.Value.Start);

        static ReplayJob One(string id, long at, long duration, int gpus) => new() { Id = id, SubmitAt = at, Duration = duration, Gpus = gpus, Pool = "p" };
    }

    [Fact]
    public void A_summary_of_four_jobs_is_what_anybody_adds_up()
    {
        ReplayJob[] jobs = [One(0, 100, 1), One(50, 100, 2), One(60, 200, 4), One(70, 1, 999)];
        ReplayOutcome?[] outcomes = [new(0, 100, 0, 0, 0), new(150, 250, 100, 0, 0), new(160, 470, 110, 3, 88), null];
        Assert.Equal(
            new ReplaySummary
            {
                Jobs = 3, TooBig = 1, AverageJct = (100 + 200 + 410) / 3.0, MedianJct = 200, P99Jct = 405.8, AverageQueue = 70, P99Queue = 109.8, P999Queue = 109.98,
                Waited = 2, Makespan = 470, BusyPercent = 100 * 1_100 / (8.0 * 470), Preemptions = 3, MostPreemptions = 3, LostPercent = 100 * 88 / 1_100.0,
            },
            Rounded(ReplaySummary.Of(jobs, outcomes, 8)));
        Assert.Equal(310, outcomes[2]!.Value.JctFrom(160));

        static ReplayJob One(long at, long duration, int gpus) => new() { Id = $"{at}", SubmitAt = at, Duration = duration, Gpus = gpus, Pool = "p" };

        // Interpolated between ranks in binary fractions: to nine places.
        static ReplaySummary Rounded(ReplaySummary all) =>
            all with { P99Jct = Math.Round(all.P99Jct, 9), P99Queue = Math.Round(all.P99Queue, 9), P999Queue = Math.Round(all.P999Queue, 9) };
    }

    [Fact]
    public void A_summary_of_nothing_is_nought()
    {
        var all = ReplaySummary.Of([], [], 8);
        Assert.Equal((0, 0, 0.0, 0.0, 0L, 0.0, 0.0), (all.Jobs, all.TooBig, all.AverageJct, all.P99Queue, all.Makespan, all.BusyPercent, all.LostPercent));
    }
}
