using Grains.Storage;
using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>Looks into what is kept of a journal's past.</summary>
internal static class PostgresHistory
{
    /// <summary>Of a stream, oldest first, without the segment that still grows.</summary>
    public static async Task<List<JournalSegment>> Segments(NpgsqlConnection connection, long stream, CancellationToken cancellationToken)
    {
        List<JournalSegment> segments = [];
        await using var command = Command(connection, "SELECT position, ended, mark, bytes, closed_at FROM journal_segment WHERE stream = $1 ORDER BY position", stream);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            segments.Add(new JournalSegment(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero)));
        }

        return segments;
    }

    public static async Task<byte[]?> Snapshot(NpgsqlConnection connection, long stream, long position, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT body FROM journal_snapshot WHERE stream = $1 AND position = $2", stream, position);
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    public static async Task<long?> FirstEntry(NpgsqlConnection connection, long stream, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT min(position) FROM journal_entry WHERE stream = $1", stream);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    /// <summary>Entries after a position, in order; none when the first of them is no longer kept.</summary>
    public static async Task<List<byte[]>> Entries(NpgsqlConnection connection, long stream, long after, long most, CancellationToken cancellationToken)
    {
        List<byte[]> entries = [];
        await using var command = Command(
            connection, "SELECT position, body FROM journal_entry WHERE stream = $1 AND position > $2 AND position <= $3 ORDER BY position", stream, after, after + most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // Behind a hole nothing has its place: what was dropped may be half gone.
            if (reader.GetInt64(0) != after + entries.Count + 1)
                return [];
            entries.Add(reader.GetFieldValue<byte[]>(1));
        }

        return entries;
    }

    public static async Task<int> Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
