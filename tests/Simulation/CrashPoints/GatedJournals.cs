using Grains.Storage;

namespace Simulation.CrashPoints;

/// <summary>One silo's journals, behind the gate.</summary>
internal sealed class GatedJournals(IJournalStore store, WriteGate gate, SiloLife life) : IJournalStore
{
    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) => store.Read(stream, cancellationToken);

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default) =>
        gate.Pass(life, WriteNames.OfAppend(stream, entries), () => Done(store.Append(stream, expectedPosition, entries, cancellationToken)));

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken = default) =>
        gate.Pass(life, WriteNames.OfSnapshot(stream), () => Done(store.WriteSnapshot(stream, position, snapshot, cancellationToken)));

    private static async Task<bool> Done(Task write)
    {
        await write;
        return true;
    }
}
