using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Sqlite;

/// <summary>The data folder's database: its lock, its schema, its one writer and its readers.</summary>
public sealed class SqliteDatabase : IDisposable
{
    private const string FileName = "scheduler.db";

    private readonly FolderLock _lock;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private bool _disposed;

    private SqliteDatabase(FolderLock folderLock, SqliteWriter writer, SqliteReaders readers)
    {
        _lock = folderLock;
        _writer = writer;
        _readers = readers;
    }

    /// <summary>Takes the folder, creates or upgrades its database, and starts the writer.</summary>
    /// <exception cref="StorageStartupException">The folder is in use, cannot be written, or holds newer or damaged data.</exception>
    public static SqliteDatabase Open(
        string folder,
        GroupCommitOptions options,
        int readConnections,
        StorageInstruments instruments,
        TimeProvider time,
        ILogger<SqliteDatabase> logger,
        IStorageFaults? faults = null)
    {
        var path = PathOf(folder);
        var folderLock = FolderLock.Take(folder);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(path);
            SqliteSchema.Migrate(session, path, time, logger);
            logger.Opened(path, SqliteSchema.Current, session.Number("SELECT version FROM counter") ?? 0);
            return new SqliteDatabase(
                folderLock, new SqliteWriter(session, options, instruments, time, logger, faults), new SqliteReaders(path, readConnections));
        }
        catch (Exception e)
        {
            session?.Dispose();
            folderLock.Dispose();
            if (e is SqliteException)
                throw new StorageStartupException($"The database {path} cannot be opened: {e.Message}", e);
            throw;
        }
    }

    internal static string PathOf(string folder) => Path.Combine(folder, FileName);

    internal Task<long> Write(WriteOp op) => _writer.Write(op);

    internal Task<T> Read<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken = default) => Read(static (session, now) => now(session), read, cancellationToken);

    /// <summary>For what is read often: no delegate is made for each read.</summary>
    internal Task<T> Read<TArgument, T>(Func<SqliteSession, TArgument, T> read, TArgument argument, CancellationToken cancellationToken = default) =>
        _readers.Read(read, argument, cancellationToken);

    /// <summary>Writes what was asked before, and gives the folder back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _readers.Dispose();
        _writer.Dispose();
        _lock.Dispose();
    }
}
