using System.Text.Json;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>
/// A stream's small blob that is replaced, conditionally, with each snapshot: which snapshot counts, what of the past is kept, and which logs there are. A stream
/// without a snapshot has none.
/// </summary>
internal sealed record JournalHead
{
    public int Format { get; init; } = BlobDatabase.Format;

    public long SnapshotPosition { get; init; }

    /// <summary>The name of the snapshot's blob; null when there is none.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Kept of the past, oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; init; } = [];

    /// <summary>Positions that logs begin at, as far as was known; each log names the one after it.</summary>
    public IReadOnlyList<long> Logs { get; init; } = [0];

    /// <summary>Entries up to here are no longer kept.</summary>
    public long Floor => Segments.Count > 0 ? Segments[0].Position : SnapshotPosition;

    public static JournalHead Decode(ReadOnlySpan<byte> json, string stream)
    {
        var head = JsonSerializer.Deserialize<JournalHead>(json) ?? throw new StorageException($"The head of stream {stream} is damaged.");
        return head.Format == BlobDatabase.Format ? head : throw new StorageException($"Stream {stream} has format {head.Format}; this version reads {BlobDatabase.Format}.");
    }

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>The log that holds the entry after a position.</summary>
    public long LogOf(long position) => Logs.Where(l => l <= position).DefaultIfEmpty(Logs[0]).Max();

    /// <summary>A snapshot of <paramref name="position"/> takes the place of the one before.</summary>
    public JournalHead With(long position, string snapshot, JournalKeep? keep, IEnumerable<long> logs)
    {
        List<Segment> segments = [];
        if (keep is not null)
        {
            segments.AddRange(Segments);
            if (position > SnapshotPosition)
                segments.Add(new Segment(SnapshotPosition, position, keep.Mark, keep.Bytes, keep.Now.UtcTicks, Snapshot));
            segments.RemoveRange(0, JournalTrim.Dropped([.. segments.Select(s => (s.Bytes, new DateTimeOffset(s.ClosedAt, TimeSpan.Zero)))], keep));
        }

        var next = this with { SnapshotPosition = position, Snapshot = snapshot, Segments = segments };
        var all = Logs.Concat(logs).Distinct().Order().ToList();
        var first = all.FindLastIndex(l => l <= next.Floor);
        return next with { Logs = all[Math.Max(0, first)..] };
    }

    /// <param name="ClosedAt">UTC ticks.</param>
    internal sealed record Segment(long Position, long End, long Mark, long Bytes, long ClosedAt, string? Snapshot);
}
