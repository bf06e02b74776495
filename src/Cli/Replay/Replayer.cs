using Cli.Http;
using Cli.Output;

namespace Cli.Replay;

/// <summary>One replay from the first submission to the report.</summary>
internal sealed class Replayer(SchedClient submitter, SchedClient reader, ReplayOptions options, World world, Printer printer, bool quiet)
{
    public async Task<ReplayReport> Run(string path, ReplayFile file, CancellationToken cancellationToken)
    {
        // 1. Submit every row; each is retried for as long as the patience lasts.
        var bar = new Progress(world.Error, world.ErrorIsTerminal, quiet, world.Time, "submitted", file.Rows.Count);
        var submission = new Submission(submitter, file, options, world.Time, done => bar.Show(done));
        await submission.Run(cancellationToken);
        bar.Show(submission.Accepted + submission.Rejected + submission.Unknown, final: true);

        // 2. Wait until the pool has decided about all of them.
        var outcome = new Outcome(reader, world.Time);
        var pool = options.Pool ?? submission.Pool;
        var waiting = new Progress(world.Error, world.ErrorIsTerminal, quiet, world.Time, "decided", submission.Accepted);
        var (state, settled) = pool is null
            ? (null, true)
            : await outcome.Settle(pool, options.Settle, p => waiting.Show(Math.Max(0, submission.Accepted - Undecided(p))), cancellationToken);
        if (!settled)
        {
            printer.Complain("jobs were still undecided when the wait ended; give more --settle");
        }

        // 3. Wait until the invariants were checked with all of them in place; whoever does not wait for decisions does not for this.
        var audited = true;
        if (state is not null && settled && options.Settle is not null)
        {
            (state, audited) = await outcome.Audit(state, cancellationToken);
        }

        // 4. Find every accepted job again, by the list and, for the times, one by one.
        var ids = submission.Ids.OfType<string>().ToList();
        var found = ids.Count == 0 ? [] : await outcome.Find(pool, ids, cancellationToken);
        var placed = ids.Distinct().Where(id => found[id].Phase is not ("" or "Pending" or "Suspended" or "Cancelled")).ToList();
        var times = await outcome.Times(placed, options.Sample, options.Concurrency, cancellationToken);

        // 5. Say what came of it.
        return Report(path, file, submission, state, settled, audited, ids, found, placed.Count, times);
    }

    private static int Undecided(Gateway.Contracts.Pool pool) =>
        pool.PlacingJobs + pool.PendingByReason.Where(r => r.Reason is "PendingEvaluation" or "Placing").Sum(r => r.Jobs);

    private ReplayReport Report(
        string path, ReplayFile file, Submission submission, Gateway.Contracts.Pool? pool, bool settled, bool audited, List<string> ids,
        Dictionary<string, (int Seen, string Phase)> found, int placed, IReadOnlyList<(DateTimeOffset Submitted, DateTimeOffset Placed)> times)
    {
        var latencies = times.Select(t => (t.Placed - t.Submitted).TotalSeconds).Order().ToList();
        var span = times.Count == 0 ? 0 : (times.Max(t => t.Placed) - times.Min(t => t.Submitted)).TotalSeconds;
        return new ReplayReport
        {
            File = path,
            RunId = options.RunId,
            Rows = file.Rows.Count,
            Accepted = submission.Accepted,
            Rejected = submission.Rejected,
            Unknown = submission.Unknown,
            Errors = submission.Errors,
            Pool = pool?.Name,
            Placed = placed,
            Waiting = found.Values.Count(f => f.Phase == "Pending"),
            WaitingByReason = pool?.PendingByReason.Where(r => r.Jobs > 0).OrderBy(r => r.Reason, StringComparer.Ordinal).ToDictionary(r => r.Reason, r => r.Jobs) ?? [],
            Settled = settled,
            Audited = audited,
            GpuMilliAllocated = pool?.GpuMilliAllocated ?? 0,
            GpuMilliTotal = pool?.GpuMilliTotal ?? 0,
            SubmitSeconds = submission.Took.TotalSeconds,
            AcceptedPerSecond = submission.Took > TimeSpan.Zero ? submission.Accepted / submission.Took.TotalSeconds : 0,
            PlacedPerSecond = span > 0 ? placed / span : null,
            PlaceSecondsP50 = Percentile(latencies, 0.50),
            PlaceSecondsP99 = Percentile(latencies, 0.99),
            TimesRead = times.Count,
            Lost = found.Values.Count(f => f.Seen == 0),
            Doubled = found.Values.Count(f => f.Seen > 1) + ids.Count - found.Count,
            InvariantChecks = pool?.InvariantChecks ?? 0,
            InvariantFailures = pool?.InvariantFailures ?? 0,
        };
    }

    /// <summary>The nearest-rank percentile of sorted values.</summary>
    private static double? Percentile(List<double> sorted, double rank) =>
        sorted.Count == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(rank * sorted.Count) - 1, 0, sorted.Count - 1)];
}
