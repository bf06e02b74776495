using Azure;
using Azure.Storage.Blobs.Models;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>
/// One snapshot: its bytes under a name that nobody else has, and then the head, conditionally, which names it. Only that counts; what a crash leaves before it is
/// swept away by a later snapshot.
/// </summary>
internal sealed class SnapshotTurn(BlobDatabase database, StreamBlobs blobs, StreamSnapshot write, long started)
{
    private readonly string _name = StreamBlobs.SnapshotName(write.Position);
    private bool _isUploaded;

    public async Task Run(StreamWriter writer)
    {
        var tail = await writer.Tail(fresh: false);
        if (write.Position > tail.Position)
            tail = await writer.Tail(fresh: true);
        while (true)
        {
            var (head, etag) = await blobs.ReadHead(default);
            if (head.Snapshot == _name)
                return;
            if (write.Position > tail.Position || write.Position < head.SnapshotPosition)
            {
                write.Refuse(Conflicts.Snapshot(write.Key, tail.Position, head.SnapshotPosition, write.Position));
                return;
            }

            var next = head.With(write.Position, _name, write.Keep, tail.Logs);
            try
            {
                await Put(next, etag);
            }
            catch (RequestFailedException e) when (BlobErrors.IsConflict(e))
            {
                continue; // It is ours already, or another's: the head says.
            }
            catch (Exception e) when (BlobErrors.IsUnknown(e))
            {
                await WaitOrThrow(e);
                continue;
            }

            await Tidy(writer, next);
            return;
        }
    }

    private async Task Put(JournalHead head, ETag? etag)
    {
        if (!_isUploaded)
        {
            await blobs.Snapshot(_name).UploadAsync(BinaryData.FromBytes(write.Snapshot), overwrite: true);
            _isUploaded = true;
        }

        var conditions = etag is { } known ? new BlobRequestConditions { IfMatch = known } : new BlobRequestConditions { IfNoneMatch = ETag.All };
        await blobs.Head.UploadAsync(BinaryData.FromBytes(head.Encode()), new BlobUploadOptions { Conditions = conditions });
    }

    /// <summary>The snapshot is durable: what follows may fail, and is done again with the next.</summary>
    private async Task Tidy(StreamWriter writer, JournalHead head)
    {
        try
        {
            await writer.RollIfLong(started);
            await blobs.Sweep(head);
        }
        catch (Exception e) when (e is RequestFailedException or StorageException || BlobErrors.IsUnknown(e))
        {
            database.Logger.SweepFailed(e, write.Key);
        }
    }

    private async Task WaitOrThrow(Exception cause)
    {
        if (database.Time.GetElapsedTime(started) >= database.Options.ReconnectFor)
        {
            throw new StorageException(
                $"The snapshot of {write.Key} failed ({BlobDatabase.FirstLine(cause.Message)}): read again.", cause, outcomeUnknown: _isUploaded);
        }

        await Task.Delay(BlobDatabase.RetryEvery, database.Time);
    }
}
