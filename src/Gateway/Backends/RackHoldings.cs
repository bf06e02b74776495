using System.Collections.Concurrent;
using System.Collections.Immutable;
using Scheduling;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>
/// Which rack each node is in, as the racks themselves said last. A node that the source has moved to another rack stays with the one where its workers
/// are until they are gone: two racks that had it at once would each give away all of its GPUs.
/// </summary>
internal sealed class RackHoldings
{
    private readonly ConcurrentDictionary<RackId, ImmutableHashSet<NodeId>> _nodesOf = new();

    /// <summary>Nodes that had to wait for another rack to let them go, and are not in their own yet.</summary>
    private readonly HashSet<NodeId> _moving = [];

    /// <summary>Racks that are known to have nodes.</summary>
    public IEnumerable<RackId> Racks => _nodesOf.Where(r => !r.Value.IsEmpty).Select(r => r.Key);

    /// <summary>The rack has said what it has.</summary>
    public bool Knows(RackId rack) => _nodesOf.ContainsKey(rack);

    public void See(RackId rack, RackView? view) =>
        _nodesOf[rack] = view is null ? [] : [.. view.Spec.Nodes.Where(n => !n.IsVacant).Select(n => n.Name)];

    /// <summary>Another gateway may have moved nodes meanwhile.</summary>
    public void Forget() => _nodesOf.Clear();

    /// <param name="inventory">What the source has.</param>
    /// <param name="unread">Racks that have not said what they have: they may have any node that its own rack does not.</param>
    public SettledInventory Settle(ClusterInventory inventory, IReadOnlySet<RackId> unread)
    {
        var holders = Holders();
        var racks = ImmutableArray.CreateBuilder<RackSpec>(inventory.Racks.Length);
        List<(NodeSpec Node, RackId At)> held = [];
        HashSet<NodeId> arrived = [];
        foreach (var rack in inventory.Racks.Where(r => !unread.Contains(r.Rack)))
        {
            var own = _nodesOf.GetValueOrDefault(rack.Rack) ?? [];
            var free = rack.Nodes;
            foreach (var node in rack.Nodes)
            {
                if (own.Contains(node.Name))
                {
                    _moving.Remove(node.Name);
                }
                else if (holders.TryGetValue(node.Name, out var holder) && Guards.Hold(Guard.OneRackPerNode))
                {
                    free = free.Remove(node);
                    held.Add((node, holder));
                    _moving.Add(node.Name);
                }
                else if (unread.Count > 0)
                {
                    free = free.Remove(node);
                }
                else if (!own.IsEmpty || _moving.Contains(node.Name))
                {
                    arrived.Add(node.Name);
                }
            }

            if (!free.IsEmpty || !own.IsEmpty)
            {
                racks.Add(free.Length == rack.Nodes.Length ? rack : rack with { Nodes = free });
            }
        }

        return new SettledInventory(inventory with { Racks = racks.ToImmutable(), Arrived = inventory.Arrived.Union(arrived) }, held);
    }

    private Dictionary<NodeId, RackId> Holders()
    {
        Dictionary<NodeId, RackId> holders = [];
        foreach (var (rack, nodes) in _nodesOf)
        {
            foreach (var node in nodes)
            {
                holders[node] = rack;
            }
        }

        return holders;
    }
}

/// <summary>What racks can be given now of an inventory.</summary>
/// <param name="Inventory">Without nodes that other racks still have, and without racks that could not be asked.</param>
/// <param name="Held">Nodes that have been moved to another rack, and the rack that still has them.</param>
internal sealed record SettledInventory(ClusterInventory Inventory, IReadOnlyList<(NodeSpec Node, RackId At)> Held);
