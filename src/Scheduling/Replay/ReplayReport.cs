namespace Scheduling.Replay;

/// <summary>What re-deciding came to.</summary>
[GenerateSerializer]
public enum ReplayVerdict
{
    /// <summary>Every entry that was re-decided came out as it was recorded, bit for bit, and so did every snapshot.</summary>
    Identical = 0,

    /// <summary>Something came out otherwise: see <see cref="ReplayReport.First"/>.</summary>
    Different = 1,

    /// <summary>There is nothing to re-decide: see <see cref="ReplayReport.WhySkipped"/>.</summary>
    Nothing = 2,
}

/// <summary>A recorded stretch of a pool's journal, decided again from its inputs (I18).</summary>
[GenerateSerializer, Immutable]
public sealed record ReplayReport
{
    [Id(0)] public required ReplayVerdict Verdict { get; init; }

    /// <summary>Journal entries that came out as recorded, inputs and all.</summary>
    [Id(1)] public required long Entries { get; init; }

    /// <summary>Of those, what was decided: plans, promises made and dropped, passes that planned nobody.</summary>
    [Id(2)] public required long Decisions { get; init; }

    /// <summary>Entries or snapshots that came out otherwise. After the first the stretch up to the next activation is left out.</summary>
    [Id(3)] public required long Differences { get; init; }

    /// <summary>Entries that could not be re-decided.</summary>
    [Id(4)] public required long Skipped { get; init; }

    /// <summary>Why, for the last of them; null: none were.</summary>
    [Id(5)] public string? WhySkipped { get; init; }

    /// <summary>Snapshots that the re-decided state was held against.</summary>
    [Id(6)] public required long Snapshots { get; init; }

    /// <summary>The first thing that came out otherwise.</summary>
    [Id(7)] public ReplayDifference? First { get; init; }

    /// <summary>The time that the first and the last re-decided entry tell; the same when there is none.</summary>
    [Id(8)] public required DateTimeOffset From { get; init; }

    [Id(9)] public required DateTimeOffset To { get; init; }

    /// <summary>Of the state at the end: equal states have equal hashes. Empty when nothing was re-decided to the end.</summary>
    [Id(10)] public required string StateHash { get; init; }

    public TimeSpan Span => To - From;
}

/// <summary>Where re-deciding came to something else.</summary>
[GenerateSerializer, Immutable]
public sealed record ReplayDifference
{
    /// <summary>In the journal.</summary>
    [Id(0)] public required long Position { get; init; }

    [Id(1)] public required DateTimeOffset At { get; init; }

    [Id(2)] public required string Recorded { get; init; }

    [Id(3)] public required string Decided { get; init; }

    public override string ToString() => $"position {Position} ({At:O}): recorded {Recorded}; decided again {Decided}";
}
