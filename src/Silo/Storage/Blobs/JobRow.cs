using Azure.Data.Tables;
using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage.Blobs;

/// <summary>A job's columns in a row of the table.</summary>
internal static class JobRow
{
    public static readonly string[] Columns =
    [
        "RowKey", "Job", "Name", "Tenant", "User", "Quota", "Pool", "Phase", "Ended", "Attempt", "Priority", "GpuMilli", "Workers", "SubmittedAt", "ChangedAt",
        "WakeAt", "Held", "Parent", "HasChildren",
    ];

    public static TableEntity To(string bucket, string key, JobIndexRow row)
    {
        var entity = new TableEntity(bucket, key)
        {
            ["Job"] = row.Job.Value,
            ["Name"] = row.Name,
            ["Tenant"] = row.Tenant.Value,
            ["User"] = row.User,
            ["Quota"] = row.Quota.Value,
            ["Pool"] = row.Pool.Value,
            ["Phase"] = row.Phase,
            ["Ended"] = row.Ended,
            ["Attempt"] = row.Attempt,
            ["Priority"] = row.Priority,
            ["GpuMilli"] = row.GpuMilli,
            ["Workers"] = row.Workers,
            ["SubmittedAt"] = row.SubmittedAt.UtcTicks,
            ["ChangedAt"] = row.ChangedAt.UtcTicks,
            ["Held"] = row.Held,
            ["HasChildren"] = row.HasChildren,
            ["IsPart"] = row.Parent is not null, // A column that is not there cannot be asked for.
        };
        if (row.WakeAt is { } wake)
            entity["WakeAt"] = wake.UtcTicks;
        if (row.Parent is { } parent)
            entity["Parent"] = parent.Value;
        return entity;
    }

    public static JobIndexRow From(TableEntity entity) => new()
    {
        Job = new JobId(entity.GetString("Job")),
        Name = entity.GetString("Name"),
        Tenant = new TenantId(entity.GetString("Tenant")),
        User = entity.GetString("User"),
        Quota = new QuotaPath(entity.GetString("Quota")),
        Pool = new PoolId(entity.GetString("Pool")),
        Phase = entity.GetString("Phase"),
        Ended = entity.GetBoolean("Ended")!.Value,
        Attempt = entity.GetInt32("Attempt")!.Value,
        Priority = entity.GetInt32("Priority")!.Value,
        GpuMilli = entity.GetInt64("GpuMilli")!.Value,
        Workers = entity.GetInt32("Workers")!.Value,
        SubmittedAt = new DateTimeOffset(entity.GetInt64("SubmittedAt")!.Value, TimeSpan.Zero),
        ChangedAt = new DateTimeOffset(entity.GetInt64("ChangedAt")!.Value, TimeSpan.Zero),
        WakeAt = entity.GetInt64("WakeAt") is { } wake ? new DateTimeOffset(wake, TimeSpan.Zero) : null,
        Held = entity.GetBoolean("Held")!.Value,
        Parent = entity.GetString("Parent") is { } parent ? new JobId(parent) : null,
        HasChildren = entity.GetBoolean("HasChildren")!.Value,
    };

    /// <summary>What the table could not store; null: nothing.</summary>
    public static string? Flaw(JobIndexRow row) =>
        new[] { ("Name", row.Name), ("Tenant", row.Tenant.Value), ("User", row.User), ("Quota", row.Quota.Value), ("Pool", row.Pool.Value), ("Phase", row.Phase) }
            .Where(c => c.Item2 is not { Length: <= 32_000 } || c.Item2.Contains('\0', StringComparison.Ordinal)).Select(c => $"its {c.Item1} cannot be a column").FirstOrDefault()
        ?? new[] { row.Job.Value, row.Parent?.Value ?? "-" }.Where(id => !IsKey(id)).Select(id => $"\"{id}\" cannot be a key").FirstOrDefault();

    /// <summary>What a job may be called here.</summary>
    public static bool IsKey(string id) => id.Length is > 0 and <= 120 && !id.Any(c => c is '/' or '\\' or '#' or '?' or '%' or ':' or '|' or > '~' or < ' ');
}
