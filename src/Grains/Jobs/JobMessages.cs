using System.Collections.Immutable;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Jobs;

[GenerateSerializer, Immutable]
public sealed record SubmitJob : ICalled
{
    [Id(0)] public required Caller Caller { get; init; }

    [Id(1)] public required JobSpec Spec { get; init; }

    /// <summary>Hash of the request body: the same Idempotency-Key with another body is a conflict.</summary>
    [Id(2)] public required string BodyHash { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record SubmitAnswer
{
    [Id(0)] public required Answer Answer { get; init; }

    /// <summary>The job, new or as it stands; null when refused.</summary>
    [Id(1)] public JobView? Job { get; init; }

    /// <summary>False when this key had been used before.</summary>
    [Id(2)] public bool Created { get; init; }

    /// <summary>Which of the spec's dependencies stands in the way; null when none does.</summary>
    [Id(3)] public int? BadDependency { get; init; }
}

/// <summary>An immutable picture of a job.</summary>
[GenerateSerializer, Immutable]
public sealed record JobView
{
    [Id(0)] public required JobId Id { get; init; }
    [Id(1)] public required JobSpec Spec { get; init; }
    [Id(2)] public required JobPhase Phase { get; init; }

    /// <summary>The present attempt's number, from 1.</summary>
    [Id(3)] public required int Attempt { get; init; }

    /// <summary>Where the live attempt runs; null when it has no placement.</summary>
    [Id(4)] public GangPlacement? Placement { get; init; }

    /// <summary>Why it is in this phase, for people; null when there is nothing to say.</summary>
    [Id(5)] public string? Reason { get; init; }

    [Id(6)] public required DateTimeOffset SubmittedAt { get; init; }
    [Id(7)] public DateTimeOffset? PlacedAt { get; init; }
    [Id(8)] public DateTimeOffset? StartedAt { get; init; }
    [Id(9)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Grows with every change: the ETag.</summary>
    [Id(10)] public required long Version { get; init; }

    /// <summary>How many attempts failed for the job's own reasons.</summary>
    [Id(11)] public int Failures { get; init; }

    /// <summary>It has been asked to make room; null when it has not.</summary>
    [Id(12)] public JobPreemption? Preemption { get; init; }

    /// <summary>How often an attempt was taken off its nodes for a reason that was not the job's own.</summary>
    [Id(13)] public int Evictions { get; init; }

    /// <summary>When its work was last known to be saved.</summary>
    [Id(14)] public DateTimeOffset? LastCheckpointAt { get; init; }

    /// <summary>After a failure: not queued again before that.</summary>
    [Id(15)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>What it still waits for before it may queue.</summary>
    [Id(16)] public ImmutableArray<JobDependency> Unmet { get; init; } = [];

    /// <summary>Of an array, service or elastic job: how its parts stand.</summary>
    [Id(17)] public SetProgress? Parts { get; init; }

    /// <summary>Of a service: how many replicas are wanted now.</summary>
    [Id(18)] public int? Replicas { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record JobEventPage
{
    [Id(0)] public required ImmutableArray<JobTimelineEntry> Events { get; init; }

    /// <summary>True once the job has ended and nothing further will come.</summary>
    [Id(1)] public required bool Complete { get; init; }
}

/// <summary>The pool asks the job to commit.</summary>
[GenerateSerializer, Immutable]
public sealed record PlaceAttempt
{
    [Id(0)] public required int Attempt { get; init; }

    /// <summary>Names the intent in the pool's journal; holds carry it too.</summary>
    [Id(1)] public required long Plan { get; init; }

    /// <summary>The pool's epoch; an older one than the job has seen is refused.</summary>
    [Id(2)] public required long Epoch { get; init; }

    [Id(3)] public required GangPlacement Placement { get; init; }
}

[GenerateSerializer]
public enum PlaceOutcome
{
    /// <summary>This plan is the committed one (now, or already before).</summary>
    Committed = 0,

    /// <summary>The job no longer wants this attempt, or another plan was committed: release it.</summary>
    Refused = 1,
}

[GenerateSerializer, Immutable]
public sealed record PlaceAnswer
{
    [Id(0)] public required PlaceOutcome Outcome { get; init; }

    [Id(1)] public string? Reason { get; init; }

    /// <summary>The attempt the job is at now.</summary>
    [Id(2)] public required int Attempt { get; init; }

    /// <summary>True when the job wants to be queued at <see cref="Attempt"/>.</summary>
    [Id(3)] public bool WantsPlacement { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record FenceAnswer
{
    /// <summary>True when exactly this attempt and plan is committed and alive: keep the allocation.</summary>
    [Id(0)] public required bool Committed { get; init; }
}

/// <summary>What a backend saw of an attempt's workers. Absolute, so that it can be sent again.</summary>
[GenerateSerializer, Immutable]
public sealed record AttemptReport
{
    [Id(0)] public required int Attempt { get; init; }

    /// <summary>All workers have started.</summary>
    [Id(1)] public bool AllStarted { get; init; }

    /// <summary>All workers ended by themselves with success.</summary>
    [Id(2)] public bool AllSucceeded { get; init; }

    /// <summary>A worker failed: for people, with rank and cause. Null when none did.</summary>
    [Id(3)] public string? Failure { get; init; }

    /// <summary>No worker of the attempt is left anywhere: what it held may be freed.</summary>
    [Id(4)] public bool Gone { get; init; }

    /// <summary>What kind of failure <see cref="Failure"/> is.</summary>
    [Id(5)] public FailureClass FailureClass { get; init; }

    /// <summary>When the workers' work was last saved, as asked or by themselves; null when that is not known.</summary>
    [Id(6)] public DateTimeOffset? CheckpointedAt { get; init; }

    /// <summary>The leadership under which the backend acts: one that is older than another that bound workers here is refused. 0: there is only ever one backend.</summary>
    [Id(7)] public long Fence { get; init; }

    /// <summary>
    /// Asks whether these workers may be bound, and says nothing else: names them as they are in the cluster now. Answered Done when durable; a
    /// Conflict when the attempt is over, or when others were named for it before. Null: it does not ask.
    /// </summary>
    [Id(8)] public string? Binding { get; init; }

    /// <summary>
    /// Of workers that nobody here can make again (see <see cref="JobSpec.Pods"/>): why they will never be whole (again), for people. The job ends
    /// instead of queueing again. Null while they may be.
    /// </summary>
    [Id(20)] public string? Lost { get; init; }

    /// <summary>
    /// With <see cref="Binding"/>: the workers that were bound before, named alike; those of them that are not in <see cref="Binding"/> have failed,
    /// as <see cref="Failure"/> says, and are over. Null: none were bound before.
    /// </summary>
    [Id(9)] public string? Replaces { get; init; }

    /// <summary>With <see cref="Binding"/>: so many of its workers were given up with their nodes, and none is bound in their place by this.</summary>
    [Id(10)] public int Vacant { get; init; }
}

/// <summary>How a job stands that another wants to wait for.</summary>
[GenerateSerializer, Immutable]
public sealed record WatchAnswer
{
    /// <summary>Done; NotFound for a job that is not there or another tenant's; LimitReached when too many wait for it.</summary>
    [Id(0)] public required Answer Answer { get; init; }

    [Id(1)] public DependencyFact Fact { get; init; }
}

/// <summary>The pool wants an attempt's place for another job.</summary>
[GenerateSerializer, Immutable]
public sealed record PreemptAttempt
{
    [Id(0)] public required int Attempt { get; init; }

    /// <summary>Who needs the place.</summary>
    [Id(1)] public required AttemptId Preemptor { get; init; }

    /// <summary>How long the workers have to save their work, already bounded by the pool; zero stops them at once.</summary>
    [Id(2)] public required TimeSpan Grace { get; init; }

    /// <summary>For the job's timeline.</summary>
    [Id(3)] public required string Reason { get; init; }
}
