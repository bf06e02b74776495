using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>A rack's whole ledger: what all its entries add up to.</summary>
[GenerateSerializer, Immutable]
public sealed record RackSnapshot
{
    /// <summary>Slot by slot, with vacant ones and retired nodes.</summary>
    [Id(0)] public required RackSpec Spec { get; init; }

    /// <summary>A bit per slot: the node there is gone and waits only for its allocations to end.</summary>
    [Id(1)] public required ulong Retired { get; init; }

    /// <summary>Nodes that were told to take no new work, in the rack or not, oldest first.</summary>
    [Id(2)] public required ImmutableArray<NodeId> Withheld { get; init; }

    /// <summary>In attempt order.</summary>
    [Id(3)] public required ImmutableArray<RackAllocation> Allocations { get; init; }

    /// <summary>Plans that may not come back, oldest first.</summary>
    [Id(4)] public required ImmutableArray<PlanRef> Released { get; init; }

    [Id(5)] public required long Version { get; init; }

    [Id(6)] public required long Epoch { get; init; }

    /// <summary>Something was offered at least once: before that a rack does not exist for anybody.</summary>
    [Id(7)] public required bool Offered { get; init; }
}
