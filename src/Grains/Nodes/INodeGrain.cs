using System.Collections.Immutable;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Nodes;

/// <summary>One machine. Owns capacity, health state, incidents and maintenance; never on the placement path.</summary>
[Alias("Grains.Nodes.INodeGrain")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>
    /// From the node reconciler: the machine as the cluster shows it now. Repeatable. Answers whether its rack has heard what follows: until then
    /// a rack that has not met this machine may give it work.
    /// </summary>
    [OpenToGateways]
    Task<bool> Observe(NodeObservation observation);

    [ReadOnly]
    [OpenToGateways]
    Task<NodeView?> GetView();

    /// <summary>No new work; what runs goes on.</summary>
    [OpenToGateways]
    Task<Answer> Cordon(Caller caller, string reason);

    [OpenToGateways]
    Task<Answer> Uncordon(Caller caller);

    /// <summary>No new work, and what runs here is stopped with its gang and queued again. Drained once nothing is left.</summary>
    [OpenToGateways]
    Task<Answer> Drain(Caller caller, string reason);

    /// <summary>Its preflight ended, or a later check: who failed takes no new work until it passes; what runs goes on. Repeatable.</summary>
    /// <param name="boot">Of which run of the machine this is the result; null: of the one that is seen now.</param>
    [OpenToGateways]
    Task<Answer> Examined(Caller caller, bool passed, string reason, string? boot);

    /// <summary>The machine is dead: what ran on it is queued again at once, and the cluster is told. Only of one that is not ready. Repeatable.</summary>
    [OpenToGateways]
    Task<Answer> DeclareDead(Caller caller, string reason);

    /// <summary>From the gateway: something happened to the machine that changes no state, for its history. Repeatable.</summary>
    [OpenToGateways]
    Task Remark(string by, string text);

    /// <summary>
    /// The agent on the machine says which hardware that is; other hardware than before is noted in its history. Repeatable: the same again changes nothing,
    /// and neither does what is older than what was kept.
    /// </summary>
    /// <param name="host">The physical host; empty: not known, and what was known stays.</param>
    /// <param name="gpuSerials">Of its GPUs, with commas between; empty: not known, and what was known stays.</param>
    /// <param name="readAt">When the agent looked.</param>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> TellHardware(Caller caller, string host, string gpuSerials, DateTimeOffset readAt);

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

    /// <summary>What else the cluster says of it; absent when the source knows nothing more.</summary>
    [Id(3)] public NodeFacts? Facts { get; init; }
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

    [Id(8)] public NodePreflight Preflight { get; init; }

    /// <summary>Of one that drains: what of others must leave yet, for people; null when nothing is in the way.</summary>
    [Id(9)] public string? WaitsFor { get; init; }

    /// <summary>Somebody said that the machine is dead.</summary>
    [Id(10)] public bool OutOfService { get; init; }

    /// <summary>The machine's life that was seen last.</summary>
    [Id(11)] public NodeLife Life { get; init; }

    /// <summary>It is Cordoned because the cluster holds it out, not an operator.</summary>
    [Id(12)] public bool HeldByCluster { get; init; }

    /// <summary>The hardware that was seen last.</summary>
    [Id(13)] public NodeMachine Machine { get; init; }
}
