using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Grains.Storage;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Blobs;

/// <summary>
/// The one writer of a stream in this process. All appends that wait go together as one block, appended only where this writer believes the log to end: the service
/// refuses it when another has written since. When an answer is lost, an empty block is appended at the same place; either that works, and the lost block
/// never will, or the place is taken, and what stands there says by whom.
/// </summary>
internal sealed class StreamWriter
{
    /// <summary>A log may have 50,000 blocks.</summary>
    private const int MostBlocks = 45_000;

    /// <summary>A snapshot begins a new log behind so much: an activation reads from the beginning of a log.</summary>
    private const int RollBytes = 4 * 1024 * 1024;

    private const int RollBlocks = 10_000;

    private readonly BlobDatabase _database;
    private readonly StreamBlobs _blobs;
    private readonly WriteQueue<StreamWrite> _queue;
    private readonly Task _loop;
    private StreamTail? _learned;
    private StreamTail? _tail;
    private long _batch;

    public StreamWriter(BlobDatabase database, StreamBlobs blobs)
    {
        (_database, _blobs) = (database, blobs);
        _queue = new WriteQueue<StreamWrite>(database.Commits, database.Instruments);
        _loop = Task.Run(Run);
    }

    public Task<long> Write(StreamWrite op) => _queue.Write(op);

    /// <summary>A reader came to this end of the stream.</summary>
    public void Learn(StreamTail tail) => Interlocked.Exchange(ref _learned, tail);

    public async Task Stop()
    {
        _queue.Close();
#pragma warning disable VSTHRD003 // Begun by this object, and awaited by nobody else.
        await _loop;
#pragma warning restore VSTHRD003
    }

    private async Task Run()
    {
        var taken = new List<StreamWrite>();
        while (await _queue.WaitAsync())
        {
            while (_queue.Take(taken) > 0 || taken.Count > 0)
            {
                // In order: a snapshot divides what can go together.
                for (var i = 0; i < taken.Count;)
                {
                    var together = taken[i] is StreamSnapshot ? 1 : taken.Skip(i).TakeWhile(w => w is StreamAppend).Count();
                    await Commit(taken.GetRange(i, together));
                    i += together;
                }
            }
        }
    }

    private async Task Commit(List<StreamWrite> batch)
    {
        var started = _database.Time.GetTimestamp();
        try
        {
            if (batch is [StreamSnapshot snapshot])
                await new SnapshotTurn(_database, _blobs, snapshot, started).Run(this);
            else
                await Append(batch, started);
            _queue.Complete(batch, batch.Sum(op => op.Bytes), _database.Time.GetElapsedTime(started));
        }
#pragma warning disable CA1031 // The loop must go on, and each caller must be answered.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _tail = null;
            _database.Logger.NotWritten(e, batch.Count);
            _queue.Fail(batch, e as StorageException ?? new StorageException($"The write failed: {BlobDatabase.FirstLine(e.Message)}", e, outcomeUnknown: true));
        }
    }

    /// <summary>The stream's end as this process knows it, or as it is now.</summary>
    public async Task<StreamTail> Tail(bool fresh)
    {
        if (Interlocked.Exchange(ref _learned, null) is { } learned && _tail?.IsBehind(learned) != false)
            _tail = learned;
        if (_tail is null)
        {
            _tail = await _blobs.Look<StreamTail>(
                async head =>
                {
                    var (_, tail) = await _blobs.ReadFrom(head.LogOf(head.SnapshotPosition), head.SnapshotPosition, long.MaxValue, default);
                    return (tail, tail.Exists);
                },
                default);
            return _tail;
        }

        if (fresh)
            await Refresh();
        return _tail;
    }

    private async Task Append(List<StreamWrite> batch, long started)
    {
        while (true)
        {
            var tail = await Tail(fresh: false);
            if (batch.Cast<StreamAppend>().Any(a => a.Expected > EndOf(batch, tail.Position)))
                tail = await Tail(fresh: true);
            var entries = Accept(batch, tail.Position);
            if (entries.Count == 0)
                return;
            if (tail.Blocks >= MostBlocks)
            {
                await Roll(started);
                continue;
            }

            _batch++;
            if (await Send(JournalFrameKind.Entries, entries, started))
                return;

            // Refused where nothing was written since: this is not the log that it was. The head says which is.
            if (_tail is { } now && now.Log == tail.Log && now.Offset == tail.Offset)
                _tail = null;
        }
    }

    /// <summary>Where the stream would end, if all were accepted that can be.</summary>
    private static long EndOf(List<StreamWrite> batch, long position) =>
        batch.Cast<StreamAppend>().Aggregate(position, (end, a) => a.Expected == end ? end + a.Entries.Count : end);

    private List<ReadOnlyMemory<byte>> Accept(List<StreamWrite> batch, long position)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        foreach (var append in batch.Cast<StreamAppend>())
        {
            if (append.IsRefused)
                continue;
            if (append.Expected != position)
            {
                append.Refuse(Conflicts.Journal(_blobs.Stream, position, append.Expected));
                continue;
            }

            entries.AddRange(append.Entries);
            position += append.Entries.Count;
        }

        return entries;
    }

    /// <summary>Ends the log, so that the next append begins another.</summary>
    public async Task Roll(long started)
    {
        var tail = await Tail(fresh: false);
        if (tail.Position == tail.Log || !tail.Exists)
            return;
        _batch++;
        if (await Send(JournalFrameKind.Seal, [], started))
            _tail = (_tail!.Log == tail.Log ? _tail.Sealed() : _tail);
    }

    public Task RollIfLong(long started) => _tail is { } tail && (tail.Offset > RollBytes || tail.Blocks > RollBlocks) ? Roll(started) : Task.CompletedTask;

    /// <summary>False: another writer was first, and the tail is where it came to.</summary>
    private async Task<bool> Send(JournalFrameKind kind, List<ReadOnlyMemory<byte>> entries, long started)
    {
        while (true)
        {
            var frame = JournalFrame.Encode(kind, _database.Writer, _batch, _tail!.Position, entries);
            try
            {
                await AppendBlock(frame);
                _tail = _tail!.After(entries.Count, frame.Length);
                return true;
            }
            catch (RequestFailedException e) when (BlobErrors.IsConflict(e) || BlobErrors.IsMissing(e))
            {
                return await Refresh();
            }
            catch (Exception e) when (BlobErrors.IsSurelyNotDone(e))
            {
                await WaitOrThrow(e, started, isUnknown: false);
            }
            catch (Exception e) when (BlobErrors.IsUnknown(e))
            {
                if (await Settle(e, started) is { } landed)
                    return landed;
            }
        }
    }

    /// <summary>What became of a block whose answer was lost: null when it never will be there, and may be sent again.</summary>
    private async Task<bool?> Settle(Exception cause, long started)
    {
        while (true)
        {
            var fence = JournalFrame.Encode(JournalFrameKind.Fence, _database.Writer, 0, _tail!.Position, []);
            try
            {
                await AppendBlock(fence);
                _tail = _tail!.After(0, fence.Length);
                return null;
            }
            catch (RequestFailedException e) when (BlobErrors.IsConflict(e) || BlobErrors.IsMissing(e))
            {
                var before = _tail!;
                if (await Refresh())
                {
                    _database.Logger.WrittenAllTheSame(cause, 1);
                    return true;
                }

                // Only fences of ours came in between: it can be sent again.
                return _tail!.Position == before.Position && _tail.Log == before.Log && _tail.Offset > before.Offset ? null : false;
            }
            catch (Exception e) when (BlobErrors.IsUnknown(e))
            {
                await WaitOrThrow(cause, started, isUnknown: true);
            }
        }
    }

    private async Task AppendBlock(byte[] frame)
    {
        var log = _blobs.Log(_tail!.Log);
        if (!_tail.Exists)
            await Make(log);
        using var content = new MemoryStream(frame, writable: false);
        await log.AppendBlockAsync(
            content, new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = _tail.Offset, IfMatch = _tail.Made } });
    }

    private async Task Make(AppendBlobClient log)
    {
        try
        {
            var made = await log.CreateAsync(new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } });
            _tail = _tail! with { Exists = true, Made = made.Value.ETag };
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e))
        {
            // Somebody has made it: the condition of the append says whether anybody wrote.
            _tail = _tail! with { Exists = true };
            return;
        }

        // A log that was swept away can be made again, by one who slept all that time; but the head that let it go is there for good.
        var (head, _) = await _blobs.ReadHead(default);
        if (_tail.Log < head.Logs[0])
        {
            await log.DeleteIfExistsAsync(conditions: new BlobRequestConditions { IfMatch = _tail.Made });
            throw new RequestFailedException(412, $"Log {log.Name} is long over.");
        }
    }

    /// <summary>Reads on from the tail to the stream's end. True when this writer's present batch was found there.</summary>
    private async Task<bool> Refresh()
    {
        var isOurs = false;
        while (true)
        {
            var (frames, next) = await _blobs.ReadLog(_tail!, default);
            isOurs |= frames.Any(f => f.Writer == _database.Writer && f.Batch == _batch && f.Kind != JournalFrameKind.Fence);
            var isEnd = next.Log == _tail!.Log;
            _tail = next;
            if (isEnd)
                return isOurs;
        }
    }

    private async Task WaitOrThrow(Exception cause, long started, bool isUnknown)
    {
        if (_database.Time.GetElapsedTime(started) >= _database.Options.ReconnectFor)
        {
            throw isUnknown
                ? new StorageException($"The append failed and its outcome cannot be read ({BlobDatabase.FirstLine(cause.Message)}): read again.", cause, outcomeUnknown: true)
                : new StorageException($"Nothing was written: Azure Storage cannot be reached ({BlobDatabase.FirstLine(cause.Message)}).", cause);
        }

        await Task.Delay(BlobDatabase.RetryEvery, _database.Time);
    }
}
