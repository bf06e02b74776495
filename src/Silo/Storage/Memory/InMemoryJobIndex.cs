using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage.Memory;

/// <summary>Finds jobs on an <see cref="InMemoryMedium"/>.</summary>
public sealed class InMemoryJobIndex(InMemoryMedium medium) : IJobIndex
{
    public Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default)
    {
        JobContinuation? after = query.After is null ? null : JobContinuation.Parse(query.After);
        var limit = JobIndexLimits.Page(query.Limit);
        return Look(jobs =>
        {
            var rows = jobs.NewestFirst.Where(r => Matches(query, r) && (after is not { } place || IsAfter(place, r))).Take(limit + 1).ToList();
            if (rows.Count <= limit)
                return new JobPage(rows, null);
            rows.RemoveAt(limit);
            return new JobPage(rows, JobContinuation.Of(rows[^1]).ToString());
        });
    }

    public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default) =>
        Look<IReadOnlyList<JobIndexRow>>(table => [.. jobs.Distinct().Order().Select(table.Find).OfType<JobIndexRow>()]);

    public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) =>
        Look<IReadOnlyList<JobIndexRow>>(table =>
        [
            .. (includeEnded ? table.All : table.Live).Where(r => after is not { } a || r.Job.CompareTo(a) > 0).Take(JobIndexLimits.Scan(limit)),
        ]);

    public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        Look<IReadOnlyList<JobId>>(table => [.. table.ByWake.TakeWhile(r => r.WakeAt <= now).Take(JobIndexLimits.Scan(limit)).Select(r => r.Job)]);

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) =>
        Look<IReadOnlyDictionary<TenantId, int>>(table => table.Live.CountBy(r => r.Tenant).ToDictionary());

    private static bool IsAfter(JobContinuation place, JobIndexRow row) => row.SubmittedAt.UtcTicks != place.SubmittedAt.UtcTicks
        ? row.SubmittedAt.UtcTicks < place.SubmittedAt.UtcTicks
        : row.Job.CompareTo(place.Job) < 0;

    private static bool Matches(JobQuery query, JobIndexRow row) =>
        (query.Tenant is not { } tenant || row.Tenant == tenant)
        && (query.Phase is not { } phase || row.Phase == phase)
        && (query.User is not { } user || row.User == user)
        && (query.Name is not { } name || row.Name == name)
        && (query.Pool is not { } pool || row.Pool == pool)
        && (query.Parent is not { } parent || row.Parent == parent)
        && (!query.Whole || row.Parent is null)
        && (query.Ended is not { } ended || row.Ended == ended);

    private Task<T> Look<T>(Func<InMemoryJobTable, T> look)
    {
        lock (medium.Gate)
            return Task.FromResult(look(medium.Jobs));
    }
}
