using System.Text;
using Grains.Storage;

namespace Silo.Storage;

/// <summary>A query's statement: one text for each set of filters, so that few are ever prepared.</summary>
internal static class JobQuerySql
{
    /// <param name="columns">Of the table job, as the store reads them.</param>
    /// <param name="hasEnded">The store's words for jobs that ended, and <paramref name="isLive"/> for those that did not, as its partial indices have them.</param>
    public static (string Sql, object[] Values) Of(JobQuery query, JobContinuation? after, int limit, string columns, string hasEnded, string isLive)
    {
        var sql = new StringBuilder("SELECT ").Append(columns).Append(" FROM job WHERE 1 = 1");
        var values = new List<object>();
        Equal("tenant", query.Tenant?.Value);
        Equal("\"user\"", query.User); // a reserved word of PostgreSQL
        Equal("phase", query.Phase);
        Equal("name", query.Name);
        Equal("pool", query.Pool?.Value);
        Equal("parent", query.Parent?.Value);
        if (query.Whole)
            sql.Append(" AND parent IS NULL");
        // As a literal: only then may the indices of live jobs alone be used.
        if (query.Ended is { } ended)
            sql.Append(" AND ").Append(ended ? hasEnded : isLive);
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
