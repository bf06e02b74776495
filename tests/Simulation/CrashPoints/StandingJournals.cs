using Grains.Storage;

namespace Simulation.CrashPoints;

/// <summary>Journals on a real disk; see <see cref="Standing"/>.</summary>
internal sealed class StandingJournals(IJournalStore store) : IJournalStore
{
    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) => Standing.Still(() => store.Read(stream, cancellationToken));

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default) =>
        Standing.Still(() => store.Append(stream, expectedPosition, entries, cancellationToken));

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken = default) =>
        Standing.Still(() => store.WriteSnapshot(stream, position, snapshot, cancellationToken));
}
