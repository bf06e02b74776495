using System.Collections.Concurrent;

namespace Silo.Storage.Sqlite;

/// <summary>A few read-only connections. Each read sees every write that was answered before it began.</summary>
internal sealed class SqliteReaders : IDisposable
{
    private readonly string _path;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentBag<SqliteSession> _free = [];
    private volatile bool _closed;

    public SqliteReaders(string path, int connections)
    {
        _path = path;
        _slots = new SemaphoreSlim(connections);
    }

    /// <summary>Runs the read in one read transaction on a thread of the pool, never on the caller's: a grain's turn must not wait for a disk.</summary>
    public async Task<T> Read<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return await Task.Run(() => ReadNow(read), cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_free.TryTake(out var session))
            session.Dispose();
    }

    private T ReadNow<T>(Func<SqliteSession, T> read)
    {
        if (!_free.TryTake(out var session))
            session = SqliteSession.OpenReader(_path);
        var healthy = false;
        try
        {
            session.Execute("BEGIN");
            var result = read(session);
            session.Execute("COMMIT");
            healthy = true;
            return result;
        }
        finally
        {
            if (healthy && !_closed)
                _free.Add(session);
            else
                session.Dispose(); // A connection after an error may still be inside its transaction.
        }
    }
}
