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
}
