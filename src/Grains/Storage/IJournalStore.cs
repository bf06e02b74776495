namespace Grains.Storage;

/// <summary>
/// Append-only streams of records, one per journaled grain, with compare-and-set appends: the one journal contract
/// that every store implements. An append is answered only when it is durable.
/// </summary>
public interface IJournalStore
{
    /// <summary>When its journals ask for a snapshot.</summary>
    JournalOptions Options => JournalOptions.Default;

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

    /// <summary>Replaces the snapshot by one that stands for everything up to <paramref name="position"/>, and drops those entries.</summary>
    Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken = default);
}

/// <param name="Snapshot">Null when none was written.</param>
/// <param name="SnapshotPosition">What the snapshot stands for: entries 1…this.</param>
/// <param name="Entries">Entries SnapshotPosition+1, +2, …</param>
public sealed record JournalContents(byte[]? Snapshot, long SnapshotPosition, IReadOnlyList<byte[]> Entries)
{
    /// <summary>The position of the last entry.</summary>
    public long Position => SnapshotPosition + Entries.Count;
}
