using System.Diagnostics;
using System.Globalization;
using Benchmarks.Traces;
using Grains.Pools;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Order.Replay;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Benchmarks.Replay;

/// <summary>
/// How fast a recorded day is decided again, from the bytes of its journal, and what it costs to record what came in. Fails when a decision comes out
/// otherwise, when it is slower than <see cref="Floor"/> times real time, or when recording costs more than it may.
/// </summary>
internal static class ReplayBenchmark
{
    /// <summary>Times real time.</summary>
    private const double Floor = 1000;

    /// <summary>Of journal bytes, for what a journal without replay would not need.</summary>
    private const double MostExtra = 0.15;

    private const long Day = 86_400;

    public static int Run(TextWriter output, string[] options)
    {
        var quick = options.Contains("quick");
        var trace = new TraceFiles().Load("venus_05_80n");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Helios Venus, May 2020."));
        output.WriteLine();
        output.WriteLine("| recorded | nodes | jobs | entries | decisions | snapshots | bytes per job before | after | more | decided again in | × real time | identical |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
        var passed = Row(output, "its busiest day", Busiest(trace.Jobs), 80, Day);
        passed &= Row(output, "the month", trace.Jobs, 80, 31 * Day);

        // A large cluster's day: each copy has another user base, and every day of the month is that one day.
        passed &= Row(output, quick ? "31 clusters in one, a day" : "62 clusters in one, a day", Stacked(trace.Jobs, quick ? 1 : 2), quick ? 2480 : 4960, Day);
        output.WriteLine(passed ? "passed" : "FAILED");
        return passed ? 0 : 1;
    }

    private static bool Row(TextWriter output, string name, IReadOnlyList<ReplayJob> jobs, int nodes, long seconds)
    {
        var recorded = RecordedDay.Of(jobs, nodes, seconds, PoolHistoryReader.Codec);
        var stored = recorded.Select(h => (h.Position, Start: h.Start is { } start ? RecordCodec.Encode(start) : null, Entries: h.Entries.Select(RecordCodec.Encode).ToList())).ToList();
        var entries = recorded.SelectMany(h => h.Entries).ToList();
        var count = entries.Count(e => e.Kind == PoolEntryKind.Enqueued && e.Attempt.Number == 1);
        var after = stored.Sum(h => h.Entries.Sum(e => (double)e.Length)) / count;
        var before = entries.Sum(e => Before(e) is { } old ? (double)RecordCodec.Encode(old).Length : 0) / count;
        GC.Collect();

        var watch = Stopwatch.StartNew();
        var replay = new PoolReplay(new PoolId("p"), PoolHistoryReader.Codec);
        foreach (var (position, start, bytes) in stored)
        {
            replay.Begin(new PoolHistory
            {
                Pool = new PoolId("p"), Position = position, Start = start is null ? null : RecordCodec.Decode<PoolSnapshot>(start),
                Entries = [.. bytes.Select(b => RecordCodec.Decode<PoolEntry>(b))],
            });
            while (replay.Step(int.MaxValue))
            {
            }
        }

        var report = replay.End();
        watch.Stop();
        var speed = report.Span.TotalSeconds / watch.Elapsed.TotalSeconds;
        var identical = report is { Verdict: ReplayVerdict.Identical, Skipped: 0 };
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {nodes:N0} | {count:N0} | {report.Entries:N0} | {report.Decisions:N0} | {report.Snapshots:N0} | {before:N0} | {after:N0} | {after / before - 1:+0.0%;-0.0%} | {watch.Elapsed.TotalSeconds:0.00} s | {speed:N0} | {(identical ? "100 %" : $"NO: {report.First}{report.WhySkipped}")} |"));
        return identical && speed >= Floor && after <= before * (1 + MostExtra);
    }

    /// <summary>What a journal that is only read back would have of an entry; null: nothing.</summary>
    private static PoolEntry? Before(PoolEntry entry) => entry.Kind > PoolEntryKind.LevelsSet ? null : entry with
    {
        Budget = 0,
        Refusal = null,
        Setup = null,
        At = entry.Kind is PoolEntryKind.RackSeen or PoolEntryKind.EpochBegan ? default : entry.At,
    };

    private static List<ReplayJob> Busiest(IReadOnlyList<ReplayJob> jobs)
    {
        var day = jobs.GroupBy(j => j.SubmitAt / Day).OrderByDescending(d => d.Count()).First();
        return [.. day.Select(j => j with { SubmitAt = j.SubmitAt % Day })];
    }

    private static List<ReplayJob> Stacked(IReadOnlyList<ReplayJob> jobs, int copies) =>
    [
        .. Enumerable.Range(0, copies).SelectMany(c => jobs.Select(j => j with { SubmitAt = (j.SubmitAt + (c * Day / 3)) % Day, User = $"u{j.SubmitAt / Day}-{c}" })).OrderBy(j => j.SubmitAt),
    ];
}
