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
            return s.Position;
        });
    }

    public Task WriteSnapshot(
        string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run(StorageOperation.WriteSnapshot, stream, () =>
        {
            var s = Stream(stream);
            if (position > s.Position || position < s.SnapshotPosition)
                throw Conflicts.Snapshot(stream, s.Position, s.SnapshotPosition, position);
            Keep(s, position, keep);
            s.Entries.RemoveRange(0, (int)(position - s.SnapshotPosition));
            s.Snapshot = snapshot.ToArray();
            s.SnapshotPosition = position;
            return position;
        });
    }

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run<IReadOnlyList<JournalSegment>>(StorageOperation.ReadHistory, stream, () => !medium.Streams.TryGetValue(stream, out var s) ? [] :
        [
            .. s.History.Select(h => new JournalSegment(h.Position, h.End, h.Mark, h.Bytes, h.ClosedAt)),
            new JournalSegment(s.SnapshotPosition, s.Position, 0, 0, null),
        ]);
    }

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run(StorageOperation.ReadHistory, stream, () => !medium.Streams.TryGetValue(stream, out var s) ? null
            : s.SnapshotPosition == position ? s.Snapshot : s.History.Find(h => h.Position == position)?.Snapshot);
    }

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _gate.Run<IReadOnlyList<byte[]>>(StorageOperation.ReadHistory, stream, () =>
        {
            if (!medium.Streams.TryGetValue(stream, out var s) || after < (s.History.Count > 0 ? s.History[0].Position : s.SnapshotPosition))
                return [];
            var kept = s.History.SkipWhile(h => h.End <= after).SelectMany(h => h.Entries.Skip((int)Math.Max(0, after - h.Position)));
            return [.. kept.Concat(s.Entries.Skip((int)Math.Max(0, after - s.SnapshotPosition))).Take(most)];
        });
    }

    private static void Keep(InMemoryStream stream, long position, JournalKeep? keep)
    {
        if (keep is null)
        {
            stream.History.Clear();
            return;
        }

        var entries = stream.Entries.GetRange(0, (int)(position - stream.SnapshotPosition));
        if (entries.Count > 0)
            stream.History.Add(new InMemorySegment(stream.SnapshotPosition, stream.Snapshot, entries, keep.Mark, keep.Bytes, keep.Now));
        var dropped = JournalTrim.Dropped([.. stream.History.Select(h => (h.Bytes, h.ClosedAt))], keep);
        stream.History.RemoveRange(0, dropped);
    }

    private InMemoryStream Stream(string name)
    {
        if (!medium.Streams.TryGetValue(name, out var stream))
            medium.Streams.Add(name, stream = new InMemoryStream());
        return stream;
    }
}
