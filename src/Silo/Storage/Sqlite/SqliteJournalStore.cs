using System.Runtime.InteropServices;
using Grains.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>Journals in the embedded database.</summary>
public sealed class SqliteJournalStore(SqliteDatabase database) : IJournalStore
{
    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) =>
        database.Read(session => ReadNow(session, stream), cancellationToken);

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.Write(new AppendOp(stream, expectedPosition, entries));
    }

    public Task WriteSnapshot(
        string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.Write(new SnapshotOp(stream, position, Whole(snapshot), keep));
    }

    /// <summary>A snapshot has megabytes: one that fills its array is not copied. Who hands it over does not change it any more.</summary>
    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var part) && part.Count == part.Array!.Length ? part.Array : bytes.ToArray();

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default) => database.Read<IReadOnlyList<JournalSegment>>(
        session =>
        {
            var head = StreamHead.Read(session, stream);
            return head.Id is { } id ? [.. SqliteHistory.Segments(session, id), new JournalSegment(head.SnapshotPosition, head.Position, 0, 0, null)] : [];
        },
        cancellationToken);

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default) =>
        database.Read(session => StreamHead.Read(session, stream).Id is { } id ? SqliteHistory.Snapshot(session, id, position) : null, cancellationToken);

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default) =>
        database.Read<IReadOnlyList<byte[]>>(
            session => StreamHead.Read(session, stream).Id is { } id ? SqliteHistory.Entries(session, id, after, most) : [], cancellationToken);

    private static JournalContents ReadNow(SqliteSession session, string stream)
    {
        var head = StreamHead.Read(session, stream);
        if (head.Id is not { } id)
            return new JournalContents(null, 0, []);

        var snapshot = SqliteHistory.Snapshot(session, id, head.SnapshotPosition);
        var entries = SqliteHistory.Entries(session, id, head.SnapshotPosition, head.Position - head.SnapshotPosition);

        // A hole would shift every later entry's position: better no start than a wrong one.
        if (head.SnapshotPosition + entries.Count != head.Position)
        {
            throw new StorageException(
                $"Stream {stream} should have {head.Position - head.SnapshotPosition} entries after its snapshot and has {entries.Count}: the database is damaged.");
        }

        return new JournalContents(snapshot, head.SnapshotPosition, entries);
    }
}
