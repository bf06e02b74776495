using System.Runtime.CompilerServices;
using Grains.Storage;
using Npgsql;
using Scheduling.Model;
using Silo.Storage.Postgres;

namespace Silo.Transfer;

/// <summary>A PostgreSQL schema as a source; the lock that is held with it keeps silos away.</summary>
internal sealed class PostgresContents(PostgresDatabase database, PostgresLock alone, string schema) : IStoreContents
{
    private const int Page = 500;

    public string Description => $"schema {schema} of PostgreSQL";

    public IJournalStore Journals { get; } = new PostgresJournalStore(database);

    public async IAsyncEnumerable<StoredRecord> Records([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var index = new PostgresJobIndex(database);
        var (grain, name) = ("", "");
        while (await Rows(
            "SELECT grain, name, body, job FROM grain_state WHERE (grain, name) > ($1, $2) ORDER BY grain, name LIMIT $3", [grain, name, (long)Page],
            r => (Record: new StoredRecord(r.GetString(1), r.GetString(0), r.GetFieldValue<byte[]>(2), null), Job: r.IsDBNull(3) ? null : r.GetString(3)),
            cancellationToken) is { Count: > 0 } page)
        {
            var rows = (await index.Get([.. page.Select(p => p.Job).OfType<string>().Select(j => new JobId(j))], cancellationToken)).ToDictionary(r => r.Job.Value);
            foreach (var (record, job) in page)
            {
                yield return job is null ? record
                    : record with { Row = rows.GetValueOrDefault(job) ?? throw new TransferException($"Job {job} has no columns: the store is damaged.") };
            }

            (grain, name) = (page[^1].Record.Grain, page[^1].Record.Name);
        }
    }

    public async IAsyncEnumerable<string> Streams([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (await Rows("SELECT name FROM journal_stream WHERE name > $1 ORDER BY name LIMIT $2", [after, (long)Page], r => r.GetString(0), cancellationToken) is { Count: > 0 } page)
        {
            foreach (var stream in page)
                yield return stream;
            after = page[^1];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await alone.DisposeAsync();
    }

    private Task<List<T>> Rows<T>(string sql, object[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<T>();
            while (await reader.ReadAsync(token))
                rows.Add(read(reader));
            return rows;
        },
        cancellationToken);
}
