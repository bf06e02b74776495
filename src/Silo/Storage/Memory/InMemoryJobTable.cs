using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage.Memory;

/// <summary>Job rows with the same orders that the databases keep as indices.</summary>
internal sealed class InMemoryJobTable
{
    private static readonly Comparer<(long Ticks, string Job)> ByTime =
        Comparer<(long Ticks, string Job)>.Create((a, b) => a.Ticks != b.Ticks ? a.Ticks.CompareTo(b.Ticks) : string.CompareOrdinal(a.Job, b.Job));

    private readonly SortedDictionary<string, JobIndexRow> _all = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JobIndexRow> _live = new(StringComparer.Ordinal);
    private readonly SortedSet<(long Ticks, string Job)> _bySubmitted = new(ByTime);
    private readonly SortedSet<(long Ticks, string Job)> _byWake = new(ByTime);

    /// <summary>By job id.</summary>
    public IEnumerable<JobIndexRow> All => _all.Values;

    /// <summary>Those not ended, by job id.</summary>
    public IEnumerable<JobIndexRow> Live => _live.Values;

    public IEnumerable<JobIndexRow> NewestFirst => _bySubmitted.Reverse().Select(k => _all[k.Job]);

    public IEnumerable<JobIndexRow> ByWake => _byWake.Select(k => _all[k.Job]);

    public JobIndexRow? Find(JobId job) => _all.GetValueOrDefault(job.Value);

    public void Put(JobIndexRow row)
    {
        Remove(row.Job);
        _all.Add(row.Job.Value, row);
        _bySubmitted.Add((row.SubmittedAt.UtcTicks, row.Job.Value));
        if (!row.Ended)
            _live.Add(row.Job.Value, row);
        if (row.WakeAt is { } wake)
            _byWake.Add((wake.UtcTicks, row.Job.Value));
    }

    public void Remove(JobId job)
    {
        if (!_all.Remove(job.Value, out var row))
            return;
        _live.Remove(job.Value);
        _bySubmitted.Remove((row.SubmittedAt.UtcTicks, job.Value));
        if (row.WakeAt is { } wake)
            _byWake.Remove((wake.UtcTicks, job.Value));
    }
}
