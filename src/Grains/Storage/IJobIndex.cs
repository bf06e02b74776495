using Scheduling.Model;

namespace Grains.Storage;

/// <summary>A stored record that can be found by these columns; they are written in the same transaction as the record.</summary>
public interface IIndexedJob
{
    JobIndexRow ToIndexRow();
}

/// <summary>What can be asked of jobs without waking their grains.</summary>
[GenerateSerializer, Immutable]
public sealed record JobIndexRow
{
    [Id(0)] public required JobId Job { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required TenantId Tenant { get; init; }
    [Id(3)] public required string User { get; init; }
    [Id(4)] public required QuotaPath Quota { get; init; }
    [Id(5)] public required PoolId Pool { get; init; }

    /// <summary>The phase's name.</summary>
    [Id(6)] public required string Phase { get; init; }

    /// <summary>True once the phase is final.</summary>
    [Id(7)] public required bool Ended { get; init; }

    [Id(8)] public required int Attempt { get; init; }
    [Id(9)] public required int Priority { get; init; }
    [Id(10)] public required long GpuMilli { get; init; }
    [Id(11)] public required int Workers { get; init; }
    [Id(12)] public required DateTimeOffset SubmittedAt { get; init; }
    [Id(13)] public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The next time at which something becomes of the job by itself; null when there is none.</summary>
    [Id(14)] public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Not for the pool to place: it waits for a time or for other jobs, or has no workers of its own.</summary>
    [Id(15)] public bool Held { get; init; }

    /// <summary>The array, service or elastic job that this one is a part of; null when it stands for itself.</summary>
    [Id(16)] public JobId? Parent { get; init; }

    /// <summary>Other jobs are its parts, and it has to look after them: see <see cref="Parent"/>.</summary>
    [Id(17)] public bool HasChildren { get; init; }
}

/// <param name="Tenant">Null for every tenant (operators only).</param>
/// <param name="Parent">Only the parts of this job.</param>
/// <param name="Whole">Only jobs that are no part of another.</param>
/// <param name="After">Opaque continuation: the last row of the page before, in newest-first order.</param>
public sealed record JobQuery(
    TenantId? Tenant, string? Phase = null, string? User = null, string? Name = null, PoolId? Pool = null, bool? Ended = null,
    string? After = null, int Limit = 100, JobId? Parent = null, bool Whole = false);

/// <param name="Next">Pass as <see cref="JobQuery.After"/>; null on the last page.</param>
public sealed record JobPage(IReadOnlyList<JobIndexRow> Rows, string? Next);

/// <summary>Finds jobs by their columns; kept by the job storage itself, so it is never behind what was acknowledged.</summary>
public interface IJobIndex
{
    Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default);

    /// <summary>The rows of these jobs; jobs never stored are left out.</summary>
    Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default);

    /// <summary>Rows in job-id order after <paramref name="after"/>: for reconcilers that walk everything, page by page.</summary>
    Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default);

    /// <summary>Jobs whose <see cref="JobIndexRow.WakeAt"/> is not after <paramref name="now"/>, earliest first.</summary>
    Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default);

    /// <summary>How many jobs each tenant has that are not ended.</summary>
    Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default);
}
