using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>Something operators should hear of.</summary>
public abstract record RackEvent
{
    private RackEvent()
    {
    }

    /// <summary>A node offers less than is allocated on it: it keeps what runs and gets nothing new.</summary>
    public sealed record CapacityBelowAllocated(NodeId Node, string Detail) : RackEvent;

    /// <summary>A node left the cluster with attempts on it.</summary>
    public sealed record NodeVanished(NodeId Node, int Workers) : RackEvent;

    /// <summary>All slots are taken, some by vanished nodes: this node joins when one is free and the rack is offered again.</summary>
    public sealed record NoSlot(NodeId Node) : RackEvent;
}
