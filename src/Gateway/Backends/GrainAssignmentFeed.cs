using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>Asks the grains what should run.</summary>
internal sealed class GrainAssignmentFeed(IGrainFactory grains) : IAssignmentFeed
{
    /// <summary>A backend serves every tenant of its pool, so it reads as an operator; it never changes a job as one.</summary>
    private static readonly Caller Backend = new() { Tenant = null, User = "system:backend", Roles = CallerRoles.Operator };

    public Task<AssignmentPage> List(PoolId pool, JobId? after, int limit) => grains.GetGrain<IPoolGrain>(pool.Value).ListAssignments(after, limit);

    public Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait) => grains.GetGrain<IPoolGrain>(pool.Value).WatchAssignments(version, wait);

    public Task<Answer> Report(JobId job, AttemptReport report) => grains.GetGrain<IJobGrain>(job.Value).Report(report);

    public async Task<DateTimeOffset?> StartedAt(AttemptId attempt)
    {
        var view = await grains.GetGrain<IJobGrain>(attempt.Job.Value).Get(Backend);
        return view is { Phase: JobPhase.Running, StartedAt: { } started } && view.Attempt == attempt.Number ? started : null;
    }

    public async Task<bool> HasEnded(JobId job) => await grains.GetGrain<IJobGrain>(job.Value).Get(Backend) is { } view && view.Phase.IsEnded();

    // An attempt that is over stays so: even an activation that has long been replaced, and knows nothing newer, may be believed.
    public async Task<bool> IsOver(AttemptId attempt) =>
        await grains.GetGrain<IJobGrain>(attempt.Job.Value).Get(Backend) is { } view
        && (view.Attempt > attempt.Number || (view.Attempt == attempt.Number && view.Phase is not JobPhase.Pending && !view.Phase.HoldsResources()));
}
