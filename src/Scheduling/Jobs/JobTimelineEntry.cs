namespace Scheduling.Jobs;

/// <summary>One line of a job's timeline.</summary>
[GenerateSerializer, Immutable]
public sealed record JobTimelineEntry
{
    [Id(0)] public required long Sequence { get; init; }
    [Id(1)] public required DateTimeOffset At { get; init; }
    [Id(2)] public required JobPhase Phase { get; init; }
    [Id(3)] public required int Attempt { get; init; }

    /// <summary>A stable word: Submitted, Placed, Started, Stopping, Requeued, Ended …</summary>
    [Id(4)] public required string Type { get; init; }

    [Id(5)] public string? Message { get; init; }
}
