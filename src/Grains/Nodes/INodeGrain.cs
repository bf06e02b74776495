using System.Collections.Immutable;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Nodes;

/// <summary>One machine. Owns capacity, health state, incidents and maintenance; never on the placement path.</summary>
[Alias("Grains.Nodes.INodeGrain")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>From the node reconciler: the machine as the cluster shows it now. Repeatable.</summary>
    Task Observe(NodeObservation observation);

    [ReadOnly]
    Task<NodeView?> GetView();

    /// <summary>No new work; what runs goes on.</summary>
    Task<Answer> Cordon(Caller caller, string reason);

    Task<Answer> Uncordon(Caller caller);

    /// <summary>No new work, and what runs here is stopped with its gang and queued again. Drained once nothing is left.</summary>
    Task<Answer> Drain(Caller caller, string reason);

    /// <summary>Its machine is to be deleted. Only of a drained node, and for good: it is never taken back into service. Repeatable.</summary>
    Task<Answer> Retire(Caller caller);

    /// <summary>Its machine is gone, and so is all that is known of it. Only of a node that drains or is drained. Repeatable.</summary>
    Task<Answer> Forget(Caller caller);
}

[GenerateSerializer, Immutable]
public sealed record NodeObservation
{
    [Id(0)] public required NodeSpec Spec { get; init; }
    [Id(1)] public required RackId Rack { get; init; }

    /// <summary>The cluster calls it ready.</summary>
    [Id(2)] public required bool Ready { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record NodeView
{
    [Id(0)] public required NodeSpec Spec { get; init; }
    [Id(1)] public required RackId Rack { get; init; }
    [Id(2)] public required NodeState State { get; init; }

    /// <summary>Why, by whom and since when it is not Ready.</summary>
    [Id(3)] public string? Reason { get; init; }
    [Id(4)] public string? By { get; init; }
    [Id(5)] public DateTimeOffset? Since { get; init; }
    [Id(6)] public required long Version { get; init; }

    /// <summary>What happened to it, oldest first; the newest <see cref="NodeHealth.MaxIncidents"/>.</summary>
    [Id(7)] public ImmutableArray<NodeIncident> Incidents { get; init; } = [];
}
