using System.Collections.Immutable;
using Scheduling.Model;

namespace Grains.Racks;

/// <summary>One message per rack: the holds of one planning round.</summary>
[GenerateSerializer, Immutable]
public sealed record HoldBatch
{
    [Id(0)] public required long Epoch { get; init; }

    [Id(1)] public required ImmutableArray<HoldRequest> Holds { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record HoldRequest
{
    [Id(0)] public required AttemptId Attempt { get; init; }

    /// <summary>Names the intent; commit and release must name the same one.</summary>
    [Id(1)] public required long Plan { get; init; }

    [Id(2)] public required ImmutableArray<WorkerSlot> Workers { get; init; }

    /// <summary>The shape of each role, by role index.</summary>
    [Id(3)] public required ImmutableArray<WorkerShape> Shapes { get; init; }

    [Id(4)] public required TimeSpan Lease { get; init; }

    /// <summary>Whose workers they are. Absent: nodes dedicated to tenants refuse them.</summary>
    [Id(5)] public TenantId Tenant { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record HoldAnswer
{
    /// <summary>The rack obeys a higher epoch: the sender has been replaced.</summary>
    [Id(0)] public bool Fenced { get; init; }

    /// <summary>By position in the batch: null when granted, otherwise why not.</summary>
    [Id(1)] public ImmutableArray<string?> Refusals { get; init; } = [];

    /// <summary>The fresh ledger when anything was refused, to plan again from; otherwise null.</summary>
    [Id(2)] public RackView? Fresh { get; init; }

    /// <summary>By position in the batch: the node of each of its workers, which stays that for as long as they are held or run; empty where refused.</summary>
    [Id(3)] public ImmutableArray<ImmutableArray<NodeId>> Nodes { get; init; } = [];
}

[GenerateSerializer, Immutable]
public sealed record SettleBatch
{
    [Id(0)] public required long Epoch { get; init; }

    [Id(1)] public ImmutableArray<PlanRef> Commits { get; init; } = [];

    [Id(2)] public ImmutableArray<PlanRef> Releases { get; init; } = [];
}

[GenerateSerializer, Immutable]
public sealed record SettleAnswer
{
    [Id(0)] public bool Fenced { get; init; }

    /// <summary>
    /// Commits whose hold is not there. A hold that ran out is freed only after the job has burnt the attempt, so such a commit
    /// has no job behind it: read the job before anything else.
    /// </summary>
    [Id(1)] public ImmutableArray<PlanRef> Missing { get; init; } = [];

    /// <summary>The rack's version after this.</summary>
    [Id(2)] public long Version { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record NodeAttempts
{
    [Id(0)] public required ImmutableArray<AttemptId> Attempts { get; init; }

    /// <summary>Those of them that use GPUs which the node does not offer any more.</summary>
    [Id(1)] public ImmutableArray<AttemptId> Beyond { get; init; } = [];
}

[GenerateSerializer, Immutable]
public sealed record MoveWorkers
{
    [Id(0)] public required AttemptId Attempt { get; init; }

    /// <summary>The node that its workers are to leave.</summary>
    [Id(1)] public required NodeId From { get; init; }

    /// <summary><see cref="RackAllocation.Moves"/> as it was seen: what comes late does nothing.</summary>
    [Id(2)] public required int Moves { get; init; }

    /// <summary>They must stay in their NVLink domain.</summary>
    [Id(3)] public bool KeepsDomain { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record MoveAnswer
{
    /// <summary>Why not; null: nothing of the attempt is on that node any more.</summary>
    [Id(0)] public string? Refusal { get; init; }
}
