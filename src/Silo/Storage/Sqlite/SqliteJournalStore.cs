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

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.Write(new SnapshotOp(stream, position, snapshot.ToArray()));
    }

    private static JournalContents ReadNow(SqliteSession session, string stream)
    {
        var head = StreamHead.Read(session, stream);
        if (head.Id is not { } id)
            return new JournalContents(null, 0, []);

        byte[]? snapshot = null;
        using (var reader = session.Query("SELECT body FROM journal_snapshot WHERE stream = $1", id))
        {
            if (reader.Read())
                snapshot = (byte[])reader.GetValue(0);
        }

        var entries = new List<byte[]>();
        using (var reader = session.Query("SELECT body FROM journal_entry WHERE stream = $1 ORDER BY position", id))
        {
            while (reader.Read())
                entries.Add((byte[])reader.GetValue(0));
        }

        // A hole would shift every later entry's position: better no start than a wrong one.
        if (head.SnapshotPosition + entries.Count != head.Position)
        {
            throw new StorageException(
                $"Stream {stream} should have {head.Position - head.SnapshotPosition} entries after its snapshot and has {entries.Count}: the database is damaged.");
        }

        return new JournalContents(snapshot, head.SnapshotPosition, entries);
    }
}
