namespace Scheduling.Nodes;

/// <summary>
/// Where a machine is. The published graph, with the edges in <see cref="NodeStates.CanBecome"/>:
/// <code>
/// Ready ⇄ NotReady ⇄ Preflight ⇄ Ready;  Ready | NotReady | Preflight ⇄ Cordoned
/// Ready | NotReady | Preflight | Cordoned → Draining → Drained;  Cordoned | Draining | Drained → Ready | NotReady | Preflight (uncordon)
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

    /// <summary>It has not passed preflight since it started, or has failed it. What runs goes on.</summary>
    Preflight = 5,
}
