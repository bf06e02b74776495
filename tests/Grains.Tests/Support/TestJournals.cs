using Grains.Storage;
using Orleans.Storage;

namespace Grains.Tests.Support;

/// <summary>Journals in memory, with the next append made to fail before or after it is written.</summary>
internal sealed class TestJournals : IJournalStore
{
    private readonly Dictionary<string, Stream> _streams = [];

    /// <summary>Thrown by the next append, before anything is written.</summary>
    public Exception? FailBefore { get; set; }

    /// <summary>Thrown by the next append to this stream, before anything is written.</summary>
    public (string Stream, Exception Error)? FailBeforeOf { get; set; }

    /// <summary>Thrown by the next append, after it is written.</summary>
    public Exception? FailAfter { get; set; }

    public int Appends { get; private set; }

    public int Snapshots { get; private set; }

    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default)
    {
        var s = Of(stream);
        return Task.FromResult(new JournalContents(s.Snapshot, s.SnapshotPosition, [.. s.Entries]));
    }

    public async Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (FailBefore is { } before)
        {
            FailBefore = null;
            throw before;
        }

        if (FailBeforeOf is { } of && of.Stream == stream)
        {
            FailBeforeOf = null;
            throw of.Error;
        }

        var s = Of(stream);
        if (s.Position != expectedPosition)
            throw new InconsistentStateException($"{stream} is at {s.Position}, not {expectedPosition}");
        s.Entries.AddRange(entries.Select(e => e.ToArray()));
        Appends++;
        if (FailAfter is { } after)
        {
            FailAfter = null;
            throw after;
        }
    }

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default)
    {
        var s = Of(stream);
        s.History.AddRange(s.Entries.GetRange(0, (int)(position - s.SnapshotPosition)));
        s.Entries.RemoveRange(0, (int)(position - s.SnapshotPosition));
        (s.Snapshot, s.SnapshotPosition) = (snapshot.ToArray(), position);
        s.Snapshots[position] = s.Snapshot;
        Snapshots++;
        return Task.CompletedTask;
    }

    /// <summary>All is kept, for ever.</summary>
    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default)
    {
        var s = Of(stream);
        long[] bounds = [0, .. s.Snapshots.Keys.Where(p => p > 0), s.Position];
        return Task.FromResult<IReadOnlyList<JournalSegment>>([.. bounds.Zip(bounds.Skip(1), (from, to) => new JournalSegment(from, to, 0, 0, null))]);
    }

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default) =>
        Task.FromResult(Of(stream).Snapshots.GetValueOrDefault(position));

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<byte[]>>([.. Of(stream).History.Concat(Of(stream).Entries).Skip((int)after).Take(most)]);

    public long Position(string stream) => Of(stream).Position;

    private Stream Of(string name)
    {
        if (!_streams.TryGetValue(name, out var stream))
            _streams.Add(name, stream = new Stream());
        return stream;
    }

    private sealed class Stream
    {
        public byte[]? Snapshot { get; set; }

        public long SnapshotPosition { get; set; }

        public List<byte[]> Entries { get; } = [];

        public List<byte[]> History { get; } = [];

        public SortedDictionary<long, byte[]> Snapshots { get; } = [];

        public long Position => SnapshotPosition + Entries.Count;
    }
}
