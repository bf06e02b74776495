using System.Runtime.CompilerServices;

namespace Silo.Transfer;

/// <summary>Copies a whole store: into a file, out of one, or straight into another.</summary>
internal static class StoreCopy
{
    private const int EntriesAtOnce = 1000;

    /// <summary>All that a store holds, in the order in which a target takes it.</summary>
    public static async IAsyncEnumerable<TransferItem> Items(IStoreContents source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in source.Records(cancellationToken))
            yield return new TransferItem.Record(record);
        await foreach (var stream in source.Streams(cancellationToken))
        {
            var history = await source.Journals.ListHistory(stream, cancellationToken);
            if (history.Count == 0)
                continue;
            yield return new TransferItem.StreamBegins(stream, history[0].Position, await source.Journals.ReadSnapshot(stream, history[0].Position, cancellationToken));
            foreach (var segment in history)
            {
                for (var position = segment.Position; position < segment.End;)
                {
                    var entries = await source.Journals.ReadEntries(stream, position, (int)Math.Min(EntriesAtOnce, segment.End - position), cancellationToken);
                    if (entries.Count == 0)
                        throw new TransferException($"Journal {stream} has no entries after {position}, and should have them up to {segment.End}: the store is damaged.");
                    position += entries.Count;
                    yield return new TransferItem.Entries(entries);
                }

                if (segment.ClosedAt is null)
                    continue;
                var snapshot = await source.Journals.ReadSnapshot(stream, segment.End, cancellationToken)
                    ?? throw new TransferException($"Journal {stream} has no snapshot of {segment.End}: the store is damaged.");
                yield return new TransferItem.SegmentCloses(segment, snapshot);
            }

            yield return new TransferItem.StreamEnds();
        }
    }

    /// <summary>Puts all items into the target and commits. A file's items end with its checksum, so nothing of a damaged one is committed.</summary>
    public static async Task<TransferCounts> Fill(IStoreTarget target, IAsyncEnumerable<TransferItem> items, CancellationToken cancellationToken)
    {
        var counts = TransferCounts.None;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            counts = counts.With(item);
            await (item switch
            {
                TransferItem.Record record => target.Put(record.Value),
                TransferItem.StreamBegins begins => target.BeginStream(begins.Stream, begins.Position, begins.Snapshot),
                TransferItem.Entries entries => target.AddEntries(entries.Values),
                TransferItem.SegmentCloses closes => target.CloseSegment(closes.Segment, closes.Snapshot),
                TransferItem.StreamEnds => target.EndStream(),
                _ => Task.CompletedTask,
            });
        }

        await target.Commit();
        return counts;
    }
}
