using Orleans.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>
/// Deletes a record. Nothing is left behind: versions are never given twice, so an old ETag fits no later record of that grain.
/// </summary>
internal sealed class ClearStateOp(string name, string grain, string? etag) : WriteOp
{
    public override string Key => $"{name}/{grain}";

    public override long Bytes => 0;

    protected override InconsistentStateException? Write(SqliteSession session, long version)
    {
        var stored = StoredState.Read(session, name, grain);
        if (stored?.ETag != etag)
            return Conflicts.State(Key, stored?.ETag, etag);
        if (stored is null)
            return null;

        if (stored.Job is not null)
            session.Execute("DELETE FROM job WHERE job = $1", stored.Job);
        session.Execute("DELETE FROM grain_state WHERE id = $1", stored.Id);
        return null;
    }
}
