using System.Text;
using Grains.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>A query's statement: one text for each set of filters, so that few are ever prepared.</summary>
internal static class JobQuerySql
{
    public static (string Sql, object?[] Values) Of(JobQuery query, JobContinuation? after, int limit)
    {
        var sql = new StringBuilder("SELECT ").Append(JobRows.Columns).Append(" FROM job WHERE 1");
        var values = new List<object?>();
        Equal("tenant", query.Tenant?.Value);
        Equal("user", query.User);
        Equal("phase", query.Phase);
        Equal("name", query.Name);
        Equal("pool", query.Pool?.Value);
        Equal("parent", query.Parent?.Value);
        if (query.Whole)
            sql.Append(" AND parent IS NULL");
        // As a literal: only then may SQLite use the indices of live jobs alone.
        if (query.Ended is { } ended)
            sql.Append(ended ? " AND ended = 1" : " AND ended = 0");
        if (after is { } place)
        {
            values.Add(place.SubmittedAt.UtcTicks);
            values.Add(place.Job.Value);
            sql.Append(" AND (submitted_at, job) < ($").Append(values.Count - 1).Append(", $").Append(values.Count).Append(')');
        }

        values.Add((long)limit);
        sql.Append(" ORDER BY submitted_at DESC, job DESC LIMIT $").Append(values.Count);
        return (sql.ToString(), [.. values]);

        void Equal(string column, string? value)
        {
            if (value is null)
                return;
            values.Add(value);
            sql.Append(" AND ").Append(column).Append(" = $").Append(values.Count);
        }
    }
}
