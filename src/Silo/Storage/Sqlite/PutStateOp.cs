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
        var stored = StoredState.Read(session, name, grain);
        if (stored?.ETag != etag)
            return Conflicts.State(Key, stored?.ETag, etag);

        var job = row?.Job.Value;
        if (stored is null)
            session.Execute("INSERT INTO grain_state (grain, name, version, job, body) VALUES ($1, $2, $3, $4, $5)", grain, name, version, job, body);
        else
            session.Execute("UPDATE grain_state SET version = $1, job = $2, body = $3 WHERE id = $4", version, job, body, stored.Id);
        if (row is not null)
            JobRows.Put(session, row);
        return null;
    }
}
