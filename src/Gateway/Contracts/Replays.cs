using System.ComponentModel;

namespace Gateway.Contracts;

/// <summary>What <c>POST /api/v1/pools/{pool}/replay</c> takes: which decisions are decided again.</summary>
public sealed record ReplayJournalRequest
{
    [Description("The first decision; without it the oldest that is kept.")]
    public DateTimeOffset? From { get; init; }

    [Description("The last decision, after from; without it the newest.")]
    public DateTimeOffset? To { get; init; }
}

/// <summary>How far a replay is, or what it came to.</summary>
public sealed record JournalReplay
{
    [Description("False: it is under way; send the same request again.")]
    public required bool Done { get; init; }

    [Description("Once done: identical, different, or nothing (to decide again).")]
    public string? Verdict { get; init; }

    [Description("Journal entries that came out as recorded, bit for bit.")]
    public long Entries { get; init; }

    [Description("Of those, decisions: plans, promises made and dropped, passes that planned nobody.")]
    public long Decisions { get; init; }

    [Description("Entries or snapshots that came out otherwise.")]
    public long Differences { get; init; }

    [Description("Snapshots that the re-decided state was the same as.")]
    public long Snapshots { get; init; }

    [Description("Entries that could not be decided again.")]
    public long Skipped { get; init; }

    public string? WhySkipped { get; init; }

    [Description("The time that was decided again.")]
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    [Description("How long that was, in seconds.")]
    public double SpanSeconds { get; init; }

    [Description("How long it took to decide it again, reading included.")]
    public double TookSeconds { get; init; }

    [Description("Of the state at the end: equal states have equal hashes.")]
    public string? StateHash { get; init; }

    public ReplayDifference? First { get; init; }

    [Description("Journal entries read so far, and in all.")]
    public long EntriesRead { get; init; }

    public long EntriesInAll { get; init; }
}

/// <summary>The first thing that came out otherwise.</summary>
public sealed record ReplayDifference
{
    [Description("In the pool's journal.")]
    public required long Position { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Recorded { get; init; }
    public required string Decided { get; init; }
}
