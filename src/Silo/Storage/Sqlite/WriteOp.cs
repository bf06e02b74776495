using Orleans.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>One write of the embedded database.</summary>
internal abstract class WriteOp : PendingWrite
{
    /// <summary>Checks, then writes, in the open transaction. May be repeated after a rollback.</summary>
    public void Apply(SqliteSession session, long version)
    {
        Version = version;
        Refusal = Write(session, version);
    }

    /// <summary>Null when written; otherwise nothing was changed and this is why.</summary>
    protected abstract InconsistentStateException? Write(SqliteSession session, long version);
}
