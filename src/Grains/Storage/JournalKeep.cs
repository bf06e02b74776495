namespace Grains.Storage;

/// <summary>How much of a stream's past is kept when a snapshot replaces it.</summary>
public sealed record JournalKeep
{
    /// <summary>The time of the snapshot.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Segments that ended longer ago are dropped.</summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>Bytes of entries; beyond it the oldest segments are dropped.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>A number that the writer finds its segments by; it says nothing to the store.</summary>
    public long Mark { get; init; }

    /// <summary>Bytes of the entries that the snapshot replaces: the writer counted them.</summary>
    public long Bytes { get; init; }
}

/// <summary>A stretch of a stream's history.</summary>
/// <param name="Position">What the snapshot at its beginning stands for; 0 when there is none.</param>
/// <param name="End">Its last entry's position.</param>
/// <param name="Mark">See <see cref="JournalKeep.Mark"/>, as of its end.</param>
/// <param name="Bytes">Of its entries; 0 while it grows.</param>
/// <param name="ClosedAt">When the next snapshot was taken; null while it grows.</param>
public readonly record struct JournalSegment(long Position, long End, long Mark, long Bytes, DateTimeOffset? ClosedAt);
