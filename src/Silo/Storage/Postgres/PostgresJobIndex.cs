using Grains.Storage;
using Npgsql;
using Scheduling.Model;

namespace Silo.Storage.Postgres;

/// <summary>Finds jobs in PostgreSQL, by the columns that their records' transactions wrote.</summary>
public sealed class PostgresJobIndex(PostgresDatabase database) : IJobIndex
{
    private const string Columns =
        "job, name, tenant, \"user\", quota, pool, phase, ended, attempt, priority, gpu_milli, workers, submitted_at, changed_at, wake_at, held, parent, has_children";

    public async Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default)
    {
        var limit = JobIndexLimits.Page(query.Limit);
        var (sql, values) = JobQuerySql.Of(query, query.After is null ? null : JobContinuation.Parse(query.After), limit + 1, Columns, "ended", "NOT ended");
        var rows = await Rows(sql, values, cancellationToken);

        // One row more than asked tells whether there is a next page.
        if (rows.Count <= limit)
            return new JobPage(rows, null);
        rows.RemoveAt(limit);
        return new JobPage(rows, JobContinuation.Of(rows[^1]).ToString());
    }

    public async Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default) =>
        await Rows($"SELECT {Columns} FROM job WHERE job = ANY ($1) ORDER BY job", [jobs.Select(j => j.Value).ToArray()], cancellationToken);

    public async Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) =>
        await Rows(
            $"SELECT {Columns} FROM job WHERE job > $1{(includeEnded ? "" : " AND NOT ended")} ORDER BY job LIMIT $2",
            [after?.Value ?? "", (long)JobIndexLimits.Scan(limit)],
            cancellationToken);

    public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) => Read<IReadOnlyList<JobId>>(
        "SELECT job FROM job WHERE wake_at <= $1 ORDER BY wake_at, job LIMIT $2",
        [now.UtcTicks, (long)JobIndexLimits.Scan(limit)],
        async (reader, token) =>
        {
            var due = new List<JobId>();
            while (await reader.ReadAsync(token))
                due.Add(new JobId(reader.GetString(0)));
            return due;
        },
        cancellationToken);

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) => Read<IReadOnlyDictionary<TenantId, int>>(
        "SELECT tenant, count(*) FROM job WHERE NOT ended GROUP BY tenant",
        [],
        async (reader, token) =>
        {
            var counts = new Dictionary<TenantId, int>();
            while (await reader.ReadAsync(token))
                counts.Add(new TenantId(reader.GetString(0)), checked((int)reader.GetInt64(1)));
            return counts;
        },
        cancellationToken);

    private Task<List<JobIndexRow>> Rows(string sql, object[] values, CancellationToken cancellationToken) => Read(
        sql,
        values,
        async (reader, token) =>
        {
            var rows = new List<JobIndexRow>();
            while (await reader.ReadAsync(token))
                rows.Add(Row(reader));
            return rows;
        },
        cancellationToken);

    private Task<T> Read<T>(string sql, object[] values, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            await using var reader = await command.ExecuteReaderAsync(token);
            return await read(reader, token);
        },
        cancellationToken);

    private static JobIndexRow Row(NpgsqlDataReader reader) => new()
    {
        Job = new JobId(reader.GetString(0)),
        Name = reader.GetString(1),
        Tenant = new TenantId(reader.GetString(2)),
        User = reader.GetString(3),
        Quota = new QuotaPath(reader.GetString(4)),
        Pool = new PoolId(reader.GetString(5)),
        Phase = reader.GetString(6),
        Ended = reader.GetBoolean(7),
        Attempt = reader.GetInt32(8),
        Priority = reader.GetInt32(9),
        GpuMilli = reader.GetInt64(10),
        Workers = reader.GetInt32(11),
        SubmittedAt = new DateTimeOffset(reader.GetInt64(12), TimeSpan.Zero),
        ChangedAt = new DateTimeOffset(reader.GetInt64(13), TimeSpan.Zero),
        WakeAt = reader.IsDBNull(14) ? null : new DateTimeOffset(reader.GetInt64(14), TimeSpan.Zero),
        Held = reader.GetBoolean(15),
        Parent = reader.IsDBNull(16) ? null : new JobId(reader.GetString(16)),
        HasChildren = reader.GetBoolean(17),
    };
}
