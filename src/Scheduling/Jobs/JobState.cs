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

    /// <summary>Grows by one with every change.</summary>
    [Id(14)] public required long Version { get; init; }

    /// <summary>Attempts that failed for the job's own reasons.</summary>
    [Id(15)] public int Failures { get; init; }

    /// <summary>The newest <see cref="MaxTimeline"/> entries, oldest first.</summary>
    [Id(16)] public required ImmutableArray<JobTimelineEntry> Timeline { get; init; }

    [Id(17)] public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Timeline entries kept per job.</summary>
    public const int MaxTimeline = 64;

    /// <summary>When the running attempt passes its time limit; null when it has none or does not run.</summary>
    public DateTimeOffset? DeadlineAt =>
        Phase is JobPhase.Starting or JobPhase.Running && Spec.TimeLimit is { } limit ? (StartedAt ?? PlacedAt) + limit : null;
}
