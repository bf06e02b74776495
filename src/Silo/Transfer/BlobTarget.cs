using Azure.Storage.Blobs.Models;
using Grains.Storage;
using Orleans.Storage;
using Silo.Storage.Blobs;

namespace Silo.Transfer;

/// <summary>
/// An empty container and table. There is no transaction over all of it: until everything is there a mark says so, and no silo starts on it.
/// </summary>
internal sealed class BlobTarget : IStoreTarget
{
    /// <summary>Records, not what writers and leaders leave there.</summary>
    private const string AnyJob = "RowKey ge 'r:' and RowKey lt 'r;'";

    private static readonly JournalKeep s_keepAll = new() { Now = DateTimeOffset.UnixEpoch, MaxAge = TimeSpan.MaxValue, MaxBytes = long.MaxValue };

    private readonly BlobDatabase _database;
    private readonly BlobGrainStorage _records;
    private readonly BlobJournalStore _journals;
    private readonly List<Task> _underWay = [];
    private string _stream = "";
    private long _position;

    private BlobTarget(BlobDatabase database) => (_database, _records, _journals) = (database, new BlobGrainStorage(database), new BlobJournalStore(database));

    public string Description => $"container {_database.Container.Name} of Azure Storage";

    /// <exception cref="TransferException">It holds something.</exception>
    public static async Task<BlobTarget> Open(BlobDatabase database)
    {
        if (await FirstFound(database) is { } found)
        {
            await database.DisposeAsync();
            throw new TransferException($"{found}: name another.");
        }

        await database.Unfinished.UploadAsync(BinaryData.FromString("An import into this container has begun."), overwrite: true);
        return new BlobTarget(database);
    }

    private static async Task<string?> FirstFound(BlobDatabase database)
    {
        await foreach (var blob in database.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, CancellationToken.None))
        {
            if (!BlobDatabase.IsOwn(blob.Name))
                return $"Container {database.Container.Name} holds data already ({blob.Name})";
        }

        await foreach (var row in database.Table.QueryAsync<Azure.Data.Tables.TableEntity>(AnyJob, maxPerPage: 1))
            return $"Table {database.Table.Name} holds data already ({row.PartitionKey}/{row.RowKey})";
        return null;
    }

    public async Task Put(StoredRecord record)
    {
        const int AtOnce = 64;
        if (_underWay.Count >= AtOnce)
            await Settle();
        _underWay.Add(_records.Restore(record.Name, GrainId.Parse(record.Grain), record.Body, record.Row));
    }

    public async Task BeginStream(string stream, long position, byte[]? snapshot)
    {
        await Settle();
        (_stream, _position) = (stream, position);
        if (position > 0 || snapshot is not null)
            await _database.Streams.Blobs(stream).Begin(position, snapshot);
    }

    public async Task AddEntries(IReadOnlyList<byte[]> entries)
    {
        await _journals.Append(_stream, _position, [.. entries.Select(e => (ReadOnlyMemory<byte>)e)]);
        _position += entries.Count;
    }

    public Task CloseSegment(JournalSegment segment, byte[] snapshot) => _journals.WriteSnapshot(
        _stream, segment.End, snapshot, s_keepAll with { Now = segment.ClosedAt!.Value, Mark = segment.Mark, Bytes = segment.Bytes });

    public Task EndStream() => Task.CompletedTask;

    public async Task Commit()
    {
        await Settle();
        await _database.Unfinished.DeleteAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task Settle()
    {
        await Task.WhenAll(_underWay);
        _underWay.Clear();
    }
}
