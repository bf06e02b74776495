using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>
/// Gives up a call soon after its answer was due. A client cannot tell that the silo it waits for has died, and would wait out the timeout of the longest
/// of all calls, while another silo has long taken over.
/// </summary>
internal sealed class BoundedFeed(IAssignmentFeed inner, TimeSpan patience, TimeProvider time) : IAssignmentFeed
{
    public Task<AssignmentPage> List(PoolId pool, JobId? after, int limit) => inner.List(pool, after, limit).WaitAsync(patience, time);

    public Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait) => inner.Watch(pool, version, wait).WaitAsync(wait + patience / 2, time);

    public Task<Answer> Report(JobId job, AttemptReport report) => inner.Report(job, report).WaitAsync(patience, time);

    public Task<DateTimeOffset?> StartedAt(AttemptId attempt) => inner.StartedAt(attempt).WaitAsync(patience, time);

    public Task<bool> IsOver(AttemptId attempt) => inner.IsOver(attempt).WaitAsync(patience, time);

    public Task<bool> HasEnded(JobId job) => inner.HasEnded(job).WaitAsync(patience, time);
}
