using Microsoft.Extensions.Logging;
using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>
/// Tables and functions, as steps from each version to the next. A step that was released never changes: while an upgrade rolls, the programs
/// before and after it work on one schema, so a step only adds.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>A step may rewrite a table, or wait for another process that does.</summary>
    private static readonly TimeSpan MigrateWithin = TimeSpan.FromMinutes(30);

    private static readonly string[] Steps = [Tables + Functions, PostgresClusterSchema.Step, PostgresClusterSchema.LeaseBirth];

    /// <summary>The version this program writes.</summary>
    public static int Current => Steps.Length;

    /// <summary>What brings the schema to a version from the one before.</summary>
    public static string Step(int version) => Steps[version - 1];

    private const string Tables =
        """
        -- ETags: each writer takes numbers in blocks, and none is ever given twice.
        CREATE SEQUENCE version_block;

        -- One row for each process that writes. A batch names the writer's generation: after a broken connection the writer raises it, so a batch
        -- that is still on its way is refused, and the row says which batch was the last to become durable.
        CREATE TABLE writer (id uuid PRIMARY KEY, generation bigint NOT NULL, batch bigint NOT NULL, started_at timestamptz NOT NULL DEFAULT now());

        CREATE TABLE grain_state (
            grain text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, version bigint NOT NULL, job text COLLATE "C", body bytea NOT NULL,
            PRIMARY KEY (grain, name)) WITH (fillfactor = 80);

        CREATE TABLE journal_stream (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, position bigint NOT NULL,
            snapshot_position bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
        CREATE TABLE journal_entry (stream bigint NOT NULL, position bigint NOT NULL, body bytea NOT NULL, PRIMARY KEY (stream, position));
        CREATE TABLE journal_snapshot (stream bigint NOT NULL, position bigint NOT NULL, body bytea NOT NULL, PRIMARY KEY (stream, position));
        -- Entries position+1 to ended, with the snapshot of position. Times are UTC ticks of 100 ns.
        CREATE TABLE journal_segment (
            stream bigint NOT NULL, position bigint NOT NULL, ended bigint NOT NULL, mark bigint NOT NULL, bytes bigint NOT NULL,
            closed_at bigint NOT NULL, PRIMARY KEY (stream, position));

        -- What grain_state.job names, in columns. Times are UTC ticks of 100 ns.
        CREATE TABLE job (
            job text COLLATE "C" PRIMARY KEY, name text COLLATE "C" NOT NULL, tenant text COLLATE "C" NOT NULL, "user" text COLLATE "C" NOT NULL,
            quota text COLLATE "C" NOT NULL, pool text COLLATE "C" NOT NULL, phase text COLLATE "C" NOT NULL, ended boolean NOT NULL,
            attempt int NOT NULL, priority int NOT NULL, gpu_milli bigint NOT NULL, workers int NOT NULL, submitted_at bigint NOT NULL,
            changed_at bigint NOT NULL, wake_at bigint, held boolean NOT NULL, parent text COLLATE "C", has_children boolean NOT NULL) WITH (fillfactor = 80);
        CREATE INDEX job_submitted ON job (submitted_at, job);
        CREATE INDEX job_tenant ON job (tenant, submitted_at, job);
        CREATE INDEX job_live ON job (job, tenant) WHERE NOT ended;
        CREATE INDEX job_live_submitted ON job (submitted_at, job) WHERE NOT ended;
        CREATE INDEX job_wake ON job (wake_at, job) WHERE wake_at IS NOT NULL;
        CREATE INDEX job_parent ON job (parent, submitted_at, job) WHERE parent IS NOT NULL;
        CREATE INDEX job_whole ON job (submitted_at, job) WHERE parent IS NULL;

        """;

    private const string Functions =
        """
        -- The first statement of every transaction that writes. It holds the writer's row until the end, so whoever asks what became of the batch waits for that.
        CREATE FUNCTION begin_batch(p_writer uuid, p_generation bigint, p_batch bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE writer SET batch = p_batch WHERE id = p_writer AND generation = p_generation;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'batch % of generation % comes too late', p_batch, p_generation USING ERRCODE = 'SC001';
            END IF;
        END $$;

        -- The functions below answer null when they wrote, and otherwise what stands there: 0 is nothing.
        CREATE FUNCTION put_state(
            p_grain text, p_name text, p_expected bigint, p_version bigint, p_body bytea, p_job text, p_job_name text, p_tenant text, p_user text,
            p_quota text, p_pool text, p_phase text, p_ended boolean, p_attempt int, p_priority int, p_gpu_milli bigint, p_workers int,
            p_submitted_at bigint, p_changed_at bigint, p_wake_at bigint, p_held boolean, p_parent text, p_has_children boolean)
        RETURNS bigint LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        BEGIN
            IF p_expected IS NULL THEN
                INSERT INTO grain_state (grain, name, version, job, body) VALUES (p_grain, p_name, p_version, p_job, p_body) ON CONFLICT DO NOTHING;
            ELSE
                UPDATE grain_state SET version = p_version, job = p_job, body = p_body WHERE grain = p_grain AND name = p_name AND version = p_expected;
            END IF;
            IF NOT FOUND THEN
                RETURN coalesce((SELECT version FROM grain_state WHERE grain = p_grain AND name = p_name), 0);
            END IF;
            IF p_job IS NOT NULL THEN
                INSERT INTO job AS j (job, name, tenant, "user", quota, pool, phase, ended, attempt, priority, gpu_milli, workers, submitted_at, changed_at,
                    wake_at, held, parent, has_children)
                VALUES (p_job, p_job_name, p_tenant, p_user, p_quota, p_pool, p_phase, p_ended, p_attempt, p_priority, p_gpu_milli, p_workers,
                    p_submitted_at, p_changed_at, p_wake_at, p_held, p_parent, p_has_children)
                ON CONFLICT (job) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, "user" = excluded."user", quota = excluded.quota,
                    pool = excluded.pool, phase = excluded.phase, ended = excluded.ended, attempt = excluded.attempt, priority = excluded.priority,
                    gpu_milli = excluded.gpu_milli, workers = excluded.workers, submitted_at = excluded.submitted_at, changed_at = excluded.changed_at,
                    wake_at = excluded.wake_at, held = excluded.held, parent = excluded.parent, has_children = excluded.has_children
                WHERE j.* IS DISTINCT FROM excluded.*;
            END IF;
            RETURN NULL;
        END $$;

        CREATE FUNCTION clear_state(p_grain text, p_name text, p_expected bigint) RETURNS bigint LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        DECLARE
            v_job text;
        BEGIN
            DELETE FROM grain_state WHERE grain = p_grain AND name = p_name AND version = p_expected RETURNING job INTO v_job;
            IF NOT FOUND THEN
                RETURN CASE WHEN p_expected IS NULL THEN (SELECT version FROM grain_state WHERE grain = p_grain AND name = p_name)
                    ELSE coalesce((SELECT version FROM grain_state WHERE grain = p_grain AND name = p_name), 0) END;
            END IF;
            DELETE FROM job WHERE job = v_job;
            RETURN NULL;
        END $$;

        CREATE FUNCTION append_journal(p_stream text, p_expected bigint, p_entries bytea[]) RETURNS bigint LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        DECLARE
            v_id bigint;
            v_position bigint;
        BEGIN
            IF cardinality(p_entries) = 0 THEN
                v_position := coalesce((SELECT position FROM journal_stream WHERE name = p_stream), 0);
                RETURN CASE WHEN v_position = p_expected THEN NULL ELSE v_position END;
            END IF;
            UPDATE journal_stream SET position = p_expected + cardinality(p_entries) WHERE name = p_stream AND position = p_expected RETURNING id INTO v_id;
            IF NOT FOUND AND p_expected = 0 THEN
                INSERT INTO journal_stream (name, position) VALUES (p_stream, cardinality(p_entries)) ON CONFLICT (name) DO NOTHING RETURNING id INTO v_id;
            END IF;
            IF v_id IS NULL THEN
                RETURN coalesce((SELECT position FROM journal_stream WHERE name = p_stream), 0);
            END IF;
            INSERT INTO journal_entry SELECT v_id, p_expected + e.n, e.body FROM unnest(p_entries) WITH ORDINALITY AS e (body, n);
            RETURN NULL;
        END $$;
        """;

    /// <summary>Brings the schema to <see cref="Current"/>; of several processes one does it, and the others wait.</summary>
    /// <exception cref="StorageStartupException">A newer program has written it.</exception>
    public static void Migrate(NpgsqlConnection connection, string schema, ILogger logger)
    {
        using var transaction = connection.BeginTransaction();
        Run(connection, $"SET LOCAL statement_timeout = '{(int)MigrateWithin.TotalSeconds}s'");
        // One lock for each schema of a database; the first key only sets it apart from other programs'.
        Run(connection, "SELECT pg_advisory_xact_lock(1398160195, hashtext($1))", schema);
        Run(connection, $"CREATE SCHEMA IF NOT EXISTS {schema}");
        Run(connection, "CREATE TABLE IF NOT EXISTS schema_version (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
        using var newest = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM schema_version", connection);
        var stored = (int)newest.ExecuteScalar()!;
        if (stored > Current)
        {
            throw new StorageStartupException(
                $"The data in schema {schema} has version {stored}, this program knows up to {Current}: start the newer program, or restore a backup from before the upgrade.");
        }

        for (var next = stored + 1; next <= Current; next++)
        {
            Run(connection, Steps[next - 1]);
            Run(connection, "INSERT INTO schema_version VALUES ($1)", next);
        }

        transaction.Commit();
        if (stored != Current)
            logger.Migrated(stored, Current);
    }

    private static void Run(NpgsqlConnection connection, string sql, object? value = null)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)MigrateWithin.TotalSeconds };
        if (value is not null)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.ExecuteNonQuery();
    }
}
