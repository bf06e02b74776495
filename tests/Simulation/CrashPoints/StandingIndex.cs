using Grains.Storage;
using Scheduling.Model;

namespace Simulation.CrashPoints;

/// <summary>The job index on a real disk, whichever life has it open; see <see cref="Standing"/>.</summary>
internal sealed class StandingIndex(Func<IJobIndex> index) : IJobIndex
{
    public Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default) => Standing.Still(() => index().Query(query, cancellationToken));

    public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default) =>
        Standing.Still(() => index().Get(jobs, cancellationToken));

    public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) =>
        Standing.Still(() => index().Scan(after, limit, includeEnded, cancellationToken));

    public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        Standing.Still(() => index().Due(now, limit, cancellationToken));

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) =>
        Standing.Still(() => index().CountLive(cancellationToken));
}
