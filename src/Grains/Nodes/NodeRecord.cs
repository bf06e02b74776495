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
}
