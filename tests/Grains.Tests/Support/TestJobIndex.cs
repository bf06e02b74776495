using Grains.Storage;
using Scheduling.Model;

namespace Grains.Tests.Support;

/// <summary>The job index over <see cref="TestStates"/>.</summary>
internal sealed class TestJobIndex : IJobIndex
{
    public Dictionary<string, JobIndexRow> Rows { get; } = [];

    public Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default) =>
        Task.FromResult(new JobPage([.. Rows.Values.Where(r => query.Parent is null || r.Parent == query.Parent)], null));

    public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<JobIndexRow>>([.. Rows.Values.Where(r => jobs.Contains(r.Job))]);

    public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<JobIndexRow>>([.. Rows.Values.Where(r => includeEnded || !r.Ended)]);

    public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<JobId>>([.. Rows.Values.Where(r => r.WakeAt <= now).Select(r => r.Job)]);

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyDictionary<TenantId, int>>(Rows.Values.Where(r => !r.Ended).CountBy(r => r.Tenant).ToDictionary());
}
