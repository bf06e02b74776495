using System.Globalization;
using Grains.Storage;
using Orleans.Storage;

namespace Silo.Storage.Sqlite;

/// <param name="name">The state's name.</param>
/// <param name="grain">The grain's id.</param>
/// <param name="etag">Null: there must be no record.</param>
/// <param name="body">The encoded record.</param>
/// <param name="row">Columns to find a job by; null for other records.</param>
internal sealed class PutStateOp(string name, string grain, string? etag, byte[] body, JobIndexRow? row) : WriteOp
{
    public override string Key => $"{name}/{grain}";

    public override long Bytes => body.Length;

    protected override InconsistentStateException? Write(SqliteSession session, long version)
    {
        // The condition is in the write itself: only a refusal is worth a look at what is there.
        var job = row?.Job.Value;
        var isWritten = etag is null
            ? session.Execute("INSERT INTO grain_state (grain, name, version, job, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (grain, name) DO NOTHING", grain, name, version, job, body)
            : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var known)
                ? session.Execute("UPDATE grain_state SET version = $1, job = $2, body = $3 WHERE grain = $4 AND name = $5 AND version = $6", version, job, body, grain, name, known)
                : 0;
        if (isWritten == 0)
            return Conflicts.State(Key, StoredState.Read(session, name, grain)?.ETag, etag);
        if (row is not null)
            JobRows.Put(session, row, isNew: etag is null);
        return null;
    }
}
