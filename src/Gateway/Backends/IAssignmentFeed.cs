using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>What should run, and where to tell what became of it.</summary>
public interface IAssignmentFeed
{
    Task<AssignmentPage> List(PoolId pool, JobId? after, int limit);

    /// <summary>Changes after <paramref name="version"/>. Null: too old, list again.</summary>
    Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait);

    /// <summary>Absolute and repeatable.</summary>
    Task<Answer> Report(JobId job, AttemptReport report);

    /// <summary>When exactly this attempt's workers had all started; null when they have not, or when it is not the live attempt.</summary>
    Task<DateTimeOffset?> StartedAt(AttemptId attempt);

    /// <summary>The job is past this attempt for ever. False may mean that this is not known.</summary>
    Task<bool> IsOver(AttemptId attempt);

    /// <summary>The job has ended for ever. False may mean that this is not known.</summary>
    Task<bool> HasEnded(JobId job);
}
