using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>All that is known of one job: what its grain owns and persists. Changed only by <see cref="JobDecider"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record JobState
{
    [Id(0)] public required JobId Id { get; init; }
    [Id(1)] public required JobSpec Spec { get; init; }

    /// <summary>Hash of the body it was submitted with.</summary>
    [Id(2)] public required string BodyHash { get; init; }

    [Id(3)] public required JobPhase Phase { get; init; }

    /// <summary>The present attempt, from 1. Strictly grows; a burnt number is never placed.</summary>
    [Id(4)] public required int Attempt { get; init; }

    /// <summary>The committed plan of the live attempt; 0 when there is none.</summary>
    [Id(5)] public long Plan { get; init; }

    /// <summary>The highest pool epoch that ever committed here: an older one is refused.</summary>
    [Id(6)] public long Epoch { get; init; }

    [Id(7)] public GangPlacement? Placement { get; init; }

    /// <summary>Where Stopping leads once no worker is left.</summary>
    [Id(8)] public JobPhase? After { get; init; }

    [Id(9)] public string? Reason { get; init; }
    [Id(10)] public required DateTimeOffset SubmittedAt { get; init; }
    [Id(11)] public DateTimeOffset? PlacedAt { get; init; }
    [Id(12)] public DateTimeOffset? StartedAt { get; init; }
    [Id(13)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Grows with every change: by the lines that it adds to the timeline, at least by one.</summary>
    [Id(14)] public required long Version { get; init; }

    /// <summary>Attempts that failed for the job's own reasons.</summary>
    [Id(15)] public int Failures { get; init; }

    /// <summary>The newest <see cref="MaxTimeline"/> entries, oldest first.</summary>
    [Id(16)] public required ImmutableArray<JobTimelineEntry> Timeline { get; init; }

    [Id(17)] public DateTimeOffset ChangedAt { get; init; }

    /// <summary>It has been asked to make room, and goes on until it has saved its work or the grace ends; null when it has not.</summary>
    [Id(18)] public JobPreemption? Preemption { get; init; }

    /// <summary>How often an attempt was taken off its nodes for a reason that was not the job's own.</summary>
    [Id(19)] public int Evictions { get; init; }

    /// <summary>When its work was last known to be saved; null when nothing is known.</summary>
    [Id(20)] public DateTimeOffset? LastCheckpointAt { get; init; }

    /// <summary>After a failure: not queued again before that; null when it need not wait.</summary>
    [Id(21)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Failed attempts by class.</summary>
    [Id(22)] public ImmutableArray<FailureCount> FailedByClass { get; init; } = [];

    /// <summary>Attempts that the hardware ended, one after the other, none of which got anywhere.</summary>
    [Id(23)] public int LostInRow { get; init; }

    /// <summary>What it still waits for before it may queue.</summary>
    [Id(24)] public ImmutableArray<JobDependency> Unmet { get; init; } = [];

    /// <summary>The workers of some attempt have all started.</summary>
    [Id(25)] public bool HasStarted { get; init; }

    /// <summary>Jobs that wait for this one, and for what. Each stays until it was told.</summary>
    [Id(26)] public ImmutableArray<JobDependency> Dependents { get; init; } = [];

    /// <summary>Other jobs are, or may be, parts of this one and have to be looked after.</summary>
    [Id(27)] public bool HasChildren { get; init; }

    /// <summary>How its parts stood last; null before there were any.</summary>
    [Id(28)] public SetProgress? Parts { get; init; }

    /// <summary>Of a service: the replicas wanted now, where that is not what the spec says.</summary>
    [Id(29)] public int? Replicas { get; init; }

    /// <summary>The highest leadership of a backend that bound workers here: reports of an older one are refused.</summary>
    [Id(30)] public long Fence { get; init; }

    /// <summary>Names the very workers that may be bound for the live attempt; null before a backend began to bind any.</summary>
    [Id(31)] public string? Binding { get; init; }

    /// <summary>How often workers of the live attempt were started again.</summary>
    [Id(32)] public int MemberRestarts { get; init; }

    /// <summary>Workers of the live attempt that were given up with their nodes, and in whose place none is bound yet.</summary>
    [Id(33)] public int Vacant { get; init; }

    /// <summary>Timeline entries kept per job.</summary>
    public const int MaxTimeline = 64;

    /// <summary>Jobs that may wait for one job at a time.</summary>
    public const int MaxDependents = 1000;

    /// <summary>It is not for the pool to place: it waits for a time or for other jobs, or has no workers of its own.</summary>
    public bool IsHeld => Spec.Set is not null || (Phase == JobPhase.Pending && (RetryAt is not null || !Unmet.IsEmpty));

    /// <summary>The next time at which something becomes of the job by itself; null when there is none.</summary>
    public DateTimeOffset? WakeAt => Earliest(DependencyRules.HasNews(this) ? ChangedAt : null, Phase switch
    {
        JobPhase.Starting or JobPhase.Running => Earliest(Earliest(TimeLimitAt, Spec.Deadline), Preemption?.StopAt),
        JobPhase.Pending => Earliest(RetryAt, LatestStart),
        JobPhase.Suspended => LatestStart,
        _ => Phase.IsEnded() && HasChildren ? ChangedAt : null,
    });

    /// <summary>When the running attempt passes its time limit; null when it has none or does not run.</summary>
    public DateTimeOffset? TimeLimitAt =>
        Phase is JobPhase.Starting or JobPhase.Running && Spec is { Set: null, TimeLimit: { } limit } ? (StartedAt ?? PlacedAt) + limit : null;

    /// <summary>Started later, it could run into its deadline; null when it has none.</summary>
    public DateTimeOffset? LatestStart => Spec.Deadline - (Spec.Set is null ? Spec.TimeLimit ?? TimeSpan.Zero : TimeSpan.Zero);

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;
}

/// <summary>Another job needs the place of this one's attempt.</summary>
[GenerateSerializer, Immutable]
public sealed record JobPreemption
{
    [Id(0)] public required AttemptId Preemptor { get; init; }
    [Id(1)] public required DateTimeOffset AskedAt { get; init; }

    /// <summary>The end of its grace: then it is stopped, whatever it has saved.</summary>
    [Id(2)] public required DateTimeOffset StopAt { get; init; }

    [Id(3)] public required string Reason { get; init; }
}

/// <summary>So many attempts failed in this way.</summary>
[GenerateSerializer, Immutable]
public readonly record struct FailureCount([property: Id(0)] FailureClass Class, [property: Id(1)] int Failures);
