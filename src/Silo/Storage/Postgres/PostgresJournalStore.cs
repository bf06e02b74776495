using Grains.Storage;

namespace Silo.Storage.Postgres;

/// <summary>Journals in PostgreSQL.</summary>
public sealed class PostgresJournalStore(PostgresDatabase database) : IJournalStore
{
    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) => database.Read(
        async (connection, token) =>
        {
            var head = await StreamHead.Read(connection, stream, token);
            if (head.Id is not { } id)
                return new JournalContents(null, 0, []);

            var snapshot = await PostgresHistory.Snapshot(connection, id, head.SnapshotPosition, token);
            var entries = await PostgresHistory.Entries(connection, id, head.SnapshotPosition, head.Position - head.SnapshotPosition, token);

            // A hole would shift every later entry's position: better no start than a wrong one.
            if (head.SnapshotPosition + entries.Count != head.Position)
            {
                throw new StorageException(
                    $"Stream {stream} should have {head.Position - head.SnapshotPosition} entries after its snapshot and has {entries.Count}: the database is damaged.");
            }

            return new JournalContents(snapshot, head.SnapshotPosition, entries);
        },
        cancellationToken);

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.Write(new AppendWrite(stream, expectedPosition, entries));
    }

    public Task WriteSnapshot(
        string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.Write(new SnapshotWrite(stream, position, snapshot.ToArray(), keep));
    }

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default) => database.Read<IReadOnlyList<JournalSegment>>(
        async (connection, token) =>
        {
            var head = await StreamHead.Read(connection, stream, token);
            return head.Id is { } id
                ? [.. await PostgresHistory.Segments(connection, id, token), new JournalSegment(head.SnapshotPosition, head.Position, 0, 0, null)]
                : [];
        },
        cancellationToken);

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default) => database.Read(
        async (connection, token) => (await StreamHead.Read(connection, stream, token)).Id is { } id
            ? await PostgresHistory.Snapshot(connection, id, position, token)
            : null,
        cancellationToken);

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default) =>
        database.Read<IReadOnlyList<byte[]>>(
            async (connection, token) => (await StreamHead.Read(connection, stream, token)).Id is { } id
                ? await PostgresHistory.Entries(connection, id, after, most, token)
                : [],
            cancellationToken);
}
