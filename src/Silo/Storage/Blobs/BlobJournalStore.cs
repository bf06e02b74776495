using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>Journals in Azure Blob Storage: append blobs, block blobs with snapshots, and one small blob for each stream that says which of them count.</summary>
public sealed class BlobJournalStore(BlobDatabase database) : IJournalStore
{
    /// <summary>A block of an append blob has at most 100 MiB.</summary>
    private const long MostAppendBytes = 96L * 1024 * 1024;

    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var blobs = database.Streams.Blobs(stream);
        return BlobDatabase.Reading(blobs.Look<JournalContents>(
            async head =>
            {
                var snapshot = head.Snapshot is { } name ? await blobs.ReadSnapshot(name, cancellationToken) : null;
                if (head.Snapshot is not null && snapshot is null)
                    return null;
                var (entries, tail) = await blobs.ReadFrom(head.LogOf(head.SnapshotPosition), head.SnapshotPosition, long.MaxValue, cancellationToken);
                if (tail.Exists && head.SnapshotPosition + entries.Count != tail.Position)
                {
                    throw new StorageException(
                        $"Stream {stream} should have {tail.Position - head.SnapshotPosition} entries after its snapshot and has {entries.Count}: blobs of it are missing.");
                }

                database.Streams.Learn(stream, tail);
                return (new JournalContents(snapshot, head.SnapshotPosition, entries), tail.Exists);
            },
            cancellationToken));
    }

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Copied, because the caller may use its buffers again once this returns.
        var append = new StreamAppend(stream, expectedPosition, [.. entries.Select(e => (ReadOnlyMemory<byte>)e.ToArray())]);
        return append.Bytes + 8L * entries.Count > MostAppendBytes
            ? Task.FromException(new StorageException($"An append to {stream} has {append.Bytes} bytes; the limit is {MostAppendBytes}."))
            : Write(stream, append);
    }

    public Task WriteSnapshot(
        string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Write(stream, new StreamSnapshot(stream, position, snapshot.ToArray(), keep));
    }

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default)
    {
        var blobs = database.Streams.Blobs(stream);
        return BlobDatabase.Reading(blobs.Look<IReadOnlyList<JournalSegment>>(
            async head =>
            {
                var (_, tail) = await blobs.ReadFrom(head.LogOf(head.SnapshotPosition), head.SnapshotPosition, long.MaxValue, cancellationToken);
                IReadOnlyList<JournalSegment> segments =
                [
                    .. head.Segments.Select(s => new JournalSegment(s.Position, s.End, s.Mark, s.Bytes, new DateTimeOffset(s.ClosedAt, TimeSpan.Zero))),
                    .. tail.Exists || head.Snapshot is not null ? (JournalSegment[])[new JournalSegment(head.SnapshotPosition, tail.Position, 0, 0, null)] : [],
                ];
                return (segments, tail.Exists);
            },
            cancellationToken));
    }

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default)
    {
        var blobs = database.Streams.Blobs(stream);
        return BlobDatabase.Reading(blobs.Look<byte[]?>(
            async head =>
            {
                var name = position == head.SnapshotPosition ? head.Snapshot : head.Segments.FirstOrDefault(s => s.Position == position)?.Snapshot;
                return name is null ? (null, true) : await blobs.ReadSnapshot(name, cancellationToken) is { } found ? (found, true) : null;
            },
            cancellationToken));
    }

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default)
    {
        var blobs = database.Streams.Blobs(stream);
        return BlobDatabase.Reading(blobs.Look<IReadOnlyList<byte[]>>(
            async head =>
            {
                if (after < head.Floor)
                    return ([], true);
                var (entries, tail) = await blobs.ReadFrom(head.LogOf(after), after, most, cancellationToken);
                return ([.. entries.Take(most)], tail.Exists);
            },
            cancellationToken));
    }

    private Task Write(string stream, StreamWrite write) =>
        database.WhyNotWrite is { } why ? Task.FromException(why) : database.Streams.Writer(stream).Write(write);
}
