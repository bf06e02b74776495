using Silo.Storage.Sqlite;

namespace Benchmarks.Storage;

/// <summary>A stream for each lane, 200 bytes an append.</summary>
internal sealed class Appends(SqliteDatabase database, string name, int lanes)
{
    private static readonly ReadOnlyMemory<byte>[] Entry = [new byte[200]];

    private readonly SqliteJournalStore _journals = new(database);
    private readonly long[] _positions = new long[lanes];

    public Task Next(int lane) => _journals.Append($"{name}/{lane}", _positions[lane]++, Entry);
}
