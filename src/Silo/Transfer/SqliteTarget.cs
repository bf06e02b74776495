using Grains.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Silo.Storage.Sqlite;

namespace Silo.Transfer;

/// <summary>An empty embedded database, filled in one transaction.</summary>
internal sealed class SqliteTarget : IStoreTarget
{
    private readonly FolderLock _lock;
    private readonly SqliteSession _session;
    private readonly string _folder;
    private long _version;
    private long _stream;
    private long _position;

    private SqliteTarget(FolderLock folderLock, SqliteSession session, string folder) => (_lock, _session, _folder) = (folderLock, session, folder);

    public string Description => $"the folder {_folder}";

    /// <exception cref="TransferException">It holds something.</exception>
    public static SqliteTarget Open(string folder, TimeProvider time, ILogger logger)
    {
        var path = SqliteDatabase.PathOf(folder);
        var folderLock = FolderLock.Take(folder);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(path);
            SqliteSchema.Migrate(session, path, time, logger);
            if (session.Number("SELECT EXISTS (SELECT 1 FROM grain_state) OR EXISTS (SELECT 1 FROM journal_stream)") != 0)
                throw new TransferException($"The folder {folder} holds data already: name another.");
            session.Execute("BEGIN IMMEDIATE");
            return new SqliteTarget(folderLock, session, folder) { _version = session.Number("SELECT version FROM counter") ?? 0 };
        }
        catch (Exception e)
        {
            session?.Dispose();
            folderLock.Dispose();
            if (e is SqliteException)
                throw new TransferException($"The folder {folder} cannot be written: {e.Message}", e);
            throw;
        }
    }

    public Task Put(StoredRecord record)
    {
        _session.Execute(
            "INSERT INTO grain_state (grain, name, version, job, body) VALUES ($1, $2, $3, $4, $5)", record.Grain, record.Name, ++_version, record.Row?.Job.Value, record.Body);
        if (record.Row is { } row)
            JobRows.Put(_session, row, isNew: true);
        return Task.CompletedTask;
    }

    public Task BeginStream(string stream, long position, byte[]? snapshot)
    {
        _stream = _session.Number("INSERT INTO journal_stream (name, position, snapshot_position) VALUES ($1, $2, $2) RETURNING id", stream, position)!.Value;
        _position = position;
        if (snapshot is not null)
            _session.Execute("INSERT INTO journal_snapshot VALUES ($1, $2, $3)", _stream, position, snapshot);
        return Task.CompletedTask;
    }

    public Task AddEntries(IReadOnlyList<byte[]> entries)
    {
        foreach (var entry in entries)
            _session.Execute("INSERT INTO journal_entry VALUES ($1, $2, $3)", _stream, ++_position, entry);
        return Task.CompletedTask;
    }

    public Task CloseSegment(JournalSegment segment, byte[] snapshot)
    {
        _session.Execute(
            "INSERT INTO journal_segment VALUES ($1, $2, $3, $4, $5, $6)", _stream, segment.Position, segment.End, segment.Mark, segment.Bytes, segment.ClosedAt!.Value.UtcTicks);
        _session.Execute("INSERT INTO journal_snapshot VALUES ($1, $2, $3)", _stream, segment.End, snapshot);
        _session.Execute("UPDATE journal_stream SET snapshot_position = $1 WHERE id = $2", segment.End, _stream);
        return Task.CompletedTask;
    }

    public Task EndStream()
    {
        _session.Execute("UPDATE journal_stream SET position = $1 WHERE id = $2", _position, _stream);
        return Task.CompletedTask;
    }

    public Task Commit()
    {
        _session.Execute("UPDATE counter SET version = $1", _version + 1);
        _session.Execute("COMMIT");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _session.Dispose();
        _lock.Dispose();
        return ValueTask.CompletedTask;
    }
}
