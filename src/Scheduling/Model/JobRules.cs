using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>Another job, and what must have become of it.</summary>
[GenerateSerializer, Immutable]
public readonly record struct JobDependency([property: Id(0)] JobId Job, [property: Id(1)] DependencyCondition Condition);

/// <summary>What a dependency waits for. One that can no longer come true ends the job that waits.</summary>
[GenerateSerializer]
public enum DependencyCondition
{
    Succeeded = 0,

    /// <summary>Ended, however.</summary>
    Ended = 1,

    /// <summary>Ended, but not as Succeeded.</summary>
    Failed = 2,

    /// <summary>Its workers have started, at least once.</summary>
    Started = 3,
}

/// <summary>Why an attempt failed, as far as rules can tell it apart.</summary>
[GenerateSerializer]
public enum FailureClass
{
    /// <summary>A worker ended with an error of its own.</summary>
    Application = 0,

    /// <summary>Out of memory, on the host or on the GPU.</summary>
    OutOfMemory = 1,

    /// <summary>Node, GPU, link: the hardware.</summary>
    Hardware = 2,

    /// <summary>Image, volume, configuration: it never got to run.</summary>
    Setup = 3,
}

/// <summary>What follows which failure. Evictions and lost nodes are no failures: they cost no retry.</summary>
[GenerateSerializer, Immutable]
public sealed record RetryRules
{
    /// <summary>Failed attempts of each class that are retried; a class that is not named uses the job's MaxRetries.</summary>
    [Id(0)] public ImmutableArray<RetryLimit> Limits { get; init; } = [];

    /// <summary>Wait before the first retry; doubles with every further one.</summary>
    [Id(1)] public TimeSpan BackOff { get; init; }

    /// <summary>The longest wait.</summary>
    [Id(2)] public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Retries of all classes together; null is no further bound.</summary>
    [Id(3)] public int? Budget { get; init; }
}

[GenerateSerializer, Immutable]
public readonly record struct RetryLimit([property: Id(0)] FailureClass Class, [property: Id(1)] int Retries);

/// <summary>How a job's workers save their work.</summary>
[GenerateSerializer, Immutable]
public sealed record CheckpointRule
{
    /// <summary>How often they save by themselves; null: only when asked, or never.</summary>
    [Id(0)] public TimeSpan? Interval { get; init; }

    /// <summary>How long they have, once asked to save and stop. Pools bound it.</summary>
    [Id(1)] public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a job is a part of.</summary>
[GenerateSerializer]
public enum OriginKind
{
    /// <summary>One task of an array.</summary>
    Task = 0,

    /// <summary>One replica of a service.</summary>
    Replica = 1,

    /// <summary>Workers of an elastic job beyond its minimum.</summary>
    Extension = 2,
}

/// <summary>The set a job belongs to, and its place in it.</summary>
[GenerateSerializer, Immutable]
public sealed record JobOrigin
{
    /// <summary>The array, service or elastic job.</summary>
    [Id(0)] public required JobId Set { get; init; }
    [Id(1)] public required OriginKind Kind { get; init; }

    /// <summary>Its index in the set, from 0.</summary>
    [Id(2)] public required int Index { get; init; }

    /// <summary>Of further workers of an elastic job: how many workers come before the first of these, in ranks of the whole.</summary>
    [Id(3)] public int RankOffset { get; init; }
}

/// <summary>Many jobs of one kind under one id.</summary>
[GenerateSerializer, Immutable]
public sealed record SetRule
{
    /// <summary>Task: an array, which ends with its last task. Replica: a service, which is kept up.</summary>
    [Id(0)] public required OriginKind Kind { get; init; }

    /// <summary>Tasks in all, or replicas to begin with.</summary>
    [Id(1)] public required int Count { get; init; }

    /// <summary>Tasks in the queue or running at once.</summary>
    [Id(2)] public int MaxParallel { get; init; }
}

/// <summary>The jobs of one set take turns over the domains of <see cref="Level"/>: the emptiest of the set goes first.</summary>
[GenerateSerializer, Immutable]
public sealed record SpreadRule
{
    [Id(0)] public required TopologyLevel Level { get; init; }

    /// <summary>True: at most one of the set in a domain, or it waits. False: as evenly as can be had now.</summary>
    [Id(1)] public bool Required { get; init; }
}
