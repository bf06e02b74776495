using Benchmarks.Replay;
using Benchmarks.Traces;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Scheduling.Tests.Replay;

/// <summary>A day of a real cluster: Helios Venus, the busiest day of May 2020.</summary>
public sealed class RecordedDayTests
{
    private const long Day = 86_400;

    [Fact]
    public void A_day_of_a_real_trace_is_decided_again_bit_for_bit()
    {
        var jobs = new TraceFiles().Load("venus_05_80n").Jobs.GroupBy(j => j.SubmitAt / Day).OrderByDescending(d => d.Count()).First()
            .Select(j => j with { SubmitAt = j.SubmitAt % Day }).ToList();
        var recorded = RecordedDay.Of(jobs, nodes: 60, Day, RecordedPool.Codec);
        var report = PoolReplay.Run(recorded, new PoolId("p"), RecordedPool.Codec);

        Assert.True(report is { Verdict: ReplayVerdict.Identical, Skipped: 0 }, $"{report.First} {report.WhySkipped}");
        Assert.Equal(recorded.Count - 1, report.Snapshots);
        Assert.True(report.Span > TimeSpan.FromHours(23), report.Span.ToString());
        Assert.True(report.Decisions > jobs.Count, $"{report.Decisions} decisions for {jobs.Count} jobs");

        // It began anew every six hours, and gangs were promised room.
        var entries = recorded.SelectMany(h => h.Entries).ToList();
        Assert.Equal(5, entries.Count(e => e.Kind == PoolEntryKind.EpochBegan));
        Assert.Contains(entries, e => e.Kind == PoolEntryKind.ClaimMade);
    }
}
