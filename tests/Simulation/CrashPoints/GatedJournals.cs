using Grains.Storage;

namespace Simulation.CrashPoints;

/// <summary>One silo's journals, behind the gate.</summary>
internal sealed class GatedJournals(IJournalStore store, WriteGate gate, SiloLife life) : IJournalStore
{
    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) => store.Read(stream, cancellationToken);

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default) =>
        gate.Pass(life, WriteNames.OfAppend(stream, entries), () => Done(store.Append(stream, expectedPosition, entries, cancellationToken)));

    public JournalOptions Options => store.Options;

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default) =>
        gate.Pass(life, WriteNames.OfSnapshot(stream), () => Done(store.WriteSnapshot(stream, position, snapshot, keep, cancellationToken)));

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default) => store.ListHistory(stream, cancellationToken);

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default) => store.ReadSnapshot(stream, position, cancellationToken);

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default) =>
        store.ReadEntries(stream, after, most, cancellationToken);

    private static async Task<bool> Done(Task write)
    {
        await write;
        return true;
    }
}
