using System.Globalization;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Silo.Storage.Postgres;

namespace Silo.Clustering;

/// <summary>
/// Which silos there are, in the tables cluster and cluster_member. Every change of the membership raises the cluster's version by compare-and-set;
/// signs of life do not. Its connections are its own: a store that is busy keeps nobody from staying a member.
/// </summary>
internal sealed class PostgresMembership : ISiloTable, IAsyncDisposable
{
    /// <summary>SQLSTATE of a change whose row is not as the caller believed.</summary>
    private const string RowChanged = "SC002";

    private const int Connections = 4;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    private const string Columns = "silo, status, name, host, gateway_port, suspects, started_at, alive_at, etag";

    private readonly NpgsqlDataSource _source;
    private readonly PostgresOptions _options;
    private readonly string _cluster;
    private readonly ILogger<PostgresMembership> _logger;

    public PostgresMembership(PostgresOptions options, string cluster, ILogger<PostgresMembership> logger)
    {
        (_options, _cluster, _logger) = (options, cluster, logger);
        _source = PostgresDatabase.Source(options, Connections, CallTimeout);
    }

    public static PostgresMembership Of(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SiloOptions>>().Value;
        return new PostgresMembership(options.Postgres, options.ClusterId, services.GetRequiredService<ILogger<PostgresMembership>>());
    }

    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        await using (var connection = await _source.OpenConnectionAsync())
            PostgresSchema.Migrate(connection, _options.Schema, _logger);
        if (tryInitTableVersion)
            await Run("INSERT INTO cluster (id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING", _cluster);
    }

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await Run("DELETE FROM cluster_member WHERE cluster = $1", clusterId);
        await Run("DELETE FROM cluster WHERE id = $1", clusterId);
    }

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Run(
        "DELETE FROM cluster_member WHERE cluster = $1 AND status = $2 AND greatest(alive_at, started_at) < $3",
        _cluster, (int)SiloStatus.Dead, beforeDate.UtcTicks);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Read(key);

    public Task<MembershipTableData> ReadAll() => Read(null);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Put(entry, null, tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        Put(entry, long.Parse(etag, CultureInfo.InvariantCulture), tableVersion);

    public Task UpdateIAmAlive(MembershipEntry entry) => Run(
        "UPDATE cluster_member SET alive_at = $3 WHERE cluster = $1 AND silo = $2",
        _cluster, entry.SiloAddress.ToParsableString(), MemberText.Ticks(entry.IAmAliveTime));

    public async Task<SiloStatus?> StatusOf(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Command("SELECT status FROM cluster_member WHERE cluster = $1 AND silo = $2", _cluster, silo.ToParsableString());
            return await command.ExecuteScalarAsync(cancellationToken) is int status ? (SiloStatus)status : null;
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"The membership cannot be read: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Version and rows are of one moment: they come from one statement.</summary>
    private async Task<MembershipTableData> Read(SiloAddress? only)
    {
        var sql = $"SELECT version, {Columns} FROM cluster LEFT JOIN cluster_member ON cluster = id{(only is null ? "" : " AND silo = $2")} WHERE id = $1";
        await using var command = only is null ? Command(sql, _cluster) : Command(sql, _cluster, only.ToParsableString());
        await using var reader = await command.ExecuteReaderAsync();
        List<Tuple<MembershipEntry, string>> members = [];
        var version = 0;
        while (await reader.ReadAsync())
        {
            version = reader.GetInt32(0);
            if (!await reader.IsDBNullAsync(1))
                members.Add(Tuple.Create(Entry(reader), reader.GetInt64(9).ToString(CultureInfo.InvariantCulture)));
        }

        return new MembershipTableData(members, new TableVersion(version, version.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>False: somebody changed the membership, or this row, since it was read.</summary>
    private async Task<bool> Put(MembershipEntry entry, long? etag, TableVersion version)
    {
        var expected = int.Parse(version.VersionEtag, CultureInfo.InvariantCulture);
        await using var command = Command(
            "SELECT put_member($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", _cluster, expected, version.Version, (object?)etag ?? DBNull.Value,
            entry.SiloAddress.ToParsableString(), (int)entry.Status, entry.SiloName ?? "", entry.HostName ?? "", entry.ProxyPort, MemberText.Suspects(entry),
            MemberText.Ticks(entry.StartTime), MemberText.Ticks(entry.IAmAliveTime));
        command.Parameters[3].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint;
        try
        {
            return await command.ExecuteScalarAsync() is true;
        }
        catch (PostgresException e) when (e.SqlState == RowChanged)
        {
            return false;
        }
    }

    private static MembershipEntry Entry(NpgsqlDataReader row) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(row.GetString(1)),
        Status = (SiloStatus)row.GetInt32(2),
        SiloName = row.GetString(3),
        HostName = row.GetString(4),
        ProxyPort = row.GetInt32(5),
        SuspectTimes = MemberText.Suspects(row.GetString(6)),
        StartTime = MemberText.Time(row.GetInt64(7)),
        IAmAliveTime = MemberText.Time(row.GetInt64(8)),
    };

    private async Task Run(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = _source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
