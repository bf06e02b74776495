using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Grains.Nodes;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Asks the racks which of their nodes take no new work, and those nodes' grains why.</summary>
internal sealed class GrainNodeIntents(IGrainFactory grains, IKnownRacks racks) : INodeIntents
{
    private const int AtOnce = 16;

    public async Task<ImmutableDictionary<NodeId, NodeView>> Read(Func<PoolId, bool> ours, CancellationToken cancellationToken)
    {
        var withheld = (await racks.Read(ours, cancellationToken))
            .SelectMany(v => v.Spec.Nodes.Where((n, slot) => !n.IsVacant && ((v.Schedulable >> slot) & 1) == 0)).Select(n => n.Name).Distinct().ToList();
        var views = new ConcurrentDictionary<NodeId, NodeView>();
        await Bounded.ForEach(withheld, AtOnce, async node =>
        {
            if (await Of(node) is { } view)
            {
                views[node] = view;
            }
        }, cancellationToken);
        return views.ToImmutableDictionary();
    }

    public Task<NodeView?> Of(NodeId node) => grains.GetGrain<INodeGrain>(node.Value).GetView();

    public Task Remark(NodeId node, string by, string text) => grains.GetGrain<INodeGrain>(node.Value).Remark(by, text);
}
