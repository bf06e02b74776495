using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Silo.Storage.Postgres;

/// <summary>
/// The writer's connection. Each transaction begins by naming the writer's generation and the batch's number. When an answer is lost, a new connection
/// raises the generation, which waits for a transaction that is still under way and shuts out one that has not arrived yet, and reads which batch was last.
/// </summary>
internal sealed class PostgresSession(NpgsqlDataSource source, ILogger logger) : IAsyncDisposable
{
    /// <summary>SQLSTATE of a batch of an older generation.</summary>
    public const string TooLate = "SC001";

    private const int VersionsInBlock = 1 << 20;

    private NpgsqlConnection? _connection;
    private Guid? _writer;
    private bool _unsettled;
    private long _generation;
    private long _batch;
    private long _nextVersion;
    private long _endOfVersions;

    /// <summary>Connected, settled, and with version numbers for so many writes.</summary>
    public async Task Ready(int writes)
    {
        if (_unsettled)
            await Settle();
        var connection = await Connection();
        if (_writer is null)
        {
            _writer = (Guid)await Scalar(connection, "INSERT INTO writer (id, generation, batch) VALUES (gen_random_uuid(), 1, 0) RETURNING id");
            (_generation, _batch) = (1, 0);
        }

        if (_endOfVersions - _nextVersion < writes)
        {
            _nextVersion = (long)await Scalar(connection, "SELECT nextval('version_block')") * VersionsInBlock;
            _endOfVersions = _nextVersion + VersionsInBlock;
        }
    }

    /// <summary>Returns when the batch is durable; each write then knows whether it was refused.</summary>
    public async Task Send(List<PostgresWrite> writes)
    {
        var connection = _connection!;
        _unsettled = true;
        try
        {
            if (writes is [{ IsAlone: true } alone])
                await SendAlone(connection, alone);
            else
                await SendTogether(connection, writes);
            _unsettled = false;
        }
        catch (PostgresException e) when (connection.FullState == System.Data.ConnectionState.Open && e.SqlState != TooLate)
        {
            // The server said no, and lives: nothing of it was kept.
            _unsettled = e.SqlState.StartsWith("57", StringComparison.Ordinal);
            throw;
        }
    }

    /// <summary>What became of the last batch: true when it is durable, false when it is not and never will be, null when nobody knows any more.</summary>
    public async Task<bool?> Settle()
    {
        Break();
        var connection = await Connection();
        await using var command = new NpgsqlCommand("UPDATE writer SET generation = generation + 1 WHERE id = $1 RETURNING generation, batch", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = _writer!.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            // The database was put back to a time before this writer, or somebody dropped its row.
            (_writer, _unsettled) = (null, false);
            return null;
        }

        var last = reader.GetInt64(1);
        var durable = last == _batch;
        (_generation, _batch, _unsettled) = (reader.GetInt64(0), last, false);
        logger.Recovered();
        return durable;
    }

    /// <summary>Gives the connection up, whatever it is doing.</summary>
    public void Break()
    {
        if (_connection is { } broken)
        {
            _connection = null;
            NpgsqlConnection.ClearPool(broken);
            broken.Dispose();
        }
    }

    /// <summary>Which write an error is about; null when it is about all.</summary>
    public static PostgresWrite? Culprit(PostgresException e, List<PostgresWrite> writes)
    {
        if (writes is [{ IsAlone: true } alone])
            return alone;
        return e.BatchCommand is { } failed ? writes.Find(w => ReferenceEquals(w.Sent, failed)) : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            if (_writer is { } writer && !_unsettled)
            {
                try
                {
                    await using var leave = new NpgsqlCommand("DELETE FROM writer WHERE id = $1", connection);
                    leave.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = writer });
                    await leave.ExecuteNonQueryAsync();
                }
                catch (NpgsqlException)
                {
                    // Then its row stays, which costs nothing.
                }
            }

            await connection.DisposeAsync();
        }
    }

    private async Task<NpgsqlConnection> Connection()
    {
        if (_connection is { FullState: System.Data.ConnectionState.Open } open)
            return open;
        Break();
        var connection = await source.OpenConnectionAsync();
        try
        {
            // "off" would answer before the disk has it.
            await using var safe = new NpgsqlCommand(
                "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'", connection);
            await safe.ExecuteNonQueryAsync();
            if (!await PostgresLock.Share(connection))
                throw new IOException("the store is being copied, and nobody else may use it");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    private async Task SendTogether(NpgsqlConnection connection, List<PostgresWrite> writes)
    {
        // Without a transaction of its own a batch is one: its statements travel together and end with one commit.
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Begin());
        var sent = new List<PostgresWrite>(writes.Count);
        foreach (var write in writes.Where(w => w.Failure is null))
        {
            batch.BatchCommands.Add(write.Statement(_nextVersion++)!);
            sent.Add(write);
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var write in sent)
        {
            if (!await reader.NextResultAsync() || !await reader.ReadAsync())
                throw new IOException("The database answered less than it was asked.");
            write.Answered(await reader.IsDBNullAsync(0) ? null : reader.GetInt64(0));
        }

        // The end of the last answer is the end of the transaction.
        while (await reader.NextResultAsync())
        {
        }
    }

    private async Task SendAlone(NpgsqlConnection connection, PostgresWrite write)
    {
        write.Statement(_nextVersion++);
        await using var transaction = await connection.BeginTransactionAsync();
        await using var begin = new NpgsqlBatch(connection, transaction);
        begin.BatchCommands.Add(Begin());
        await begin.ExecuteNonQueryAsync();
        await write.RunAlone(connection, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private NpgsqlBatchCommand Begin()
    {
        var begin = new NpgsqlBatchCommand("SELECT begin_batch($1, $2, $3)");
        begin.Parameters.Add(new NpgsqlParameter { Value = _writer!.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        begin.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _generation });
        begin.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ++_batch });
        return begin;
    }

    private static async Task<object> Scalar(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync())!;
    }
}
