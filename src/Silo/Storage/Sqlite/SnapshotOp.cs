using Orleans.Storage;

namespace Silo.Storage.Sqlite;

internal sealed class SnapshotOp(string stream, long position, byte[] snapshot) : WriteOp
{
    public override string Key => stream;

    public override long Bytes => snapshot.Length;

    protected override InconsistentStateException? Write(SqliteSession session, long version)
    {
        var head = StreamHead.Read(session, stream);
        if (position > head.Position || position < head.SnapshotPosition)
            return Conflicts.Snapshot(stream, head.Position, head.SnapshotPosition, position);

        var id = head.MoveTo(session, stream, head.Position);
        session.Execute("INSERT INTO journal_snapshot VALUES ($1, $2) ON CONFLICT (stream) DO UPDATE SET body = excluded.body", id, snapshot);
        session.Execute("UPDATE journal_stream SET snapshot_position = $1 WHERE id = $2", position, id);
        session.Execute("DELETE FROM journal_entry WHERE stream = $1 AND position <= $2", id, position);
        return null;
    }
}
