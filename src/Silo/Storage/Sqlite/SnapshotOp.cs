using Grains.Storage;
using Orleans.Storage;

namespace Silo.Storage.Sqlite;

internal sealed class SnapshotOp(string stream, long position, byte[] snapshot, JournalKeep? keep) : WriteOp
{
    public override string Key => stream;

    public override long Bytes => snapshot.Length;

    protected override InconsistentStateException? Write(SqliteSession session, long version)
    {
        var head = StreamHead.Read(session, stream);
        if (position > head.Position || position < head.SnapshotPosition)
            return Conflicts.Snapshot(stream, head.Position, head.SnapshotPosition, position);

        var id = head.MoveTo(session, stream, head.Position);
        session.Execute("INSERT INTO journal_snapshot VALUES ($1, $2, $3) ON CONFLICT (stream, position) DO UPDATE SET body = excluded.body", id, position, snapshot);
        session.Execute("UPDATE journal_stream SET snapshot_position = $1 WHERE id = $2", position, id);
        if (keep is null)
        {
            DropSegments(session, id, position);
            session.Execute("DELETE FROM journal_entry WHERE stream = $1 AND position <= $2", id, position);
        }
        else
        {
            var replaced = position - head.SnapshotPosition;
            if (replaced > 0)
            {
                session.Execute(
                    "INSERT INTO journal_segment VALUES ($1, $2, $3, $4, $5, $6)", id, head.SnapshotPosition, position, keep.Mark, keep.Bytes, keep.Now.UtcTicks);
            }

            Trim(session, id, keep, JournalTrim.MostEntries(replaced));
        }

        return null;
    }

    private static void Trim(SqliteSession session, long id, JournalKeep keep, long mostEntries)
    {
        var segments = SqliteHistory.Segments(session, id);
        var dropped = JournalTrim.Dropped([.. segments.Select(s => (s.Bytes, s.ClosedAt!.Value))], keep);
        var floor = dropped > 0 ? segments[dropped - 1].End : segments.Count > 0 ? segments[0].Position : 0;
        if (dropped > 0)
            DropSegments(session, id, floor);

        // Entries of segments that were dropped may be left over from writes before.
        if (session.Number("SELECT min(position) FROM journal_entry WHERE stream = $1", id) is { } first && first <= floor)
            session.Execute("DELETE FROM journal_entry WHERE stream = $1 AND position <= $2", id, Math.Min(floor, first - 1 + mostEntries));
    }

    private static void DropSegments(SqliteSession session, long id, long floor)
    {
        session.Execute("DELETE FROM journal_segment WHERE stream = $1 AND position < $2", id, floor);
        session.Execute("DELETE FROM journal_snapshot WHERE stream = $1 AND position < $2", id, floor);
    }
}
