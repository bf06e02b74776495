namespace Scheduling.Nodes;

/// <summary>
/// Where a machine is. The published graph, with the edges in <see cref="NodeStates.CanBecome"/>:
/// <code>
/// Ready ⇄ NotReady;  Ready | NotReady ⇄ Cordoned;  Ready | NotReady | Cordoned → Draining → Drained
/// Cordoned | Draining | Drained → Ready | NotReady (uncordon)
/// </code>
/// Only Ready takes new work.
/// </summary>
[GenerateSerializer]
public enum NodeState
{
    Ready = 0,
    Cordoned = 1,
    Draining = 2,
    Drained = 3,
    NotReady = 4,
}
