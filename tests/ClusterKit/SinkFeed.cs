using Gateway.Backends;
using Gateway.Leadership;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace ClusterKit;

/// <summary>Workers are gone from the sink before anybody is told that they are.</summary>
internal sealed class SinkFeed(IAssignmentFeed inner, SinkClient sink, ILeader leader) : IAssignmentFeed
{
    public Task<AssignmentPage> List(PoolId pool, JobId? after, int limit) => inner.List(pool, after, limit);

    public Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait) => inner.Watch(pool, version, wait);

    public async Task<Answer> Report(JobId job, AttemptReport report)
    {
        if (report.Gone)
        {
            await sink.Tell("stop", new Effect(leader.MustLead(), job.Value, report.Attempt, []), CancellationToken.None);
        }

        return await inner.Report(job, report);
    }

    public Task<DateTimeOffset?> StartedAt(AttemptId attempt) => inner.StartedAt(attempt);

    public Task<bool> IsOver(AttemptId attempt) => inner.IsOver(attempt);

    public Task<bool> HasEnded(JobId job) => inner.HasEnded(job);
}
