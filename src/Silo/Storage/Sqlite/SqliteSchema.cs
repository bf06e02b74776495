using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Sqlite;

/// <summary>The tables, as steps from each version to the next. A step that was released never changes.</summary>
internal static class SqliteSchema
{
    private static readonly string[] Steps = [Version1, Version2, Version3];

    /// <summary>The version this program writes.</summary>
    public static int Current => Steps.Length;

    private const string Version1 =
        """
        -- The number of the last write: ETags come from it, and it tells whether a commit that reported an error took place.
        CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 0), version INTEGER NOT NULL);
        INSERT INTO counter VALUES (0, 0);

        CREATE TABLE grain_state (
            id INTEGER PRIMARY KEY, grain TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, job TEXT, body BLOB NOT NULL,
            UNIQUE (grain, name));

        CREATE TABLE journal_stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, snapshot_position INTEGER NOT NULL);
        CREATE TABLE journal_entry (stream INTEGER NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (stream, position)) WITHOUT ROWID;
        CREATE TABLE journal_snapshot (stream INTEGER PRIMARY KEY, body BLOB NOT NULL);

        -- What grain_state.job names, in columns. Times are UTC ticks of 100 ns.
        CREATE TABLE job (
            job TEXT PRIMARY KEY, name TEXT NOT NULL, tenant TEXT NOT NULL, user TEXT NOT NULL, quota TEXT NOT NULL,
            pool TEXT NOT NULL, phase TEXT NOT NULL, ended INTEGER NOT NULL, attempt INTEGER NOT NULL, priority INTEGER NOT NULL,
            gpu_milli INTEGER NOT NULL, workers INTEGER NOT NULL, submitted_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, deadline_at INTEGER) WITHOUT ROWID;
        -- Few indices, and none on what changes often: a phase change rewrites one row. Other filters are applied while walking newest first.
        CREATE INDEX job_submitted ON job (submitted_at, job);
        CREATE INDEX job_tenant ON job (tenant, submitted_at, job);
        CREATE INDEX job_live ON job (job, tenant) WHERE ended = 0;
        CREATE INDEX job_live_submitted ON job (submitted_at, job) WHERE ended = 0;
        CREATE INDEX job_deadline ON job (deadline_at, job) WHERE deadline_at IS NOT NULL;
        """;

    private const string Version2 =
        """
        -- Not only time limits: back-off, deadlines, the end of a grace period.
        ALTER TABLE job RENAME COLUMN deadline_at TO wake_at;
        ALTER TABLE job ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE job ADD COLUMN parent TEXT;
        ALTER TABLE job ADD COLUMN has_children INTEGER NOT NULL DEFAULT 0;
        -- An array may have 100,000 parts: neither a list of them nor one without them walks all jobs.
        CREATE INDEX job_parent ON job (parent, submitted_at, job) WHERE parent IS NOT NULL;
        CREATE INDEX job_whole ON job (submitted_at, job) WHERE parent IS NULL;
        """;

    private const string Version3 =
        """
        -- Of streams that keep their history, entries that a snapshot replaced stay where they are, and so do the snapshots before.
        CREATE TABLE journal_snapshots (stream INTEGER NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (stream, position));
        INSERT INTO journal_snapshots SELECT s.stream, j.snapshot_position, s.body FROM journal_snapshot s JOIN journal_stream j ON j.id = s.stream;
        DROP TABLE journal_snapshot;
        ALTER TABLE journal_snapshots RENAME TO journal_snapshot;
        -- Entries position+1 to ended, with the snapshot of position. Times are UTC ticks of 100 ns.
        CREATE TABLE journal_segment (
            stream INTEGER NOT NULL, position INTEGER NOT NULL, ended INTEGER NOT NULL, mark INTEGER NOT NULL, bytes INTEGER NOT NULL,
            closed_at INTEGER NOT NULL, PRIMARY KEY (stream, position)) WITHOUT ROWID;
        """;

    /// <summary>Brings the database to <see cref="Current"/>, step by step, each in a transaction of its own.</summary>
    /// <exception cref="StorageStartupException">A newer program has written it.</exception>
    public static void Migrate(SqliteSession session, string path, TimeProvider time, ILogger logger)
    {
        session.Run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)");
        var stored = (int)(session.Number("SELECT max(version) FROM schema_version") ?? 0);
        if (stored > Current)
        {
            throw new StorageStartupException(
                $"The data in {path} has schema {stored}, this program knows up to {Current}: start the newer program, or restore a backup from before the upgrade.");
        }

        for (var next = stored + 1; next <= Current; next++)
        {
            session.Run("BEGIN IMMEDIATE");
            session.Run(Steps[next - 1]);
            session.Execute("INSERT INTO schema_version VALUES ($1, $2)", (long)next, time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
            session.Run("COMMIT");
        }

        if (stored != Current)
            logger.Migrated(stored, Current);
    }
}
