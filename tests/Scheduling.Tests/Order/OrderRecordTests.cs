using System.Globalization;
using Scheduling.Order;
using Scheduling.Order.Replay;

namespace Scheduling.Tests.Order;

/// <summary>A replay is a measurement: of the same trace it says the same today and in a year.</summary>
public sealed class OrderRecordTests
{
    public static TheoryData<string, string> Replays => new(
        from policy in OrderPolicies.ByName.Keys
        from trace in new[] { "mixed", "gangs", "overload", "flood", "wide" }
        where trace is "mixed" or "gangs" || policy == (trace == "wide" ? "fifo-skip" : OrderPolicies.DefaultName)
        orderby policy, trace
        select (policy, trace));

    [Theory]
    [MemberData(nameof(Replays))]
    public void A_trace_ends_as_it_did_when_it_was_written_down(string policy, string trace)
    {
        var jobs = Trace(trace);
        var nodes = new Dictionary<string, int>(StringComparer.Ordinal) { ["p"] = trace == "wide" ? 130 : 6, ["q"] = 2 };
        var outcomes = OrderReplay.Run(OrderPolicies.ByName[policy], ReplayOracle.Truth, nodes, jobs);
        Records.Check("Order", $"{policy} {trace}", Words(ReplaySummary.Of(jobs, outcomes, 8 * nodes.Values.Sum()), outcomes));
    }

    /// <summary>With a rule by which everything that takes days in a real pool happens within an hour: runs give way, jobs age, nodes are kept for them.</summary>
    [Theory]
    [InlineData(1, 4, 0)]
    [InlineData(2, 4, 1)]
    [InlineData(3, 2, 0)]
    [InlineData(4, 8, 1)]
    [InlineData(5, 3, 0)]
    [InlineData(6, 12, 1)]
    public void Jobs_that_age_soon_get_their_turn_as_they_did_when_it_was_written_down(int seed, int nodes, int gangs)
    {
        var random = new Random(seed);
        int[] sizes = gangs == 1 ? [1, 4, 8, 8, 12, 16, 20, nodes * 8] : [1, 1, 2, 3, 4, 8, 8, 16];
        var jobs = Enumerable.Range(0, 70).Select(i => new ReplayJob
        {
            Id = $"{i}", SubmitAt = random.Next(6_000), Duration = 1 + (long)Math.Pow(10, 3.6 * random.NextDouble()), Gpus = sizes[random.Next(sizes.Length)], Pool = "p", User = $"u{random.Next(4)}",
        }).ToList();
        var outcomes = OrderReplay.Run(Hasty.Instance, ReplayOracle.None, new Dictionary<string, int>(StringComparer.Ordinal) { ["p"] = nodes }, jobs);
        Records.Check("Order", $"hasty {seed}", Words(ReplaySummary.Of(jobs, outcomes, 8 * nodes), outcomes));
    }

    /// <summary>The sums, and a checksum over every job's own figures.</summary>
    private static string Words(ReplaySummary all, IReadOnlyList<ReplayOutcome?> outcomes)
    {
        var sum = 0UL;
        foreach (var outcome in outcomes)
        {
            foreach (var figure in outcome is { } o ? new[] { o.Start, o.End, o.Queue, o.Preemptions, o.LostGpuSeconds } : [-1])
            {
                sum = (sum * 1_000_003) ^ (ulong)figure;
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Jobs} jobs, {all.TooBig} too big, {all.Waited} waited {all.AverageQueue:F1} (p99 {all.P99Queue:F0}), took {all.AverageJct:F1} ({all.MedianJct:F1}, p99 {all.P99Jct:F0}, all {all.Makespan}), {all.BusyPercent:F2} % busy, {all.Preemptions} preemptions (most {all.MostPreemptions}), {all.LostPercent:F3} % lost, {sum:x16}");
    }

    private static List<ReplayJob> Trace(string name)
    {
        var random = new Random(11);
        var (count, span, longest, sizes) = name switch
        {
            "mixed" => (160, 25_000, 5.0, new[] { 1, 1, 1, 2, 4, 8, 12, 16, 32 }),
            "gangs" => (100, 80_000, 5.4, [1, 2, 8, 16, 20, 24, 40, 48, 80]),
            "overload" => (160, 250_000, 5.8, [1, 1, 2, 3, 5, 8, 16]),
            "flood" => (110, 200_000, 6.4, [1, 2, 4, 8, 8, 16]),
            _ => (200, 20_000, 5.0, [4, 8, 8, 12, 60, 200, 700, 1040]),
        };
        return
        [
            .. Enumerable.Range(0, count).Select(i => new ReplayJob
            {
                Id = $"{i}", SubmitAt = random.Next(span), Duration = 1 + (long)Math.Pow(10, longest * random.NextDouble()), Gpus = sizes[random.Next(sizes.Length)],
                Pool = random.Next(5) == 0 ? "q" : "p", User = $"u{random.Next(6)}",
            }),
        ];
    }

    private sealed class Hasty : IOrderPolicy
    {
        public static Hasty Instance { get; } = new();

        public string Name => "hasty";

        public string Summary => "the default, in a hurry";

        public bool Strict => false;

        public bool NeedsExpected => false;

        public TurnRule Turns { get; } = new() { MinRuntime = 120, Budget = 3, Patience = 20, Ratio = 3, LookEvery = 90, AgedAfter = 1_500, AgedShare = 0.4, LargestFactor = 16 };

        public OrderKey KeyOf(in WaitingJob job) => new(job.Aged ? -1 : 0, job.Aged ? 0 : job.SubmittedAt + Turns.Delay(job.Turn, job.Gpus, 8), job.SubmittedAt, job.Sequence);
    }
}
