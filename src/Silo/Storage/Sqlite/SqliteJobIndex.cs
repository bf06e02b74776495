using System.Text.Json;
using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage.Sqlite;

/// <summary>Finds jobs in the embedded database, by the columns that their records' transactions wrote.</summary>
public sealed class SqliteJobIndex(SqliteDatabase database) : IJobIndex
{
    public Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default)
    {
        var limit = JobIndexLimits.Page(query.Limit);
        var (sql, values) = Statement(query, query.After is null ? null : JobContinuation.Parse(query.After), limit + 1);
        return database.Read(
            session =>
            {
                var rows = Rows(session, sql, values);
                // One row more than asked tells whether there is a next page.
                if (rows.Count <= limit)
                    return new JobPage(rows, null);
                rows.RemoveAt(limit);
                return new JobPage(rows, JobContinuation.Of(rows[^1]).ToString());
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default)
    {
        var ids = JsonSerializer.Serialize(jobs.Select(j => j.Value));
        return database.Read<IReadOnlyList<JobIndexRow>>(
            session => Rows(session, $"SELECT {JobRows.Columns} FROM job WHERE job IN (SELECT value FROM json_each($1)) ORDER BY job", ids),
            cancellationToken);
    }

    public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default)
    {
        var sql = includeEnded
            ? $"SELECT {JobRows.Columns} FROM job WHERE job > $1 ORDER BY job LIMIT $2"
            : $"SELECT {JobRows.Columns} FROM job WHERE job > $1 AND ended = 0 ORDER BY job LIMIT $2";
        return database.Read<IReadOnlyList<JobIndexRow>>(
            session => Rows(session, sql, after?.Value ?? "", (long)JobIndexLimits.Scan(limit)), cancellationToken);
    }

    public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        database.Read<IReadOnlyList<JobId>>(
            session =>
            {
                var due = new List<JobId>();
                using var reader = session.Query(
                    "SELECT job FROM job WHERE wake_at <= $1 ORDER BY wake_at, job LIMIT $2", now.UtcTicks, (long)JobIndexLimits.Scan(limit));
                while (reader.Read())
                    due.Add(new JobId(reader.GetString(0)));
                return due;
            },
            cancellationToken);

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) =>
        database.Read<IReadOnlyDictionary<TenantId, int>>(
            session =>
            {
                var counts = new Dictionary<TenantId, int>();
                using var reader = session.Query("SELECT tenant, count(*) FROM job WHERE ended = 0 GROUP BY tenant");
                while (reader.Read())
                    counts.Add(new TenantId(reader.GetString(0)), reader.GetInt32(1));
                return counts;
            },
            cancellationToken);

    internal static (string Sql, object[] Values) Statement(JobQuery query, JobContinuation? after, int limit) =>
        JobQuerySql.Of(query, after, limit, JobRows.Columns, "ended = 1", "ended = 0");

    private static List<JobIndexRow> Rows(SqliteSession session, string sql, params ReadOnlySpan<object?> values)
    {
        var rows = new List<JobIndexRow>();
        using var reader = session.Query(sql, values);
        while (reader.Read())
            rows.Add(JobRows.Read(reader));
        return rows;
    }
}
