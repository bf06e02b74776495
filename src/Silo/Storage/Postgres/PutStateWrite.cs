using System.Globalization;
using Grains.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Silo.Storage.Postgres;

/// <param name="name">The state's name.</param>
/// <param name="grain">The grain's id.</param>
/// <param name="etag">Null: there must be no record.</param>
/// <param name="body">The encoded record; null deletes it. Nothing is left behind: versions are never given twice, so an old ETag fits no later record.</param>
/// <param name="row">Columns to find a job by; null for other records.</param>
internal sealed class PutStateWrite(string name, string grain, string? etag, byte[]? body, JobIndexRow? row) : PostgresWrite
{
    public override string Key => $"{name}/{grain}";

    public override long Bytes => body?.Length ?? 0;

    public override void Answered(long? found)
    {
        if (found is { } stored)
            Refusal = Conflicts.State(Key, stored == 0 ? null : stored.ToString(CultureInfo.InvariantCulture), etag);
    }

    protected override NpgsqlBatchCommand Prepare(long version)
    {
        // An ETag that no store of ours gave fits nothing.
        long? expected = etag is null ? null : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        if (body is null)
        {
            var clear = new NpgsqlBatchCommand("SELECT clear_state($1, $2, $3)");
            clear.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grain });
            clear.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            clear.Parameters.Add(Long(expected));
            return clear;
        }

        return Command(name, grain, expected, body, row, version);
    }

    /// <summary>The statement that stores a record, and the columns of a job.</summary>
    public static NpgsqlBatchCommand Command(string name, string grain, long? expected, byte[] body, JobIndexRow? row, long version)
    {
        var put = new NpgsqlBatchCommand(
            "SELECT put_state($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)");
        put.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grain });
        put.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        put.Parameters.Add(Long(expected));
        put.Parameters.Add(Long(version));
        put.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = body });
        foreach (var text in (string?[])[row?.Job.Value, row?.Name, row?.Tenant.Value, row?.User, row?.Quota.Value, row?.Pool.Value, row?.Phase])
            put.Parameters.Add(Text(text));
        put.Parameters.Add(Flag(row?.Ended));
        put.Parameters.Add(Number(row?.Attempt));
        put.Parameters.Add(Number(row?.Priority));
        put.Parameters.Add(Long(row?.GpuMilli));
        put.Parameters.Add(Number(row?.Workers));
        put.Parameters.Add(Long(row?.SubmittedAt.UtcTicks));
        put.Parameters.Add(Long(row?.ChangedAt.UtcTicks));
        put.Parameters.Add(Long(row?.WakeAt?.UtcTicks));
        put.Parameters.Add(Flag(row?.Held));
        put.Parameters.Add(Text(row?.Parent?.Value));
        put.Parameters.Add(Flag(row?.HasChildren));
        return put;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Long(long? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter Number(int? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter Flag(bool? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean };
}
