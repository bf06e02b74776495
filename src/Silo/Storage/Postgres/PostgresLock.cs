using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>
/// Who uses a schema: each silo's writing connection shares a lock, and who copies the whole store has it alone. PostgreSQL gives it back when the connection ends.
/// </summary>
internal sealed class PostgresLock : IAsyncDisposable
{
    // The first key only sets it apart from other programs', and from the lock of migrations.
    private const int Key = 1398160196;

    private readonly NpgsqlDataSource _source;

    private PostgresLock(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, Connection) = (source, connection);

    public NpgsqlConnection Connection { get; }

    /// <summary>Shares it; false while somebody has it alone.</summary>
    public static async Task<bool> Share(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock_shared({Key}, hashtext(current_schema()))", connection);
        return await command.ExecuteScalarAsync() is true;
    }

    /// <summary>Takes the lock alone, on a connection of its own; null while silos use the schema.</summary>
    public static async Task<PostgresLock?> Take(NpgsqlDataSource source)
    {
        var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Key}, hashtext(current_schema()))", connection);
        if (await command.ExecuteScalarAsync() is true)
            return new PostgresLock(source, connection);
        await connection.DisposeAsync();
        await source.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", Connection))
            await command.ExecuteNonQueryAsync();
        await Connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
