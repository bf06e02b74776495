using System.Diagnostics;
using System.Threading.Channels;
using Grains.Storage;

namespace Silo.Storage;

/// <summary>
/// Writes on their way to the one writer of a store, in the order of their callers' calls, whether or not these await each. The writer takes
/// all that wait, within limits, and makes them durable together: while it waits for the disk the next batch gathers.
/// </summary>
internal sealed class WriteQueue<TOp>(GroupCommitOptions options, StorageInstruments instruments) where TOp : PendingWrite
{
    private readonly Channel<TOp> _queue = Channel.CreateBounded<TOp>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });

    public Task<long> Write(TOp op) => StorageTrace.IsWanted ? WriteTraced(op) : Enqueue(op);

    private Task<long> Enqueue(TOp op)
    {
        if (op.Bytes > options.MaxRecordBytes)
            return Task.FromException<long>(new StorageException($"A write of {op.Key} has {op.Bytes} bytes; the limit is {options.MaxRecordBytes}."));
        instruments.OnEnqueued();
        return _queue.Writer.TryWrite(op) ? op.Completion : WriteWhenThereIsRoom(op);
    }

    /// <summary>Takes no more; what was taken is still to be written.</summary>
    public void Close() => _queue.Writer.TryComplete();

    /// <summary>False once it is closed and empty.</summary>
    public ValueTask<bool> WaitAsync() => _queue.Reader.WaitToReadAsync();

    /// <summary>All that wait and fit one transaction. Answers their bytes.</summary>
    public long Take(List<TOp> batch)
    {
        batch.Clear();
        var bytes = 0L;
        while (batch.Count < options.MaxOps && bytes < options.MaxBytes && _queue.Reader.TryRead(out var op))
        {
            batch.Add(op);
            bytes += op.Bytes;
        }

        instruments.OnDequeued(batch.Count);
        return bytes;
    }

    /// <summary>Answers the writes of a transaction that is durable.</summary>
    public void Complete(List<TOp> batch, long bytes, TimeSpan took)
    {
        instruments.OnCommitted(batch.Count, bytes, took);
        foreach (var op in batch)
        {
            op.Complete();
            if (op.IsRefused)
                instruments.OnConflict();
            else if (op.Failure is not null)
                instruments.OnFailed(1);
        }
    }

    /// <summary>Answers the writes of a transaction that failed.</summary>
    public void Fail(List<TOp> batch, Exception failure)
    {
        instruments.OnFailed(batch.Count);
        foreach (var op in batch)
            op.Fail(failure);
    }

    // Up to its first wait it runs before its caller goes on: order holds here too.
    private async Task<long> WriteTraced(TOp op)
    {
        using var span = StorageTrace.Begin(op);
        try
        {
            return await Enqueue(op);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }

    // The channel serves waiting writers in order, and TryWrite fails while one waits: order holds here too.
    private async Task<long> WriteWhenThereIsRoom(TOp op)
    {
        try
        {
            await _queue.Writer.WriteAsync(op);
        }
        catch (ChannelClosedException e)
        {
            instruments.OnDequeued(1);
            throw new StorageException("The storage is shut down.", e);
        }

        return await op.Completion;
    }
}
