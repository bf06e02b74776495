using System.Runtime.InteropServices;
using Npgsql;

namespace Silo.Storage.Postgres;

internal sealed class AppendWrite(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries) : PostgresWrite
{
    public override string Key => stream;

    public override long Bytes { get; } = entries.Sum(e => (long)e.Length);

    public override void Answered(long? found)
    {
        if (found is { } position)
            Refusal = Conflicts.Journal(stream, position, expectedPosition);
    }

    protected override NpgsqlBatchCommand Prepare(long version)
    {
        var append = new NpgsqlBatchCommand("SELECT append_journal($1, $2, $3)");
        append.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream });
        append.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expectedPosition });
        append.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. entries.Select(ToArray)] });
        return append;
    }

    private static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();
}
