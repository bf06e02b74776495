using Scheduling.Order;
using Scheduling.Order.Replay;
using Scheduling.Tests.Placement;
using Xunit;

namespace Scheduling.Tests.Order;

public sealed class OrderReplayTests
{
    [Theory]
    [InlineData("fifo", "fifo")]
    [InlineData("fifo_skip", "fifo-skip")]
    [InlineData("sjf", "sjf")]
    [InlineData("sjf_skip", "sjf-skip")]
    [InlineData("srtf", "srtf")]
    [InlineData("tiresias", "tiresias")]
    public void Every_job_of_the_Helios_slice_starts_and_ends_as_in_the_reference(string reference, string policy)
    {
        var outcomes = OrderReplay.Run(OrderPolicies.ByName[policy], ReplayOracle.Truth, HeliosTrace.Nodes, HeliosTrace.Jobs);
        var wanted = HeliosTrace.Reference(reference);
        for (var i = 0; i < HeliosTrace.Jobs.Count; i++)
        {
            var got = outcomes[i]!.Value;
            Assert.Equal(wanted[HeliosTrace.Jobs[i].Id], (got.Start, got.End, got.Queue, got.Preemptions));
        }
    }

    [Fact]
    public void The_default_needs_no_oracle_to_come_near_shortest_first_with_one()
    {
        var ours = Summary(OrderPolicies.Default, ReplayOracle.None);
        Assert.InRange(ours.AverageJct / Summary(OrderPolicies.ByName["sjf-skip"], ReplayOracle.Truth).AverageJct, 0.9, 1.15);
        Assert.InRange(ours.P999Queue / Summary(OrderPolicies.ByName["fifo"], ReplayOracle.None).P999Queue, 0, 1);
        Assert.InRange((double)ours.Preemptions / ours.Jobs, 0, 0.1);

        static ReplaySummary Summary(IOrderPolicy policy, ReplayOracle oracle) =>
            ReplaySummary.Of(HeliosTrace.Jobs, OrderReplay.Run(policy, oracle, HeliosTrace.Nodes, HeliosTrace.Jobs), 176);
    }

    [Fact]
    public void The_default_reads_neither_run_times_nor_estimates()
    {
        // Two traces that differ in what nobody can know yet: until the first difference shows, the same jobs start at the same times.
        var longer = HeliosTrace.Jobs.Select(j => j with { Estimate = 1, Duration = j.SubmitAt > 600_000 ? j.Duration + 1_000 : j.Duration }).ToList();
        var first = OrderReplay.Run(OrderPolicies.Default, ReplayOracle.Truth, HeliosTrace.Nodes, HeliosTrace.Jobs);
        var second = OrderReplay.Run(OrderPolicies.Default, ReplayOracle.None, HeliosTrace.Nodes, longer);
        var compared = 0;
        for (var i = 0; i < longer.Count; i++)
        {
            if (first[i]!.Value.Start >= 600_000)
                continue;
            compared++;
            Assert.Equal(first[i]!.Value.Start, second[i]!.Value.Start);
        }

        Assert.True(compared > 200);
    }

    [Fact]
    public void A_gang_that_others_would_pass_for_ever_is_aged_and_kept_room_for()
    {
        // One node always full of small jobs: each ends after the next came, so eight GPUs are never free by themselves.
        var jobs = Enumerable.Range(0, 4_000).Select(i => Job($"small{i}", 1_000L * i, 7_900, 1)).Append(Job("gang", 50_000, 100, 8)).ToList();
        var nodes = new Dictionary<string, int>(StringComparer.Ordinal) { ["p"] = 1 };
        var gang = OrderReplay.Run(OrderPolicies.Default, ReplayOracle.None, nodes, jobs)[^1]!.Value;
        Assert.InRange(gang.Queue, 0, OrderPolicies.Default.Turns!.AgedAfter + 20_000);
        Assert.True(OrderReplay.Run(OrderPolicies.ByName["fifo-skip"], ReplayOracle.None, nodes, jobs)[^1]!.Value.Queue > 2 * gang.Queue);
    }

    [Fact]
    public void A_job_too_big_for_its_pool_is_left_out_and_named_by_an_empty_outcome()
    {
        var outcomes = OrderReplay.Run(OrderPolicies.Default, ReplayOracle.None, new Dictionary<string, int> { ["p"] = 2 }, [Job("big", 0, 10, 24), Job("small", 0, 10, 16)]);
        Assert.Null(outcomes[0]);
        Assert.Equal(0, outcomes[1]!.Value.Start);
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("fifo-skip")]
    [InlineData("sjf")]
    [InlineData("sjf-skip")]
    [InlineData("srtf")]
    [InlineData("tiresias")]
    [InlineData("fair-turn")]
    public void Any_trace_ends_with_every_job_run_once_and_whole(string policy)
    {
        for (var seed = 0; seed < Ops.Of(20); seed++)
        {
            var random = new Random(seed);
            var jobs = Enumerable.Range(0, 300).Select(i => Job($"{i}", random.Next(50_000), 1 + (long)Math.Pow(10, 5 * random.NextDouble()), new[] { 1, 1, 2, 4, 8, 12, 16, 32 }[random.Next(8)])).ToList();
            var nodes = new Dictionary<string, int>(StringComparer.Ordinal) { ["p"] = 4 };
            var outcomes = OrderReplay.Run(OrderPolicies.ByName[policy], ReplayOracle.Truth, nodes, jobs);
            for (var i = 0; i < jobs.Count; i++)
            {
                var outcome = outcomes[i]!.Value;
                Assert.True(outcome.Start >= jobs[i].SubmitAt);

                // Waits and runs fill the time between submit and end, but for what restarts cost.
                var over = outcome.End - jobs[i].SubmitAt - outcome.Queue - jobs[i].Duration;
                Assert.InRange(over, 0, 61 * (outcome.Preemptions + 1));
            }
        }
    }

    private static ReplayJob Job(string id, long submit, long duration, int gpus) => new() { Id = id, SubmitAt = submit, Duration = duration, Gpus = gpus, Pool = "p" };
}
