using Grains.Storage;
using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>Replaces a stream's snapshot, and keeps or drops what it replaces. It is rare.</summary>
internal sealed class SnapshotWrite(string stream, long position, byte[] snapshot, JournalKeep? keep) : PostgresWrite
{
    public override string Key => stream;

    public override long Bytes => snapshot.Length;

    public override bool IsAlone => true;

    public override void Answered(long? found) => throw new InvalidOperationException("a snapshot is written alone");

    public override async Task RunAlone(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var head = await StreamHead.Lock(connection, stream, cancellationToken);
        if (position > head.Position || position < head.SnapshotPosition)
        {
            Refusal = Conflicts.Snapshot(stream, head.Position, head.SnapshotPosition, position);
            return;
        }

        var id = head.Id ?? await Create(connection, cancellationToken);
        await Run("INSERT INTO journal_snapshot VALUES ($1, $2, $3) ON CONFLICT (stream, position) DO UPDATE SET body = excluded.body", id, position, snapshot);
        await Run("UPDATE journal_stream SET snapshot_position = $2 WHERE id = $1", id, position);
        if (keep is null)
        {
            await DropSegments(id, position);
            await Run("DELETE FROM journal_entry WHERE stream = $1 AND position <= $2", id, position);
            return;
        }

        var replaced = position - head.SnapshotPosition;
        if (replaced > 0)
            await Run("INSERT INTO journal_segment VALUES ($1, $2, $3, $4, $5, $6)", id, head.SnapshotPosition, position, keep.Mark, keep.Bytes, keep.Now.UtcTicks);
        await Trim(id, JournalTrim.MostEntries(replaced));

        Task<int> Run(string sql, params object[] values) => PostgresHistory.Execute(connection, sql, cancellationToken, values);

        async Task DropSegments(long of, long floor)
        {
            await Run("DELETE FROM journal_segment WHERE stream = $1 AND position < $2", of, floor);
            await Run("DELETE FROM journal_snapshot WHERE stream = $1 AND position < $2", of, floor);
        }

        async Task Trim(long of, long mostEntries)
        {
            var segments = await PostgresHistory.Segments(connection, of, cancellationToken);
            var dropped = JournalTrim.Dropped([.. segments.Select(s => (s.Bytes, s.ClosedAt!.Value))], keep);
            var floor = dropped > 0 ? segments[dropped - 1].End : segments.Count > 0 ? segments[0].Position : 0;
            if (dropped > 0)
                await DropSegments(of, floor);

            // Entries of segments that were dropped may be left over from writes before.
            if (await PostgresHistory.FirstEntry(connection, of, cancellationToken) is { } first && first <= floor)
                await Run("DELETE FROM journal_entry WHERE stream = $1 AND position <= $2", of, Math.Min(floor, first - 1 + mostEntries));
        }
    }

    protected override NpgsqlBatchCommand? Prepare(long version) => null;

    private async Task<long> Create(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var create = new NpgsqlCommand("INSERT INTO journal_stream (name, position) VALUES ($1, 0) RETURNING id", connection);
        create.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream });
        return (long)(await create.ExecuteScalarAsync(cancellationToken))!;
    }
}
