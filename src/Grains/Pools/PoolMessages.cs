using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

[GenerateSerializer, Immutable]
public sealed record EnqueueJob
{
    [Id(0)] public required AttemptId Attempt { get; init; }
    [Id(1)] public required JobSpec Spec { get; init; }

    /// <summary>The first submit time: a job that comes back keeps its place.</summary>
    [Id(2)] public required DateTimeOffset SubmittedAt { get; init; }
}

/// <summary>What should be running: one committed attempt.</summary>
[GenerateSerializer, Immutable]
public sealed record Assignment
{
    [Id(0)] public required AttemptId Attempt { get; init; }
    [Id(1)] public required JobSpec Spec { get; init; }
    [Id(2)] public required GangPlacement Placement { get; init; }

    /// <summary>Run: workers should exist. Stop: they should be stopped. Gone: the attempt is over, forget it. Checkpoint: as Run, and they are asked to save their work soon.</summary>
    [Id(3)] public required AssignmentWish Wish { get; init; }

    [Id(4)] public required long Epoch { get; init; }

    /// <summary>With <see cref="AssignmentWish.Checkpoint"/>: when they are stopped, saved or not.</summary>
    [Id(5)] public DateTimeOffset? CheckpointBy { get; init; }

    /// <summary>Nodes that are lost: of a gang that has failed members started again, what runs there is to be started elsewhere in the rack.</summary>
    [Id(6)] public ImmutableArray<NodeId> Leaving { get; init; } = [];

    /// <summary>The node of each worker, by rank, where the pool has heard it from the racks; empty: ask the racks. True for as long as no worker is moved.</summary>
    [Id(7)] public ImmutableArray<NodeId> Nodes { get; init; } = [];
}

[GenerateSerializer]
public enum AssignmentWish
{
    Run = 0,
    Stop = 1,
    Gone = 2,
    Checkpoint = 3,
}

[GenerateSerializer, Immutable]
public sealed record AssignmentPage
{
    [Id(0)] public required ImmutableArray<Assignment> Items { get; init; }

    /// <summary>Watch from here.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>List again after this job; null on the last page.</summary>
    [Id(2)] public JobId? Next { get; init; }
}

/// <summary>A pool at a glance.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolView
{
    [Id(0)] public required PoolId Pool { get; init; }
    [Id(1)] public required long Epoch { get; init; }
    [Id(2)] public required int Racks { get; init; }
    [Id(3)] public required int Nodes { get; init; }
    [Id(4)] public required int SchedulableNodes { get; init; }

    /// <summary>Thousandths of a GPU.</summary>
    [Id(5)] public required long GpuMilliTotal { get; init; }
    [Id(6)] public required long GpuMilliAllocated { get; init; }
    [Id(7)] public required int PendingJobs { get; init; }

    /// <summary>Attempts between plan and commit.</summary>
    [Id(8)] public required int PlacingJobs { get; init; }

    /// <summary>Attempts with a committed placement.</summary>
    [Id(9)] public required int RunningJobs { get; init; }

    /// <summary>Pending jobs by why they wait.</summary>
    [Id(10)] public required ImmutableArray<ReasonCount> PendingByReason { get; init; }

    [Id(11)] public required ImmutableArray<GpuSeconds> Ledger { get; init; }

    [Id(12)] public required long InvariantChecks { get; init; }
    [Id(13)] public required long InvariantFailures { get; init; }

    /// <summary>Free, and kept for who it is promised to.</summary>
    [Id(14)] public long GpuMilliPromised { get; init; }
}

[GenerateSerializer, Immutable]
public readonly record struct ReasonCount([property: Id(0)] string Reason, [property: Id(1)] int Jobs);

/// <summary>GPU time spent in one way: productive, startup, lost, held, fragmented, unhealthy, idle.</summary>
[GenerateSerializer, Immutable]
public readonly record struct GpuSeconds([property: Id(0)] string Category, [property: Id(1)] double Seconds);

/// <summary>A part of a pool's state at one moment: attempts first, then racks.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolStatePage
{
    [Id(0)] public required long Token { get; init; }
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>On the first page: all but the attempts.</summary>
    [Id(2)] public PoolSnapshot? Snapshot { get; init; }
    [Id(3)] public ImmutableArray<PoolAttemptRecord> Attempts { get; init; } = [];

    /// <summary>As the pool saw them last, without what is on them.</summary>
    [Id(4)] public ImmutableArray<RackView> Racks { get; init; } = [];

    /// <summary>After which the next page is; null: this is the last.</summary>
    [Id(5)] public int? Next { get; init; }
}
