using System.Threading.Channels;

namespace Silo.Storage.Sqlite;

/// <summary>
/// A few read-only connections. Each read sees every write that was answered before it began. Reads that wait for a connection share one read transaction: for a
/// grain's record, taking and giving back SQLite's locks costs more than the read.
/// </summary>
internal sealed class SqliteReaders : IDisposable
{
    /// <summary>Reads of one transaction, so that a long line holds the log back no longer than a long read.</summary>
    private const int MaxReads = 64;

    private readonly string _path;
    private readonly Channel<PendingRead> _queue = Channel.CreateUnbounded<PendingRead>();
    private readonly SemaphoreSlim _slots;
    private readonly Stack<SqliteSession> _free = [];
    private readonly Lock _lock = new();
    private bool _closed;

    public SqliteReaders(string path, int connections)
    {
        _path = path;
        _slots = new SemaphoreSlim(connections);
    }

    /// <summary>Runs the read in a read transaction on a thread of the pool, never on the caller's: a grain's turn must not wait for a disk.</summary>
    public Task<T> Read<TArgument, T>(Func<SqliteSession, TArgument, T> read, TArgument argument, CancellationToken cancellationToken)
    {
        var pending = new PendingRead<TArgument, T>(read, argument, cancellationToken);
        _queue.Writer.TryWrite(pending);
        StartReader();
        return pending.Done;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            while (_free.TryPop(out var session))
                session.Dispose();
        }
    }

    /// <summary>One more reader, while there are connections; those that run see to what comes meanwhile.</summary>
    private void StartReader()
    {
        if (_slots.Wait(0))
            ThreadPool.UnsafeQueueUserWorkItem(static readers => readers.Serve(), this, preferLocal: false);
    }

    private void Serve()
    {
        var batch = new List<PendingRead>();
        try
        {
            while (Take(batch))
                Run(batch);
        }
        finally
        {
            _slots.Release();
        }

        // What came after the last look and before the connection was free again found no reader.
        if (_queue.Reader.TryPeek(out _))
            StartReader();
    }

    private bool Take(List<PendingRead> batch)
    {
        batch.Clear();
        while (batch.Count < MaxReads && _queue.Reader.TryRead(out var read))
            batch.Add(read);
        return batch.Count > 0;
    }

    private void Run(List<PendingRead> batch)
    {
        SqliteSession? session = null;
        try
        {
            session = Rent();

            // Only now, so that it sees what was answered before the last of them was asked for.
            session.Execute("BEGIN");
            foreach (var read in batch)
                read.Run(session);
            session.Execute("COMMIT");
        }
#pragma warning disable CA1031 // Whatever broke is thrown to those who asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var read in batch)
                read.Fail(e);
        }

        GiveBack(session, batch.TrueForAll(r => r.IsRead));
        foreach (var read in batch)
            read.Answer();
    }

    private SqliteSession Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_free.TryPop(out var session))
                return session;
        }

        return SqliteSession.OpenReader(_path);
    }

    /// <summary>A connection after an error may still be inside its transaction.</summary>
    private void GiveBack(SqliteSession? session, bool isHealthy)
    {
        lock (_lock)
        {
            if (session is not null && isHealthy && !_closed)
            {
                _free.Push(session);
                return;
            }
        }

        session?.Dispose();
    }
}
