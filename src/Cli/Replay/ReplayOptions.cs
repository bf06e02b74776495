namespace Cli.Replay;

/// <summary>What a replay was asked to do.</summary>
internal sealed record ReplayOptions
{
    /// <summary>Submissions under way at once.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Submissions per second; null is as fast as it goes.</summary>
    public double? Rate { get; init; }

    /// <summary>Part of every idempotency key: another run id makes other jobs of the same file.</summary>
    public required string RunId { get; init; }

    public string? AckLog { get; init; }

    /// <summary>How long one row is tried while the server does not take it.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>How long to wait until no job is undecided; null does not wait.</summary>
    public TimeSpan? Settle { get; init; }

    public string? Pool { get; init; }

    public string? Tenant { get; init; }

    public string? Quota { get; init; }

    public long? Priority { get; init; }

    public long? RunForSeconds { get; init; }

    /// <summary>At most so many jobs are read one by one for their times.</summary>
    public required int Sample { get; init; }
}
