using Gateway.Backends;
using Gateway.Leadership;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>Guards that can be taken away, to see that what they guard against is met, and found.</summary>
[Flags]
internal enum Planted
{
    None = 0,

    /// <summary>Pods are bound without the job's word in writing.</summary>
    NoWord = 1,

    /// <summary>Nothing that is done to a pod is conditional on what was read of it.</summary>
    NoPreconditions = 2,

    /// <summary>Who has led once goes on for ever.</summary>
    NoSelfFence = 4,

    /// <summary>A planner of capacity that has led once goes on for ever: scale sets refuse it.</summary>
    LatePlanner = 8,
}

/// <summary>Says yes to whoever asks whether workers may be bound.</summary>
internal sealed class Yes(IAssignmentFeed feed) : IAssignmentFeed
{
    public Task<AssignmentPage> List(PoolId pool, JobId? after, int limit) => feed.List(pool, after, limit);

    public Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait) => feed.Watch(pool, version, wait);

    public Task<Answer> Report(JobId job, AttemptReport report) => report.Binding is null ? feed.Report(job, report) : Task.FromResult(Answer.Done(0));

    public Task<DateTimeOffset?> StartedAt(AttemptId attempt) => feed.StartedAt(attempt);

    public Task<bool> IsOver(AttemptId attempt) => feed.IsOver(attempt);

    public Task<bool> HasEnded(JobId job) => feed.HasEnded(job);
}

/// <summary>Believes that it leads from the first time on.</summary>
internal sealed class Deluded(LeaseHolder leader) : ILeader
{
    private long? _epoch;

    public long? Epoch => _epoch = leader.Epoch ?? _epoch;

    public Task Changed => leader.Changed;
}
