using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Nodes;

/// <summary>What a node grain stores. A node that was always ready and never touched has none.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeRecord
{
    [Id(0)] public NodeHealth Health { get; init; } = new();

    [Id(1)] public NodeSpec? Spec { get; init; }

    [Id(2)] public RackId Rack { get; init; }

    /// <summary>Grows with every change; comes from the clock, so that it also grows across lives without a record.</summary>
    [Id(3)] public long Version { get; init; }

    /// <summary>Its machine is to be deleted: it is never taken back into service.</summary>
    [Id(4)] public bool Retired { get; init; }

    /// <summary>The machine's life that was seen last.</summary>
    [Id(5)] public NodeLife Life { get; init; }

    /// <summary>A drain waits for what others run here, and what that is: "" nothing, null not counted since the drain began.</summary>
    [Id(6)] public bool CountsOthers { get; init; }
    [Id(7)] public string? Others { get; init; }

    /// <summary>It is gone from the cluster; all that is left is what ran on it.</summary>
    [Id(8)] public bool Gone { get; init; }

    /// <summary>The hardware that was seen last.</summary>
    [Id(9)] public NodeMachine Machine { get; init; }

    /// <summary>When the agent looked that told what of it was new; what is older, a message that comes again, does not undo it.</summary>
    [Id(10)] public DateTimeOffset? HardwareReadAt { get; init; }

    /// <summary>Nothing of others is in the way of a drain.</summary>
    public bool IsLeftByOthers => !CountsOthers || Others is "";
}
