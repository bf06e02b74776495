namespace Gateway.Contracts;

/// <summary>A job as it stands. Its ETag is its version in quotes.</summary>
public sealed record Job
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Tenant { get; init; }
    public required string User { get; init; }

    /// <summary>"cohort/team/user".</summary>
    public required string Quota { get; init; }
    public required string Pool { get; init; }
    public required int Priority { get; init; }

    /// <summary>Pending, Starting, Running, Stopping, Suspended, Succeeded, Failed, Cancelled or TimedOut.</summary>
    public required string Phase { get; init; }

    /// <summary>True once the phase is final.</summary>
    public required bool Ended { get; init; }

    /// <summary>Why it is in this phase, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>The present attempt's number, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many attempts failed for the job's own reasons.</summary>
    public required int Failures { get; init; }

    public required IReadOnlyList<JobRole> Roles { get; init; }
    public required JobTopology Topology { get; init; }
    public long? RunForSeconds { get; init; }
    public long? TimeLimitSeconds { get; init; }
    public required int MaxRetries { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public string? PriorityClass { get; init; }
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What it was submitted to wait for; see <see cref="WaitsFor"/> for what is left.</summary>
    public IReadOnlyList<JobDependencyRequest>? DependsOn { get; init; }
    public JobRetry? Retry { get; init; }
    public JobCheckpoint? Checkpoint { get; init; }
    public long? MinRuntimeSeconds { get; init; }
    public JobArray? Array { get; init; }
    public JobService? Service { get; init; }
    public JobSpread? Spread { get; init; }
    public JobContainer? Container { get; init; }
    public JobRestart? Restart { get; init; }

    /// <summary>The array, service or elastic job that this one is a part of.</summary>
    public JobPartOf? PartOf { get; init; }

    /// <summary>Of an array, service or elastic job: how its parts stand. <c>/jobs?parent=ID</c> lists them.</summary>
    public JobParts? Parts { get; init; }

    /// <summary>Of an elastic job: workers that run now, the extra ones among them; absent on others. At least <see cref="Workers"/> while it runs.</summary>
    public int? WorkersNow { get; init; }

    /// <summary>Of an elastic job: the most workers it takes.</summary>
    public int? MaxWorkers { get; init; }

    /// <summary>Other jobs that it still waits for, before it may queue.</summary>
    public IReadOnlyList<JobDependencyRequest>? WaitsFor { get; init; }

    /// <summary>After a failure: it does not queue again before that.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>It has been asked to save its work and make room.</summary>
    public JobPreemptionAsk? Preemption { get; init; }

    /// <summary>How often an attempt was taken off its nodes for a reason that was not the job's own.</summary>
    public int Evictions { get; init; }

    /// <summary>When its work was last known to be saved.</summary>
    public DateTimeOffset? LastCheckpointAt { get; init; }

    /// <summary>Workers in all roles.</summary>
    public required int Workers { get; init; }

    /// <summary>GPU of all workers, in thousandths.</summary>
    public required long GpuMilli { get; init; }

    /// <summary>Where the live attempt runs; absent when it has no placement. <c>/jobs/{id}/workers</c> names the nodes.</summary>
    public IReadOnlyList<JobRackShare>? Placement { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset? PlacedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Grows with every change.</summary>
    public required long Version { get; init; }
}

/// <summary>How many workers of a job are in a rack.</summary>
public sealed record JobRackShare
{
    /// <summary>"pool/rack".</summary>
    public required string Rack { get; init; }
    public required int Workers { get; init; }
}

/// <summary>One worker of the live attempt, where it was placed.</summary>
public sealed record JobWorker
{
    /// <summary>Gang-wide, from 0.</summary>
    public required int Rank { get; init; }
    public required string Role { get; init; }
    public required string Rack { get; init; }

    /// <summary>Absent when the rack no longer has a node in this slot.</summary>
    public string? Node { get; init; }

    /// <summary>The node's slot in its rack.</summary>
    public required int Slot { get; init; }

    /// <summary>Which of the node's GPUs.</summary>
    public required IReadOnlyList<int> Gpus { get; init; }

    /// <summary>How much of each, in thousandths.</summary>
    public required int GpuMilli { get; init; }
}

public sealed record JobWorkerList
{
    public required IReadOnlyList<JobWorker> Value { get; init; }

    /// <summary>The next page; absent on the last.</summary>
    public string? NextLink { get; init; }
}

/// <summary>A job in a list.</summary>
public sealed record JobSummary
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Tenant { get; init; }
    public required string User { get; init; }
    public required string Quota { get; init; }
    public required string Pool { get; init; }
    public required string Phase { get; init; }
    public required bool Ended { get; init; }
    public required int Attempt { get; init; }
    public required int Priority { get; init; }
    public required long GpuMilli { get; init; }
    public required int Workers { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The array, service or elastic job that this one is a part of.</summary>
    public string? Parent { get; init; }
}

/// <summary>Newest first.</summary>
public sealed record JobList
{
    public required IReadOnlyList<JobSummary> Value { get; init; }

    /// <summary>The next page; absent on the last.</summary>
    public string? NextLink { get; init; }
}

/// <summary>One line of a job's timeline; as a server-sent event its id is the sequence and its event is the type.</summary>
public sealed record JobEvent
{
    public required long Sequence { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Phase { get; init; }
    public required int Attempt { get; init; }

    /// <summary>A stable word: Submitted, Placed, Started, Stopping, Requeued, Ended …</summary>
    public required string Type { get; init; }
    public string? Message { get; init; }
}

public sealed record JobEventList
{
    public required IReadOnlyList<JobEvent> Value { get; init; }

    /// <summary>True once the job has ended and nothing further will come.</summary>
    public required bool Complete { get; init; }
}
