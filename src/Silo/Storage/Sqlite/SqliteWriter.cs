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
    private readonly StorageInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WriteQueue<WriteOp> _queue;
    private readonly List<WriteOp> _batch = [];
    private readonly Thread _thread;
    private int _pagesInLog;

    public SqliteWriter(
        SqliteSession session, GroupCommitOptions options, StorageInstruments instruments, TimeProvider time, ILogger logger, IStorageFaults? faults)
    {
        _transactions = new SqliteTransactions(session, logger, faults);
        _session = session;
        _instruments = instruments;
        _time = time;
        _logger = logger;
        _queue = new WriteQueue<WriteOp>(options, instruments);
        _thread = new Thread(Run) { IsBackground = true, Name = "storage writer" };
        _thread.Start();
    }

    /// <summary>Writes of one caller are applied in the order of its calls, whether or not it awaits each.</summary>
    public Task<long> Write(WriteOp op) => _queue.Write(op);

    /// <summary>Writes what was asked before, then stops.</summary>
    public void Dispose()
    {
        _queue.Close();
        _thread.Join();
        _session.Dispose();
    }

    private void Run()
    {
#pragma warning disable VSTHRD002 // This thread is the writer's own: it has nothing else to do.
        while (_queue.WaitAsync().AsTask().GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
        {
            while (_queue.Take(_batch) is var bytes && _batch.Count > 0)
            {
                CommitBatch(bytes);
                if (_pagesInLog >= CheckpointPages)
                    Checkpoint();
            }
        }
    }

    private void CommitBatch(long bytes)
    {
        var started = _time.GetTimestamp();
        try
        {
            _transactions.Commit(_batch);
        }
        catch (StorageException e)
        {
            _queue.Fail(_batch, e);
            return;
        }

        _queue.Complete(_batch, bytes, _time.GetElapsedTime(started));
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
