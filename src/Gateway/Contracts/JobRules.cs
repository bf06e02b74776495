using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Gateway.Contracts;

/// <summary>Another job, and what must have become of it.</summary>
public sealed record JobDependencyRequest
{
    [Required]
    [Description("The other job's id. It must exist already and be of the same tenant.")]
    public string? Job { get; init; }

    [AllowedValues("succeeded", "ended", "failed", "started", null)]
    [Description("succeeded (the default), ended (however), failed (ended, but not succeeded), or started.")]
    public string? Condition { get; init; }
}

/// <summary>What follows which failure.</summary>
public sealed record JobRetry
{
    [MaxLength(Contracts.Limits.MaxRetryLimits)]
    [Description("Retries by class of failure; a class that is not named uses maxRetries. Failing hardware that is not named costs no retry.")]
    public IReadOnlyList<JobRetryLimit?>? Limits { get; init; }

    [Range(0, Contracts.Limits.MaxBackOffSeconds)]
    [Description("The wait before the first retry; doubles with every further one. 0 by default.")]
    public long? BackOffSeconds { get; init; }

    [Range(0, Contracts.Limits.MaxBackOffSeconds)]
    [Description("The longest wait. One hour by default.")]
    public long? MaxBackOffSeconds { get; init; }

    [Range(0, Contracts.Limits.MaxRetries)]
    [Description("Retries of all classes together. 20 by default, or maxRetries when that is more.")]
    public long? Budget { get; init; }
}

public sealed record JobRetryLimit
{
    [Required, AllowedValues("application", "outOfMemory", "hardware", "setup")]
    [Description("application, outOfMemory, hardware or setup.")]
    public string? Class { get; init; }

    [Required, Range(0, Limits.MaxRetries)]
    [Description("How many failed attempts of this class are retried.")]
    public long? Retries { get; init; }
}

/// <summary>How a job's workers save their work.</summary>
public sealed record JobCheckpoint
{
    [Range(Limits.MinCheckpointSeconds, Limits.MaxDurationSeconds)]
    [Description("How often they save by themselves; without it only when asked.")]
    public long? IntervalSeconds { get; init; }

    [Range(0, Limits.MaxGraceSeconds)]
    [Description("How long they have, once asked to save and make room. 30 by default; pools bound it.")]
    public long? GraceSeconds { get; init; }
}

/// <summary>Many jobs of one kind that each do their part and end.</summary>
public sealed record JobArray
{
    [Required, Range(1, Limits.MaxTasks)]
    [Description("Tasks, numbered from 0.")]
    public long? Count { get; init; }

    [Range(1, Limits.MaxParallel)]
    [Description("How many of them are in the queue or run at once. 100 by default.")]
    public long? MaxParallel { get; init; }
}

/// <summary>Jobs of one kind that are kept up for ever.</summary>
public sealed record JobService
{
    [Required, Range(1, Limits.MaxReplicas)]
    [Description("How many are kept up; PUT /jobs/{id}/replicas changes it.")]
    public long? Replicas { get; init; }
}

/// <summary>How the jobs of an array or service keep apart.</summary>
public sealed record JobSpread
{
    [Required, AllowedValues("node", "nvlink", "rack", "block")]
    [Description("The domains they take turns over: node, nvlink, rack or block.")]
    public string? Level { get; init; }

    [Description("True: at most one in a domain, or it waits. False, the default: as evenly as can be had now.")]
    public bool? Required { get; init; }
}

/// <summary>A role's workers in groups that each stay together.</summary>
public sealed record JobSlices
{
    [Required, Range(1, Limits.MaxWorkersPerGang)]
    [Description("Workers of one slice; count must be a multiple of it.")]
    public long? Size { get; init; }

    [Required, AllowedValues("node", "nvlink", "rack", "block")]
    [Description("Each slice lies within one such domain.")]
    public string? Level { get; init; }
}

/// <summary>How many workers of a role may be close together.</summary>
public sealed record JobAntiAffinity
{
    [Required, AllowedValues("node", "nvlink", "rack", "block")]
    [Description("The domain: node, nvlink, rack or block.")]
    public string? Level { get; init; }

    [Range(1, Limits.MaxWorkersPerGang)]
    [Description("Workers of the role in one domain. 1 by default.")]
    public long? MaxPerDomain { get; init; }
}

/// <summary>What <c>PUT /api/v1/jobs/{id}/replicas</c> takes.</summary>
public sealed record ReplicasRequest
{
    [Required, Range(0, Limits.MaxReplicas)]
    [Description("How many are kept up from now on.")]
    public long? Replicas { get; init; }
}

/// <summary>The parts of an array, a service or an elastic job.</summary>
public sealed record JobParts
{
    /// <summary>Tasks of the array, replicas wanted of the service, or extra groups of workers that there may be.</summary>
    public required int Total { get; init; }

    /// <summary>In the queue.</summary>
    public required int Pending { get; init; }

    /// <summary>Placed, and not ended.</summary>
    public required int Running { get; init; }
    public required int Suspended { get; init; }

    /// <summary>Of an array: tasks that succeeded. Of a service: replicas that ended by themselves with success.</summary>
    public required int Succeeded { get; init; }

    /// <summary>Ended in any other way.</summary>
    public required int Failed { get; init; }
}

/// <summary>What a job is a part of.</summary>
public sealed record JobPartOf
{
    public required string Job { get; init; }

    /// <summary>task, replica or extension.</summary>
    public required string Kind { get; init; }

    /// <summary>From 0.</summary>
    public required int Index { get; init; }
}

/// <summary>The job has been asked to make room.</summary>
public sealed record JobPreemptionAsk
{
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Then it is stopped, whether its work is saved or not.</summary>
    public required DateTimeOffset StopAt { get; init; }

    public required string Reason { get; init; }
}
