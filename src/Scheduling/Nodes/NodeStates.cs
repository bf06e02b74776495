namespace Scheduling.Nodes;

/// <summary>What follows from a <see cref="NodeState"/>.</summary>
public static class NodeStates
{
    /// <summary>The legal edges (I14).</summary>
    public static bool CanBecome(this NodeState from, NodeState to) => (from, to) switch
    {
        (NodeState.Ready, NodeState.NotReady or NodeState.Cordoned or NodeState.Draining) => true,
        (NodeState.NotReady, NodeState.Ready or NodeState.Cordoned or NodeState.Draining) => true,
        (NodeState.Cordoned, NodeState.Ready or NodeState.NotReady or NodeState.Draining) => true,
        (NodeState.Draining, NodeState.Ready or NodeState.NotReady or NodeState.Drained) => true,
        (NodeState.Drained, NodeState.Ready or NodeState.NotReady) => true,
        _ => false,
    };

    /// <summary>An operator holds it out.</summary>
    public static bool IsHeldOut(this NodeState state) => state is NodeState.Cordoned or NodeState.Draining or NodeState.Drained;
}
