using Microsoft.Data.Sqlite;

namespace Silo.Storage.Sqlite;

/// <summary>One connection and its prepared statements. Used by one thread at a time. Parameters are $1, $2, … in order.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>So long a connection waits for another one's lock: in WAL mode only where the log is recovered.</summary>
    private const int BusyTimeoutMs = 30_000;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    private SqliteSession(SqliteConnection connection) => _connection = connection;

    /// <summary>The one that writes. Durable at each commit; it moves the log into the database itself, between transactions.</summary>
    public static SqliteSession OpenWriter(string path)
    {
        var session = Open(path, SqliteOpenMode.ReadWriteCreate);
        session.Run("PRAGMA journal_mode = WAL");
        session.Run("PRAGMA synchronous = FULL");
        session.Run("PRAGMA wal_autocheckpoint = 0");
        // Not more: a commit that has split a page walks the whole cache (pcache1TruncateUnsafe), with 64 MiB a twentieth of a job's CPU.
        session.Run("PRAGMA cache_size = -16384"); // KiB
        session.Run("PRAGMA temp_store = MEMORY");
        return session;
    }

    // No mmap: an I/O error on a mapped page ends the process instead of failing one call.
    public static SqliteSession OpenReader(string path)
    {
        var session = Open(path, SqliteOpenMode.ReadOnly);
        session.Run("PRAGMA cache_size = -16384"); // KiB
        return session;
    }

    /// <summary>How many rows changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        using var rows = Query(sql, values);
        while (rows.Read())
        {
        }

        return SQLitePCL.raw.sqlite3_changes(_connection.Handle);
    }

    /// <summary>Dispose the rows before the same statement is used again.</summary>
    public SqliteRows Query(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement(_connection.Handle!, sql);
            _statements.Add(sql, statement);
        }

        statement.Bind(values);
        return new SqliteRows(statement);
    }

    /// <summary>The first column of the first row as a number; null when there is no row or no value.</summary>
    public long? Number(string sql, params ReadOnlySpan<object?> values)
    {
        using var rows = Query(sql, values);
        return rows.Read() && !rows.IsNull(0) ? rows.GetInt64(0) : null;
    }

    /// <summary>Statements that are used once: not kept.</summary>
    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Pages written to the log since the last call.</summary>
    public int TakePagesWritten()
    {
        const int CacheWrite = 9; // SQLITE_DBSTATUS_CACHE_WRITE
        return SQLitePCL.raw.sqlite3_db_status(_connection.Handle, CacheWrite, out var pages, out _, 1) == 0 ? pages : 0;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    private static SqliteSession Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        try
        {
            connection.Open();
            SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMs);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        return new SqliteSession(connection);
    }
}
