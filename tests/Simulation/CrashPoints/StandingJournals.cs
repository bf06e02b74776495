using Grains.Storage;

namespace Simulation.CrashPoints;

/// <summary>Journals on a real disk; see <see cref="Standing"/>.</summary>
internal sealed class StandingJournals(IJournalStore store, Standing still) : IJournalStore
{
    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) => still.Read(() => store.Read(stream, cancellationToken));

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default) =>
        still.Write(() => store.Append(stream, expectedPosition, entries, cancellationToken));

    public JournalOptions Options => store.Options;

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default) =>
        still.Write(() => store.WriteSnapshot(stream, position, snapshot, keep, cancellationToken));

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default) =>
        still.Read(() => store.ListHistory(stream, cancellationToken));

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default) =>
        still.Read(() => store.ReadSnapshot(stream, position, cancellationToken));

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default) =>
        still.Read(() => store.ReadEntries(stream, after, most, cancellationToken));
}
