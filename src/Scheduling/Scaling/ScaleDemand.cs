using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>What a pool lacks and has idle at one moment: what capacity is planned from.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleDemand
{
    /// <summary>Ask for what comes after it.</summary>
    [Id(0)] public required long Version { get; init; }

    /// <summary>Gangs that have no room and that quota would admit, one after the other, in the order in which they would start.</summary>
    [Id(1)] public required ImmutableArray<PendingGang> Gangs { get; init; }

    /// <summary>Every rack that has nodes.</summary>
    [Id(2)] public required ImmutableArray<IdleRack> Racks { get; init; }

    /// <summary>Gangs without room that quota would not admit: no machine is wanted for them.</summary>
    [Id(3)] public int RefusedByQuota { get; init; }

    /// <summary>Gangs that wait behind those that are listed.</summary>
    [Id(4)] public int LeftOut { get; init; }

    /// <summary>Machines that were bought for gangs and are kept for them, whether or not they have joined.</summary>
    [Id(5)] public ImmutableArray<MachineEarmark> Earmarks { get; init; } = [];

    /// <summary>Gangs with machines of their own that quota would not admit any more, others having come first: these machines are everybody's.</summary>
    [Id(6)] public ImmutableArray<AttemptId> NoLongerAdmitted { get; init; } = [];
}

/// <summary>A gang that waits for machines.</summary>
[GenerateSerializer, Immutable]
public sealed record PendingGang
{
    [Id(0)] public required AttemptId Attempt { get; init; }
    [Id(1)] public required JobSpec Spec { get; init; }
}

/// <summary>A rack, and which of its nodes take new work and have none.</summary>
[GenerateSerializer, Immutable]
public sealed record IdleRack
{
    [Id(0)] public required RackSpec Spec { get; init; }

    /// <summary>A bit per slot.</summary>
    [Id(1)] public required ulong Idle { get; init; }

    /// <summary>Those that take no work, and have none: not ready yet, or no longer. A bit per slot.</summary>
    [Id(2)] public ulong Closed { get; init; }

    /// <summary>Those that take new work and on which nothing runs: idle, or about to be used by somebody who may not get so far. A bit per slot.</summary>
    [Id(3)] public ulong Workless { get; init; }
}
