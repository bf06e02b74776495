using System.Globalization;
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
            await using var command = Command("SELECT holder, epoch, duration, renewed_at, born_at, version FROM lease WHERE name = $1", name);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken)
                ? new LeaseRow(
                    name, reader.GetString(0), reader.GetInt64(1), TimeSpan.FromTicks(reader.GetInt64(2)), new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero))
                {
                    Version = Version(reader, 4),
                    BornAt = new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero),
                }
                : null;
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"A lease cannot be read: {e.Message}", e);
        }
    }

    public async Task<string?> Write(LeaseRow row, string? ifVersion, CancellationToken cancellationToken)
    {
        const string insert =
            "INSERT INTO lease (name, holder, epoch, duration, renewed_at, version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT DO NOTHING RETURNING born_at, version";
        const string update =
            "UPDATE lease SET holder = $2, epoch = $3, duration = $4, renewed_at = $5, version = version + 1 WHERE name = $1 AND born_at = $6 AND version = $7 RETURNING born_at, version";
        try
        {
            object[] values = [row.Name, row.Holder, row.Epoch, row.Duration.Ticks, row.RenewedAt.UtcTicks];
            await using var command = ifVersion is { } version ? Command(update, [.. values, .. Parts(version)]) : Command(insert, values);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? Version(reader, 0) : null;
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"A lease cannot be written: {e.Message}", e, outcomeUnknown: true);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public void Dispose() => _source.Dispose();

    /// <summary>A row that was deleted and made again counts from 1 again, but was born at another time.</summary>
    private static string Version(NpgsqlDataReader reader, int at) => string.Create(CultureInfo.InvariantCulture, $"{reader.GetInt64(at)} {reader.GetInt64(at + 1)}");

    private static object[] Parts(string version) => [.. version.Split(' ').Select(part => (object)long.Parse(part, CultureInfo.InvariantCulture))];

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = _source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
