using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage.Sqlite;

/// <summary>The job table's rows. An update names only the columns that changed: SQLite rewrites every index with a named column.</summary>
internal static class JobRows
{
    public const string Columns =
        "job, name, tenant, user, quota, pool, phase, ended, attempt, priority, gpu_milli, workers, submitted_at, changed_at, wake_at, held, parent, has_children";

    private const string Select = $"SELECT {Columns} FROM job WHERE job = $1";

    private const string Insert =
        $"INSERT INTO job ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (job) DO NOTHING";

    private const string UpdateAll =
        """
        UPDATE job SET name = $2, tenant = $3, user = $4, quota = $5, pool = $6, phase = $7, ended = $8, attempt = $9, priority = $10,
            gpu_milli = $11, workers = $12, submitted_at = $13, changed_at = $14, wake_at = $15, held = $16, parent = $17, has_children = $18 WHERE job = $1
        """;

    private const string UpdatePhase = "UPDATE job SET phase = $2, ended = $3, attempt = $4, changed_at = $5, wake_at = $6, held = $7, has_children = $8 WHERE job = $1";

    private const string UpdateAttempt = "UPDATE job SET attempt = $2, changed_at = $3, wake_at = $4, held = $5, has_children = $6 WHERE job = $1";

    /// <summary>What most steps are: nothing changes that is in an index, nor what a job is from its start.</summary>
    private const string UpdateStep =
        """
        UPDATE job SET phase = $7, attempt = $9, changed_at = $14, held = $16, has_children = $18
        WHERE job = $1 AND name = $2 AND tenant = $3 AND user = $4 AND quota = $5 AND pool = $6 AND ended = $8 AND priority = $10
            AND gpu_milli = $11 AND workers = $12 AND submitted_at = $13 AND wake_at IS $15 AND parent IS $17
        """;

    /// <param name="isNew">Its grain had no record: most likely there is no row either.</param>
    public static void Put(SqliteSession session, JobIndexRow row, bool isNew)
    {
        if (Write(session, isNew ? Insert : UpdateStep, row) > 0)
            return;

        var job = row.Job.Value;
        if (Find(session, job) is not { } stored)
            Write(session, Insert, row);
        else if (stored == row)
            return;
        else if (OfPhase(stored, row) != row)
            Write(session, UpdateAll, row);
        else if (stored.Phase != row.Phase || stored.Ended != row.Ended)
            session.Execute(UpdatePhase, job, row.Phase, Number(row.Ended), (long)row.Attempt, row.ChangedAt.UtcTicks, row.WakeAt?.UtcTicks, Number(row.Held), Number(row.HasChildren));
        else
            session.Execute(UpdateAttempt, job, (long)row.Attempt, row.ChangedAt.UtcTicks, row.WakeAt?.UtcTicks, Number(row.Held), Number(row.HasChildren));
    }

    /// <summary>What a step of the job's life changes.</summary>
    private static JobIndexRow OfPhase(JobIndexRow stored, JobIndexRow row) => stored with
    {
        Phase = row.Phase,
        Ended = row.Ended,
        Attempt = row.Attempt,
        ChangedAt = row.ChangedAt,
        WakeAt = row.WakeAt,
        Held = row.Held,
        HasChildren = row.HasChildren,
    };

    /// <summary>The reader's present row, of <see cref="Columns"/>.</summary>
    public static JobIndexRow Read(SqliteRows reader) => new()
    {
        Job = new JobId(reader.GetString(0)),
        Name = reader.GetString(1),
        Tenant = new TenantId(reader.GetString(2)),
        User = reader.GetString(3),
        Quota = new QuotaPath(reader.GetString(4)),
        Pool = new PoolId(reader.GetString(5)),
        Phase = reader.GetString(6),
        Ended = reader.GetInt64(7) != 0,
        Attempt = reader.GetInt32(8),
        Priority = reader.GetInt32(9),
        GpuMilli = reader.GetInt64(10),
        Workers = reader.GetInt32(11),
        SubmittedAt = new DateTimeOffset(reader.GetInt64(12), TimeSpan.Zero),
        ChangedAt = new DateTimeOffset(reader.GetInt64(13), TimeSpan.Zero),
        WakeAt = reader.IsNull(14) ? null : new DateTimeOffset(reader.GetInt64(14), TimeSpan.Zero),
        Held = reader.GetInt64(15) != 0,
        Parent = reader.IsNull(16) ? null : new JobId(reader.GetString(16)),
        HasChildren = reader.GetInt64(17) != 0,
    };

    private static JobIndexRow? Find(SqliteSession session, string job)
    {
        using var reader = session.Query(Select, job);
        return reader.Read() ? Read(reader) : null;
    }

    private static int Write(SqliteSession session, string sql, JobIndexRow row) => session.Execute(
        sql,
        row.Job.Value,
        row.Name,
        row.Tenant.Value,
        row.User,
        row.Quota.Value,
        row.Pool.Value,
        row.Phase,
        Number(row.Ended),
        (long)row.Attempt,
        (long)row.Priority,
        row.GpuMilli,
        (long)row.Workers,
        row.SubmittedAt.UtcTicks,
        row.ChangedAt.UtcTicks,
        row.WakeAt?.UtcTicks,
        Number(row.Held),
        row.Parent?.Value,
        Number(row.HasChildren));

    private static long Number(bool value) => value ? 1 : 0;
}
