using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>One change of a rack's ledger, as its journal stores it. Which members are set depends on <see cref="Kind"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record RackEntry
{
    [Id(0)] public required RackEntryKind Kind { get; init; }

    [Id(1)] public long Epoch { get; init; }

    [Id(2)] public RackAllocation? Allocation { get; init; }

    [Id(3)] public PlanRef Plan { get; init; }

    /// <summary>With vacant slots and retired nodes in their places.</summary>
    [Id(4)] public RackSpec? Spec { get; init; }

    /// <summary>A bit per slot: the node there is gone and waits only for its allocations to end.</summary>
    [Id(5)] public ulong Retired { get; init; }

    [Id(6)] public NodeId Node { get; init; }

    [Id(7)] public bool Schedulable { get; init; }

    public static RackEntry Attached(long epoch) => new() { Kind = RackEntryKind.Attached, Epoch = epoch };

    public static RackEntry Held(RackAllocation hold) => new() { Kind = RackEntryKind.Held, Allocation = hold };

    public static RackEntry Committed(PlanRef plan) => new() { Kind = RackEntryKind.Committed, Plan = plan };

    public static RackEntry Released(PlanRef plan) => new() { Kind = RackEntryKind.Released, Plan = plan };

    public static RackEntry Offered(RackSpec slots, ulong retired) => new() { Kind = RackEntryKind.Offered, Spec = slots, Retired = retired };

    public static RackEntry Moved(RackAllocation allocation) => new() { Kind = RackEntryKind.Moved, Allocation = allocation };

    public static RackEntry SchedulableSet(NodeId node, bool schedulable) =>
        new() { Kind = RackEntryKind.SchedulableSet, Node = node, Schedulable = schedulable };
}
