using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>One write of a stream.</summary>
internal abstract class StreamWrite(string stream) : PendingWrite
{
    public override string Key => stream;

    /// <summary>Nothing was written, and this is why.</summary>
    public void Refuse(Orleans.Storage.InconsistentStateException refusal) => Refusal = refusal;
}

internal sealed class StreamAppend(string stream, long expected, IReadOnlyList<ReadOnlyMemory<byte>> entries) : StreamWrite(stream)
{
    public override long Bytes { get; } = entries.Sum(e => (long)e.Length);

    public long Expected => expected;

    public IReadOnlyList<ReadOnlyMemory<byte>> Entries => entries;
}

internal sealed class StreamSnapshot(string stream, long position, byte[] snapshot, JournalKeep? keep) : StreamWrite(stream)
{
    public override long Bytes => snapshot.Length;

    public long Position => position;

    public byte[] Snapshot => snapshot;

    public JournalKeep? Keep => keep;
}
