namespace Silo.Storage.Memory;

/// <summary>What a snapshot replaced: the snapshot before it, and the entries between.</summary>
internal sealed record InMemorySegment(long Position, byte[]? Snapshot, IReadOnlyList<byte[]> Entries, long Mark, long Bytes, DateTimeOffset ClosedAt)
{
    public long End => Position + Entries.Count;
}
