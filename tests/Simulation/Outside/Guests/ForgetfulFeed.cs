using Gateway.Backends;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Simulation.Outside.Guests;

/// <summary>The pool never knows the nodes of a placement, as after a restart of it: the racks are asked.</summary>
internal sealed class ForgetfulFeed(IAssignmentFeed feed) : IAssignmentFeed
{
    public async Task<AssignmentPage> List(PoolId pool, JobId? after, int limit) => Forget(await feed.List(pool, after, limit));

    public async Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait) => await feed.Watch(pool, version, wait) is { } page ? Forget(page) : null;

    public Task<Answer> Report(JobId job, AttemptReport report) => feed.Report(job, report);

    public Task<DateTimeOffset?> StartedAt(AttemptId attempt) => feed.StartedAt(attempt);

    public Task<bool> IsOver(AttemptId attempt) => feed.IsOver(attempt);

    public Task<bool> HasEnded(JobId job) => feed.HasEnded(job);

    private static AssignmentPage Forget(AssignmentPage page) => page with { Items = [.. page.Items.Select(a => a with { Nodes = [] })] };
}
