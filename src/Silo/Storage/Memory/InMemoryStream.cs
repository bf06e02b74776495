namespace Silo.Storage.Memory;

/// <summary>One journal. Bytes are copied in and never changed, so they may be handed out.</summary>
internal sealed class InMemoryStream
{
    public byte[]? Snapshot { get; set; }

    public long SnapshotPosition { get; set; }

    public List<byte[]> Entries { get; } = [];

    /// <summary>What is kept of the past, oldest first.</summary>
    public List<InMemorySegment> History { get; } = [];

    public long Position => SnapshotPosition + Entries.Count;
}
