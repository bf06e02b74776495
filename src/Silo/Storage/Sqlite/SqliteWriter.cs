using System.Threading.Channels;
using Grains.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Sqlite;

/// <summary>
/// The one writer: a thread that takes what waits in the queue, applies it in order in one transaction, and answers everybody
/// after one fsync. While it waits for the disk the next batch gathers, so it never waits for company.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>
    /// Pages of 4 KiB in the log before they are moved into the database: 64 MiB. Fewer would write hot pages into the database
    /// again and again; more would make reads, and the start after a crash, slower.
    /// </summary>
    private const int CheckpointPages = 16384;

    private readonly SqliteTransactions _transactions;
    private readonly SqliteSession _session;
    private readonly GroupCommitOptions _options;
    private readonly StorageInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<WriteOp> _queue;
    private readonly List<WriteOp> _batch = [];
    private readonly Thread _thread;
    private long _batchBytes;
    private int _pagesInLog;

    public SqliteWriter(
        SqliteSession session, GroupCommitOptions options, StorageInstruments instruments, TimeProvider time, ILogger logger, IStorageFaults? faults)
    {
        _transactions = new SqliteTransactions(session, logger, faults);
        _session = session;
        _options = options;
        _instruments = instruments;
        _time = time;
        _logger = logger;
        _queue = Channel.CreateBounded<WriteOp>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _thread = new Thread(Run) { IsBackground = true, Name = "storage writer" };
        _thread.Start();
    }

    /// <summary>Writes of one caller are applied in the order of its calls, whether or not it awaits each.</summary>
    public Task<long> Write(WriteOp op)
    {
        if (op.Bytes > _options.MaxRecordBytes)
            return Task.FromException<long>(new StorageException($"A write of {op.Key} has {op.Bytes} bytes; the limit is {_options.MaxRecordBytes}."));
        _instruments.OnEnqueued();
        return _queue.Writer.TryWrite(op) ? op.Completion : WriteWhenThereIsRoom(op);
    }

    /// <summary>Writes what was asked before, then stops.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _thread.Join();
        _session.Dispose();
    }

    // The channel serves waiting writers in order, and TryWrite fails while one waits: order holds here too.
    private async Task<long> WriteWhenThereIsRoom(WriteOp op)
    {
        try
        {
            await _queue.Writer.WriteAsync(op);
        }
        catch (ChannelClosedException e)
        {
            _instruments.OnDequeued(1);
            throw new StorageException("The storage is shut down.", e);
        }

        return await op.Completion;
    }

    private void Run()
    {
        while (TakeBatch())
        {
            _instruments.OnDequeued(_batch.Count);
            CommitBatch();
            if (_pagesInLog >= CheckpointPages)
                Checkpoint();
        }
    }

    private bool TakeBatch()
    {
        _batch.Clear();
        _batchBytes = 0;
        while (!TakeOne())
        {
#pragma warning disable VSTHRD002 // This thread is the writer's own: it has nothing else to do.
            if (!_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return false;
#pragma warning restore VSTHRD002
        }

        while (_batch.Count < _options.MaxOps && _batchBytes < _options.MaxBytes && TakeOne())
        {
        }

        return true;
    }

    private bool TakeOne()
    {
        if (!_queue.Reader.TryRead(out var op))
            return false;
        _batch.Add(op);
        _batchBytes += op.Bytes;
        return true;
    }

    private void CommitBatch()
    {
        var started = _time.GetTimestamp();
        try
        {
            _transactions.Commit(_batch);
        }
        catch (StorageException e)
        {
            _instruments.OnFailed(_batch.Count);
            foreach (var op in _batch)
                op.Fail(e);
            return;
        }

        _instruments.OnCommitted(_batch.Count, _batchBytes, _time.GetElapsedTime(started));
        foreach (var op in _batch)
        {
            op.Complete();
            if (op.IsRefused)
                _instruments.OnConflict();
            else if (op.Failure is not null)
                _instruments.OnFailed(1);
        }

        _pagesInLog += _session.TakePagesWritten();
    }

    /// <summary>Between transactions and after the answers, so that no caller waits for it but those that come meanwhile.</summary>
    private void Checkpoint()
    {
        var started = _time.GetTimestamp();
        try
        {
            using var result = _session.Query("PRAGMA wal_checkpoint(PASSIVE)");
            result.Read();
            // A reader may hold part of the log back: those pages come with the next one.
            _pagesInLog = result.GetInt32(1) - result.GetInt32(2);
        }
        catch (SqliteException e)
        {
            _logger.CheckpointFailed(e);
            _pagesInLog = 0;
        }

        _instruments.OnCheckpointed(_time.GetElapsedTime(started));
    }
}
