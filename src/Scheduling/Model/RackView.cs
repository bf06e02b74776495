using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>What a rack's ledger says now: the truth that a pool plans from.</summary>
[GenerateSerializer, Immutable]
public sealed record RackView
{
    [Id(0)] public required RackSpec Spec { get; init; }

    /// <summary>A bit per slot: this node takes new work (ready, not cordoned, not draining).</summary>
    [Id(1)] public required ulong Schedulable { get; init; }

    /// <summary>Everything held or allocated.</summary>
    [Id(2)] public required ImmutableArray<RackAllocation> Allocations { get; init; }

    /// <summary>Grows with every change of the rack.</summary>
    [Id(3)] public required long Version { get; init; }

    /// <summary>The highest pool epoch this rack obeys.</summary>
    [Id(4)] public required long Epoch { get; init; }
}

/// <summary>One attempt's share of a rack.</summary>
[GenerateSerializer, Immutable]
public sealed record RackAllocation
{
    [Id(0)] public required AttemptId Attempt { get; init; }

    /// <summary>False while it is only held.</summary>
    [Id(1)] public required bool Committed { get; init; }

    [Id(2)] public required ImmutableArray<WorkerSlot> Workers { get; init; }

    /// <summary>The shape of each role, by role index.</summary>
    [Id(3)] public required ImmutableArray<WorkerShape> Shapes { get; init; }

    /// <summary>When a hold ends unless it is committed.</summary>
    [Id(4)] public DateTimeOffset LeaseUntil { get; init; }

    /// <summary>The plan it was held under: commit and release must name the same one.</summary>
    [Id(5)] public required long Plan { get; init; }

    /// <summary>Whose workers they are: checked where nodes are dedicated to tenants. Absent: no such node takes them.</summary>
    [Id(6)] public TenantId Tenant { get; init; }

    /// <summary>How often some of its workers got another node of this rack in place of one that was lost.</summary>
    [Id(7)] public int Moves { get; init; }
}
