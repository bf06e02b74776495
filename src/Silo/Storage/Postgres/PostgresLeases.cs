using Grains.Storage;
using Npgsql;
using Silo.Clustering;

namespace Silo.Storage.Postgres;

/// <summary>Leases as rows with a version. Its connections are its own, and give up early: a holder would rather know that it does not know.</summary>
internal sealed class PostgresLeases(PostgresOptions options) : ILeaseTable, IAsyncDisposable, IDisposable
{
    private const int Connections = 2;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    private readonly NpgsqlDataSource _source = PostgresDatabase.Source(options, Connections, CallTimeout);

    public async Task<LeaseRow?> Read(string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Command("SELECT holder, epoch, duration, renewed_at, version FROM lease WHERE name = $1", name);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken)
                ? new LeaseRow(
                    name, reader.GetString(0), reader.GetInt64(1), TimeSpan.FromTicks(reader.GetInt64(2)), new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero),
                    reader.GetInt64(4))
                : null;
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"A lease cannot be read: {e.Message}", e);
        }
    }

    public async Task<long?> Write(LeaseRow row, long? ifVersion, CancellationToken cancellationToken)
    {
        const string insert =
            "INSERT INTO lease (name, holder, epoch, duration, renewed_at, version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT DO NOTHING RETURNING version";
        const string update =
            "UPDATE lease SET holder = $2, epoch = $3, duration = $4, renewed_at = $5, version = version + 1 WHERE name = $1 AND version = $6 RETURNING version";
        try
        {
            object[] values = [row.Name, row.Holder, row.Epoch, row.Duration.Ticks, row.RenewedAt.UtcTicks];
            await using var command = ifVersion is { } version ? Command(update, [.. values, version]) : Command(insert, values);
            return await command.ExecuteScalarAsync(cancellationToken) as long?;
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"A lease cannot be written: {e.Message}", e, outcomeUnknown: true);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public void Dispose() => _source.Dispose();

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = _source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
