using System.Collections.Immutable;
using Grains.Nodes;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>What the grains want of nodes, and what they are told of them beside the inventory.</summary>
internal interface INodeIntents
{
    /// <summary>All nodes of these pools that take no new work, as their grains say.</summary>
    Task<ImmutableDictionary<NodeId, NodeView>> Read(Func<PoolId, bool> ours, CancellationToken cancellationToken);

    /// <summary>One node; null when its grain knows nothing of it.</summary>
    Task<NodeView?> Of(NodeId node);

    Task Remark(NodeId node, string by, string text);
}
