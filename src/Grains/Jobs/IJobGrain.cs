using System.Collections.Immutable;
using Orleans.Concurrency;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Jobs;

/// <summary>One job, by its id. Owns spec, phase, attempts, the committed placement of the live attempt, and the timeline.</summary>
[Alias("Grains.Jobs.IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Idempotent: the same body gets the same job for ever, another body a conflict. Answered when durable.</summary>
    [OpenToGateways(CallerRoles.Submitter | CallerRoles.Admin)]
    Task<SubmitAnswer> Submit(SubmitJob command);

    /// <summary>Null when there is no such job for this caller.</summary>
    [ReadOnly]
    [OpenToGateways]
    Task<JobView?> Get(Caller caller);

    [OpenToGateways]
    Task<Answer> Cancel(Caller caller, string reason);

    /// <summary>Stops the attempt (checkpoint first, where the workload can) and keeps the job out of the queue.</summary>
    [OpenToGateways]
    Task<Answer> Suspend(Caller caller, string reason);

    [OpenToGateways]
    Task<Answer> Resume(Caller caller);

    /// <summary>How many replicas of a service are kept up from now on.</summary>
    [OpenToGateways]
    Task<Answer> Scale(Caller caller, int replicas);

    /// <summary>Timeline entries after <paramref name="after"/>; waits up to <paramref name="wait"/> (at most 10 s) for the first.</summary>
    [AlwaysInterleave]
    [OpenToGateways]
    Task<JobEventPage?> Events(Caller caller, long after, TimeSpan wait);

    /// <summary>From the pool: the commit point. One durable write decides that this attempt runs on this placement.</summary>
    Task<PlaceAnswer> Place(PlaceAttempt command);

    /// <summary>
    /// From a rack whose hold ran out: was this plan committed? If not, the attempt is burnt durably before the answer leaves,
    /// so that a late <see cref="Place"/> of it is refused.
    /// </summary>
    Task<FenceAnswer> Fence(int attempt, long plan);

    /// <summary>From a backend that runs workers (hollow nodes, Kubernetes): what became of them. Repeatable.</summary>
    [OpenToGateways]
    Task<Answer> Report(AttemptReport report);

    /// <summary>Ends this attempt for a reason that is not the job's own (drain, node lost) and queues the job again. Repeatable.</summary>
    Task<Answer> Evict(int attempt, string reason);

    /// <summary>
    /// From a node: what this attempt has there is lost. A gang that has failed members started again, and runs, has only those replaced, on another node
    /// of the rack; every other is ended as by <see cref="Evict"/>. Repeatable; to be repeated until nothing of the attempt is left there.
    /// </summary>
    Task<Answer> LoseNode(int attempt, NodeId node, string reason);

    /// <summary>
    /// From the pool: this attempt must give its place to another job. Its workers are asked to save their work and have the grace period
    /// for it; then it stops, and queues again with its first submit time. Repeatable.
    /// </summary>
    Task<Answer> Preempt(PreemptAttempt command);

    /// <summary>From the pool: the other job needs the place no longer. An attempt that has not begun to stop goes on. Repeatable.</summary>
    Task<Answer> CallOffPreemption(int attempt, AttemptId preemptor);

    /// <summary>From a job that waits for this one: remember it until it was told. Answered when durable. Repeatable.</summary>
    Task<WatchAnswer> Watch(TenantId tenant, JobDependency dependent);

    /// <summary>From a job that this one waits for: how it stands. Answered when durable. Repeatable.</summary>
    Task DependencyNews(JobId job, DependencyFact fact);

    /// <summary>From this job itself: these jobs have been told how it stands.</summary>
    Task DependentsTold(ImmutableArray<JobDependency> dependents);

    /// <summary>From the set of this job's parts: they stand otherwise than before. A hint.</summary>
    [OneWay]
    Task PartsChanged();

    /// <summary>From the reconciler: tell the pool again whatever it should know. Repeatable.</summary>
    Task Settle();
}
