using Grains.Storage;

namespace Silo.Storage.Memory;

/// <summary>Journals on an <see cref="InMemoryMedium"/>.</summary>
public sealed class InMemoryJournalStore(InMemoryMedium medium, TimeProvider time, IStorageFaults? faults = null) : IJournalStore
{
    private readonly FaultGate _gate = new(medium, faults, time);

    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run(StorageOperation.ReadJournal, stream, () => medium.Streams.TryGetValue(stream, out var s)
            ? new JournalContents(s.Snapshot, s.SnapshotPosition, [.. s.Entries])
            : new JournalContents(null, 0, []));
    }

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run(StorageOperation.Append, stream, () =>
        {
            var s = Stream(stream);
            if (s.Position != expectedPosition)
                throw Conflicts.Journal(stream, s.Position, expectedPosition);
            s.Entries.AddRange(entries.Select(e => e.ToArray()));
            medium.Observer?.Appended(stream, s.Position, entries);
            return s.Position;
        });
    }

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run(StorageOperation.WriteSnapshot, stream, () =>
        {
            var s = Stream(stream);
            if (position > s.Position || position < s.SnapshotPosition)
                throw Conflicts.Snapshot(stream, s.Position, s.SnapshotPosition, position);
            s.Entries.RemoveRange(0, (int)(position - s.SnapshotPosition));
            s.Snapshot = snapshot.ToArray();
            s.SnapshotPosition = position;
            medium.Observer?.Snapshotted(stream, position, snapshot);
            return position;
        });
    }

    private InMemoryStream Stream(string name)
    {
        if (!medium.Streams.TryGetValue(name, out var stream))
            medium.Streams.Add(name, stream = new InMemoryStream());
        return stream;
    }
}
