using System.Runtime.InteropServices;
using Orleans.Storage;

namespace Silo.Storage.Sqlite;

internal sealed class AppendOp(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries) : WriteOp
{
    public override string Key => stream;

    public override long Bytes { get; } = entries.Sum(e => (long)e.Length);

    protected override InconsistentStateException? Write(SqliteSession session, long version)
    {
        var head = StreamHead.Read(session, stream);
        if (head.Position != expectedPosition)
            return Conflicts.Journal(stream, head.Position, expectedPosition);
        if (entries.Count == 0)
            return null;

        var id = head.MoveTo(session, stream, expectedPosition + entries.Count);
        for (var i = 0; i < entries.Count; i++)
            session.Execute("INSERT INTO journal_entry VALUES ($1, $2, $3)", id, expectedPosition + i + 1, ToArray(entries[i]));
        return null;
    }

    private static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();
}
