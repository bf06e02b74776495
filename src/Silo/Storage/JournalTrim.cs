using Grains.Storage;

namespace Silo.Storage;

/// <summary>What of a history is dropped: the same for every store.</summary>
internal static class JournalTrim
{
    /// <summary>Segments that one write drops at most; the rest follows with the next ones.</summary>
    private const int MostSegments = 16;

    /// <summary>How many of these segments, oldest first, are too old or too much.</summary>
    public static int Dropped(IReadOnlyList<(long Bytes, DateTimeOffset ClosedAt)> segments, JournalKeep keep)
    {
        var bytes = segments.Sum(s => s.Bytes);
        var dropped = 0;
        while (dropped < segments.Count && dropped < MostSegments && (bytes > keep.MaxBytes || keep.Now - segments[dropped].ClosedAt > keep.MaxAge))
            bytes -= segments[dropped++].Bytes;
        return dropped;
    }

    /// <summary>How many entries may go with a write that replaces so many: more than come, so that nothing piles up.</summary>
    public static long MostEntries(long replaced) => Math.Max(1000, 2 * replaced);
}
