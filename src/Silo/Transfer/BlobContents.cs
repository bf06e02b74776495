using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using Grains.Storage;
using Silo.Storage.Blobs;

namespace Silo.Transfer;

/// <summary>A container and its table as a source.</summary>
internal sealed class BlobContents(BlobDatabase database) : IStoreContents
{
    public string Description => $"container {database.Container.Name} of Azure Storage";

    public IJournalStore Journals { get; } = new BlobJournalStore(database);

    public async IAsyncEnumerable<StoredRecord> Records([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in database.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancellationToken))
        {
            if (PackageName(blob.Name) is not ({ } name, { } grain))
                continue;
            var content = await database.Container.GetBlobClient(blob.Name).DownloadContentAsync(cancellationToken);
            yield return new StoredRecord(name, grain, content.Value.Content.ToArray(), null);
        }

        foreach (var bucket in JobKeys.AllBuckets)
        {
            await foreach (var row in database.Table.QueryAsync<TableEntity>(JobKeys.Range(bucket, "r:"), null, ["Job"], cancellationToken))
            {
                var job = await database.Jobs.Find(row.GetString("Job"), cancellationToken) ?? throw new TransferException($"Job {row.GetString("Job")} went away while it was copied.");
                var slash = job.Key.IndexOf('/', StringComparison.Ordinal);
                yield return new StoredRecord(job.Key[..slash], job.Key[(slash + 1)..], job.Body, job.Row);
            }
        }
    }

    public async IAsyncEnumerable<string> Streams([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? last = null;
        await foreach (var blob in database.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, StreamBlobs.Root, cancellationToken))
        {
            // A stream's blobs stand together in a list.
            if (StreamBlobs.StreamOf(blob.Name) is { } stream && stream != last)
                yield return last = stream;
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>The package names a record's blob "state-type/key.json"; states of ours have no '-' in their names.</summary>
    private static (string? Name, string? Grain) PackageName(string blob)
    {
        const string Ending = ".json";
        var dash = blob.IndexOf('-', StringComparison.Ordinal);
        var slash = blob.IndexOf('/', StringComparison.Ordinal);
        return blob.EndsWith(Ending, StringComparison.Ordinal) && dash > 0 && slash > dash ? (blob[..dash], blob[(dash + 1)..^Ending.Length]) : (null, null);
    }
}
