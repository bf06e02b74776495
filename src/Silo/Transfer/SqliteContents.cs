using System.Runtime.CompilerServices;
using Grains.Storage;
using Silo.Storage.Sqlite;

namespace Silo.Transfer;

/// <summary>The embedded database as a source: who has the folder's lock has it alone.</summary>
internal sealed class SqliteContents(SqliteDatabase database, string folder) : IStoreContents
{
    private const int Page = 500;

    public string Description => $"the folder {folder}";

    public IJournalStore Journals { get; } = new SqliteJournalStore(database);

    public async IAsyncEnumerable<StoredRecord> Records([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await database.Read(s => RecordsAfter(s, after), cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (_, record) in page)
                yield return record;
            after = page[^1].Id;
        }
    }

    public async IAsyncEnumerable<string> Streams([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (await database.Read(s => StreamsAfter(s, after), cancellationToken) is { Count: > 0 } page)
        {
            foreach (var stream in page)
                yield return stream;
            after = page[^1];
        }
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        return ValueTask.CompletedTask;
    }

    private static List<(long Id, StoredRecord Record)> RecordsAfter(SqliteSession session, long after)
    {
        List<(long Id, StoredRecord Record, string? Job)> found = [];
        using (var reader = session.Query("SELECT id, name, grain, body, job FROM grain_state WHERE id > $1 ORDER BY id LIMIT $2", after, (long)Page))
        {
            while (reader.Read())
                found.Add((reader.GetInt64(0), new StoredRecord(reader.GetString(1), reader.GetString(2), reader.GetBytes(3), null), reader.IsNull(4) ? null : reader.GetString(4)));
        }

        return [.. found.Select(f => (f.Id, f.Job is { } job ? f.Record with { Row = Row(session, job) } : f.Record))];
    }

    private static JobIndexRow Row(SqliteSession session, string job)
    {
        using var reader = session.Query($"SELECT {JobRows.Columns} FROM job WHERE job = $1", job);
        return reader.Read() ? JobRows.Read(reader) : throw new TransferException($"Job {job} has no columns: the store is damaged.");
    }

    private static List<string> StreamsAfter(SqliteSession session, string after)
    {
        List<string> names = [];
        using var reader = session.Query("SELECT name FROM journal_stream WHERE name > $1 ORDER BY name LIMIT $2", after, (long)Page);
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }
}
