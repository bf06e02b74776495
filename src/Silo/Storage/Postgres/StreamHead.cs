using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>Where a stream stands. An <paramref name="Id"/> of null: it was never written.</summary>
internal readonly record struct StreamHead(long? Id, long Position, long SnapshotPosition)
{
    public static Task<StreamHead> Read(NpgsqlConnection connection, string stream, CancellationToken cancellationToken) =>
        Read(connection, "SELECT id, position, snapshot_position FROM journal_stream WHERE name = $1", stream, cancellationToken);

    /// <summary>Nobody moves it before the transaction ends.</summary>
    public static Task<StreamHead> Lock(NpgsqlConnection connection, string stream, CancellationToken cancellationToken) =>
        Read(connection, "SELECT id, position, snapshot_position FROM journal_stream WHERE name = $1 FOR UPDATE", stream, cancellationToken);

    private static async Task<StreamHead> Read(NpgsqlConnection connection, string sql, string stream, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new StreamHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default;
    }
}
