using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>What a job wants of its parts.</summary>
[GenerateSerializer]
public enum SetMode
{
    /// <summary>They are created, kept up, and run.</summary>
    Run = 0,

    /// <summary>They are suspended.</summary>
    Hold = 1,

    /// <summary>They are cancelled, and no more are created.</summary>
    Stop = 2,
}

/// <summary>A job's order to its set. Absolute: the same order again changes nothing.</summary>
[GenerateSerializer, Immutable]
public sealed record SetOrder
{
    [Id(0)] public required SetMode Mode { get; init; }
    [Id(1)] public required OriginKind Kind { get; init; }

    /// <summary>Tasks in all, replicas to keep up, or extra groups of workers at most.</summary>
    [Id(2)] public required int Target { get; init; }

    /// <summary>Parts that may live at once.</summary>
    [Id(3)] public required int Parallel { get; init; }

    /// <summary>Of an elastic job: the attempt that the extra workers join; others' are cancelled.</summary>
    [Id(4)] public int Attempt { get; init; }
}

/// <summary>One part that was promised to exist, and is not yet known to have ended.</summary>
[GenerateSerializer, Immutable]
public readonly record struct SetPart
{
    [Id(0)] public required int Index { get; init; }

    /// <summary>0, or the set's serial number when it was created: an id is never used twice.</summary>
    [Id(1)] public int Generation { get; init; }

    /// <summary>Of extra workers: the attempt they belong to.</summary>
    [Id(2)] public int Attempt { get; init; }

    /// <summary>The set has suspended it, so the set resumes it.</summary>
    [Id(3)] public bool Held { get; init; }

    /// <summary>The last one of this index has ended: the next is created then. Null while it lives.</summary>
    [Id(4)] public DateTimeOffset? RestartAt { get; init; }

    /// <summary>How many of this index have ended soon after they began, one after the other.</summary>
    [Id(5)] public int ShortLived { get; init; }
}

/// <summary>What a set's grain owns and persists.</summary>
[GenerateSerializer, Immutable]
public sealed record SetState
{
    /// <summary>The job whose parts these are.</summary>
    [Id(0)] public required JobId Id { get; init; }

    /// <summary>What that job asked for.</summary>
    [Id(1)] public required JobSpec Template { get; init; }

    [Id(2)] public required SetOrder Order { get; init; }

    /// <summary>The next task's index.</summary>
    [Id(3)] public int Next { get; init; }

    [Id(4)] public ImmutableArray<SetPart> Parts { get; init; } = [];
    [Id(5)] public int Succeeded { get; init; }
    [Id(6)] public int Failed { get; init; }

    /// <summary>The first part that did not succeed.</summary>
    [Id(7)] public JobId? FirstFailed { get; init; }

    /// <summary>Of an elastic job: no further part before that, because one had to go.</summary>
    [Id(8)] public DateTimeOffset? CoolUntil { get; init; }

    /// <summary>The last number given to a part that took another's place.</summary>
    [Id(9)] public int Serial { get; init; }
}

/// <summary>How a set's parts stood when they were looked at last.</summary>
[GenerateSerializer, Immutable]
public sealed record SetProgress
{
    /// <summary>The mode in which they were looked at.</summary>
    [Id(0)] public required SetMode Mode { get; init; }
    [Id(1)] public required int Total { get; init; }
    [Id(2)] public int Pending { get; init; }

    /// <summary>Placed, and not ended.</summary>
    [Id(3)] public int Running { get; init; }
    [Id(4)] public int Suspended { get; init; }
    [Id(5)] public int Succeeded { get; init; }
    [Id(6)] public int Failed { get; init; }

    /// <summary>None is left.</summary>
    [Id(7)] public bool IsEmpty { get; init; }

    /// <summary>Every task has ended.</summary>
    [Id(8)] public bool IsDone { get; init; }

    /// <summary>The first part that did not succeed.</summary>
    [Id(9)] public JobId? FirstFailed { get; init; }

    /// <summary>Those that live are suspended.</summary>
    public bool IsQuiet => Pending + Running == 0;
}
