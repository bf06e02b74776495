namespace Grains.Storage;

/// <summary>
/// Append-only streams of records, one per journaled grain, with compare-and-set appends: the one journal contract
/// that every store implements. An append is answered only when it is durable.
/// </summary>
public interface IJournalStore
{
    /// <summary>The newest snapshot and every entry after it, in order. A stream never written is empty, at position 0.</summary>
    Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default);

    /// <summary>
    /// Appends after <paramref name="expectedPosition"/>, all entries or none. Appends to one stream must be durable in call order;
    /// several may be in flight, each expecting the position that the one before it will leave. A writer that can be replaced
    /// sends one at a time all the same, as <see cref="JournalWriter{TEntry,TSnapshot}"/> does: behind a refused append a later
    /// one may fit the position that the other writer has reached.
    /// </summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Another writer has moved the stream: this one is fenced off.</exception>
    Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the snapshot by one that stands for everything up to <paramref name="position"/>. Those entries, and the snapshot before, become
    /// the newest segment of the stream's history, and what is too old or too much is dropped: by and by, so that no write drops much more than
    /// it replaces. Without <paramref name="keep"/> nothing is kept.
    /// </summary>
    Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default);

    /// <summary>What is kept of the stream, oldest first, each segment beginning where the one before ends. The last is the one that still grows.</summary>
    Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default);

    /// <summary>The snapshot that stands for everything up to exactly <paramref name="position"/>; null when there is none, or it is no longer kept.</summary>
    Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default);

    /// <summary>
    /// Up to <paramref name="most"/> entries after a position, in order, kept or current. Fewer: the stream ends there. None although the stream is
    /// longer: they are no longer kept.
    /// </summary>
    Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default);
}

/// <param name="Snapshot">Null when none was written.</param>
/// <param name="SnapshotPosition">What the snapshot stands for: entries 1…this.</param>
/// <param name="Entries">Entries SnapshotPosition+1, +2, …</param>
public sealed record JournalContents(byte[]? Snapshot, long SnapshotPosition, IReadOnlyList<byte[]> Entries)
{
    /// <summary>The position of the last entry.</summary>
    public long Position => SnapshotPosition + Entries.Count;
}
