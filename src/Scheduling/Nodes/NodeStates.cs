namespace Scheduling.Nodes;

/// <summary>What follows from a <see cref="NodeState"/>.</summary>
public static class NodeStates
{
    /// <summary>The legal edges (I14).</summary>
    public static bool CanBecome(this NodeState from, NodeState to) => (from, to) switch
    {
        (NodeState.Ready, NodeState.NotReady or NodeState.Preflight or NodeState.Cordoned or NodeState.Draining) => true,
        (NodeState.NotReady, NodeState.Ready or NodeState.Preflight or NodeState.Cordoned or NodeState.Draining) => true,
        (NodeState.Preflight, NodeState.Ready or NodeState.NotReady or NodeState.Cordoned or NodeState.Draining) => true,
        (NodeState.Cordoned, NodeState.Ready or NodeState.NotReady or NodeState.Preflight or NodeState.Draining) => true,
        (NodeState.Draining, NodeState.Ready or NodeState.NotReady or NodeState.Preflight or NodeState.Drained) => true,
        (NodeState.Drained, NodeState.Ready or NodeState.NotReady or NodeState.Preflight) => true,
        _ => false,
    };

    /// <summary>Somebody holds it out: an operator, or the cluster where <see cref="NodeHealth.HeldByCluster"/>.</summary>
    public static bool IsHeldOut(this NodeState state) => state is NodeState.Cordoned or NodeState.Draining or NodeState.Drained;
}
