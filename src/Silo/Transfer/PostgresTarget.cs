using Grains.Storage;
using Npgsql;
using Silo.Storage.Postgres;

namespace Silo.Transfer;

/// <summary>An empty PostgreSQL schema, filled in one transaction, on the connection that holds the lock.</summary>
internal sealed class PostgresTarget : IStoreTarget
{
    private readonly PostgresLock _alone;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _schema;
    private long _version;
    private long _stream;
    private long _position;

    private PostgresTarget(PostgresLock alone, NpgsqlTransaction transaction, string schema) => (_alone, _transaction, _schema) = (alone, transaction, schema);

    public string Description => $"schema {_schema} of PostgreSQL";

    /// <exception cref="TransferException">It holds something.</exception>
    public static async Task<PostgresTarget> Open(PostgresLock alone, string schema)
    {
        var transaction = await alone.Connection.BeginTransactionAsync();
        var target = new PostgresTarget(alone, transaction, schema);
        if (await target.Scalar("SELECT EXISTS (SELECT 1 FROM grain_state) OR EXISTS (SELECT 1 FROM journal_stream)") is true)
        {
            await target.DisposeAsync();
            throw new TransferException($"Schema {schema} holds data already: name another.");
        }

        target._version = (long)(await target.Scalar("SELECT nextval('version_block')"))! << 20;
        return target;
    }

    public async Task Put(StoredRecord record)
    {
        // A block of numbers is a million: a large store needs several.
        if ((++_version & ((1 << 20) - 1)) == 0)
            _version = (long)(await Scalar("SELECT nextval('version_block')"))! << 20;
        var put = PutStateWrite.Command(record.Name, record.Grain, null, record.Body, record.Row, _version);
        await using var command = new NpgsqlCommand(put.CommandText, _alone.Connection, _transaction);
        command.Parameters.AddRange(put.Parameters.Select(p => p.Clone()).ToArray());
        if (await command.ExecuteScalarAsync() is long)
            throw new TransferException($"{record.Name}/{record.Grain} is there twice.");
    }

    public async Task BeginStream(string stream, long position, byte[]? snapshot)
    {
        _stream = (long)(await Scalar("INSERT INTO journal_stream (name, position, snapshot_position) VALUES ($1, $2, $2) RETURNING id", stream, position))!;
        _position = position;
        if (snapshot is not null)
            await Scalar("INSERT INTO journal_snapshot VALUES ($1, $2, $3)", _stream, position, snapshot);
    }

    public async Task AddEntries(IReadOnlyList<byte[]> entries)
    {
        await Scalar("INSERT INTO journal_entry SELECT $1, $2 + e.n, e.body FROM unnest($3) WITH ORDINALITY AS e (body, n)", _stream, _position, entries.ToArray());
        _position += entries.Count;
    }

    public async Task CloseSegment(JournalSegment segment, byte[] snapshot)
    {
        await Scalar(
            "INSERT INTO journal_segment VALUES ($1, $2, $3, $4, $5, $6)", _stream, segment.Position, segment.End, segment.Mark, segment.Bytes, segment.ClosedAt!.Value.UtcTicks);
        await Scalar("INSERT INTO journal_snapshot VALUES ($1, $2, $3)", _stream, segment.End, snapshot);
        await Scalar("UPDATE journal_stream SET snapshot_position = $1 WHERE id = $2", segment.End, _stream);
    }

    public Task EndStream() => Scalar("UPDATE journal_stream SET position = $1 WHERE id = $2", _position, _stream);

    public Task Commit() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _alone.DisposeAsync();
    }

    private async Task<object?> Scalar(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, _alone.Connection, _transaction);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }
}
