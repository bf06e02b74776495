using Grains.Nodes;
using Scheduling.Nodes;

namespace Simulation.Shadow;

/// <summary>All nodes as they are stored.</summary>
internal sealed class NodeTwins(Shadows all)
{
    private readonly Dictionary<GrainId, NodeRecord> _nodes = [];

    public void Write(GrainId id, NodeRecord next)
    {
        var before = _nodes.GetValueOrDefault(id) ?? new NodeRecord();
        _nodes[id] = next;
        var (from, to) = (before.Health.State, next.Health.State);
        all.Holds(from == to || Edges(from).Contains(to), "I14", () => $"{id} went from {from} to {to}");
        all.Holds(
            to != NodeState.Ready || next.Health.Preflight is not (NodePreflight.Pending or NodePreflight.Failed), "I10",
            () => $"{id} is Ready, and its preflight is {next.Health.Preflight}");
        all.Holds(next.Version > before.Version, "I14", () => $"{id} has version {next.Version} after {before.Version}");
    }

    /// <summary>The published graph, once more.</summary>
    private static NodeState[] Edges(NodeState from) => from switch
    {
        NodeState.Ready => [NodeState.NotReady, NodeState.Preflight, NodeState.Cordoned, NodeState.Draining],
        NodeState.NotReady => [NodeState.Ready, NodeState.Preflight, NodeState.Cordoned, NodeState.Draining],
        NodeState.Preflight => [NodeState.Ready, NodeState.NotReady, NodeState.Cordoned, NodeState.Draining],
        NodeState.Cordoned => [NodeState.Ready, NodeState.NotReady, NodeState.Preflight, NodeState.Draining],
        NodeState.Draining => [NodeState.Ready, NodeState.NotReady, NodeState.Preflight, NodeState.Drained],
        _ => [NodeState.Ready, NodeState.NotReady, NodeState.Preflight],
    };
}
