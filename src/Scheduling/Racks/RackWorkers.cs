using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>An attempt's workers in one rack and the nodes that they are on, as both are at one moment.</summary>
[GenerateSerializer, Immutable]
public sealed record RackWorkers
{
    [Id(0)] public required ImmutableArray<WorkerSlot> Workers { get; init; }

    /// <summary>The node of each of <see cref="Workers"/>.</summary>
    [Id(1)] public required ImmutableArray<NodeId> Nodes { get; init; }

    [Id(2)] public required bool Committed { get; init; }
}
