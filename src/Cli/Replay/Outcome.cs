using Cli.Http;
using Gateway.Contracts;

namespace Cli.Replay;

/// <summary>Asks the server what became of accepted jobs.</summary>
internal sealed class Outcome(SchedClient client, TimeProvider time)
{
    /// <summary>30 s of them.</summary>
    private const int AuditLooks = 120;

    /// <summary>The one under way, and two whole ones.</summary>
    private const int Passes = 3;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Waits until the pool has decided about every job, twice in a row: a job may be on its way between two looks. The flag is
    /// false when that took longer than <paramref name="patience"/>.
    /// </summary>
    public async Task<(Pool Pool, bool Settled)> Settle(string name, TimeSpan? patience, Action<Pool> progress, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var quiet = 0;
        while (true)
        {
            var pool = (await client.Send(SchedRequest.Get("pools/" + Uri.EscapeDataString(name)), cancellationToken)).Read(ContractsJson.Lenient.Pool);
            var undecided = pool.PlacingJobs + pool.PendingByReason.Where(r => r.Reason is "PendingEvaluation" or "Placing").Sum(r => r.Jobs);
            quiet = undecided == 0 ? quiet + 1 : 0;
            progress(pool);
            if (quiet >= 2 || patience is null || time.GetElapsedTime(start) > patience)
            {
                return (pool, undecided == 0);
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>
    /// Waits until the pool has checked its invariants twice more, from beginning to end: the pass under way may have begun before
    /// the jobs were decided, and a difference counts only when two passes find it. The flag is false when that took more than
    /// about 30 s, several times the server's period: that nothing was found broken then says nothing.
    /// </summary>
    public async Task<(Pool Pool, bool Audited)> Audit(Pool before, CancellationToken cancellationToken)
    {
        var (passes, last) = (0, before.InvariantChecks);
        for (var look = 1; ; look++)
        {
            var pool = (await client.Send(SchedRequest.Get("pools/" + Uri.EscapeDataString(before.Name)), cancellationToken)).Read(ContractsJson.Lenient.Pool);

            // Fewer than before: the pool began to count anew.
            passes += pool.InvariantChecks > 0 && pool.InvariantChecks != last ? 1 : 0;
            last = pool.InvariantChecks;
            if (passes == Passes || look >= AuditLooks)
            {
                return (pool, passes == Passes);
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>How often the list shows each of these jobs, and in which phase it showed it last.</summary>
    public async Task<Dictionary<string, (int Seen, string Phase)>> Find(string? pool, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (int Seen, string Phase)>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            found[id] = (0, "");
        }

        var query = $"jobs?maxpagesize={Limits.MaxPageSize}" + (pool is null ? "" : "&pool=" + Uri.EscapeDataString(pool));
        await foreach (var page in Pages.All(client, SchedRequest.Get(query), cancellationToken))
        {
            foreach (var job in page.Read(ContractsJson.Lenient.JobList).Value)
            {
                if (found.TryGetValue(job.Id, out var seen))
                {
                    found[job.Id] = (seen.Seen + 1, job.Phase);
                }
            }
        }

        return found;
    }

    /// <summary>When jobs were submitted and placed, of at most <paramref name="sample"/> of them, evenly spread.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Submitted, DateTimeOffset Placed)>> Times(
        IReadOnlyList<string> ids, int sample, int concurrency, CancellationToken cancellationToken)
    {
        var step = Math.Max(1.0, (double)ids.Count / Math.Max(sample, 1));
        var chosen = Enumerable.Range(0, Math.Min(sample, ids.Count)).Select(i => ids[(int)(i * step)]).ToList();
        var times = new (DateTimeOffset, DateTimeOffset)?[chosen.Count];
        await Parallel.ForEachAsync(
            chosen.Index(), new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken }, async (item, token) =>
            {
                var job = (await client.Send(SchedRequest.Get("jobs/" + Uri.EscapeDataString(item.Item)), token)).Read(ContractsJson.Lenient.Job);
                times[item.Index] = job.PlacedAt is { } placed ? (job.SubmittedAt, placed) : null;
            });
        return [.. times.Where(t => t is not null).Select(t => t!.Value)];
    }
}
