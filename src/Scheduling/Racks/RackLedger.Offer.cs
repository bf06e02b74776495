using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>What the rack consists of: who gets which slot.</summary>
public sealed partial class RackLedger
{
    /// <summary>Most GPUs in one node: a GPU mask is one 64-bit word.</summary>
    private const int MaxGpus = 64;

    /// <summary>
    /// What the cluster says of the rack now. A node keeps its slot for as long as it is here; one that vanished keeps it until its
    /// workers are gone; a new one takes the first vacant slot. The order of <paramref name="offer"/>'s nodes means nothing.
    /// </summary>
    public RackDecision DecideOffer(RackSpec offer)
    {
        if (RefusesOffer(offer) is { } refusal)
            return refusal;

        var events = ImmutableArray.CreateBuilder<RackEvent>();
        var offered = offer.Nodes.Where(n => !n.IsVacant).ToDictionary(n => n.Name);
        var (nodes, retired) = KeepSlots(offered, events);
        foreach (var node in offer.Nodes.Where(n => !n.IsVacant && !_slotOf.ContainsKey(n.Name)))
        {
            var slot = nodes.FindIndex(n => n.IsVacant);
            if (slot >= 0)
                nodes[slot] = node;
            else if (nodes.Count < RackSpec.MaxNodes)
                nodes.Add(node);
            else
                events.Add(new RackEvent.NoSlot(node.Name));
        }

        while (nodes.Count > 0 && nodes[^1].IsVacant)
            nodes.RemoveAt(nodes.Count - 1);
        return IsUnchanged(offer, nodes, retired)
            ? RackDecision.Nothing.Instance
            : new RackDecision.Change(RackEntry.Offered(offer with { Nodes = [.. nodes] }, retired)) { Events = events.ToImmutable() };
    }

    /// <summary>The present slots after the offer, and which of them are retired.</summary>
    private (List<NodeSpec> Nodes, ulong Retired) KeepSlots(Dictionary<NodeId, NodeSpec> offered, ImmutableArray<RackEvent>.Builder events)
    {
        var nodes = new List<NodeSpec>(_slots.Count);
        var retired = 0UL;
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            var node = _slots[slot];
            if (!node.Spec.IsVacant && offered.TryGetValue(node.Spec.Name, out var spec))
            {
                if (node.Exceeds(spec) && !node.IsOvercommitted)
                    events.Add(new RackEvent.CapacityBelowAllocated(spec.Name, node.Describe(spec)));
                nodes.Add(spec.Gpus >= node.Spec.Gpus || Guards.Hold(Guard.CapacityNow) ? spec : node.Spec);
            }
            else if (node.Workers > 0)
            {
                if (!node.Retired)
                    events.Add(new RackEvent.NodeVanished(node.Spec.Name, node.Workers));
                nodes.Add(node.Spec);
                retired |= 1UL << slot;
            }
            else
            {
                nodes.Add(NodeSpec.Vacant);
            }
        }

        return (nodes, retired);
    }

    private RackDecision.Refuse? RefusesOffer(RackSpec offer)
    {
        if (offer.Rack != _rack)
            return new RackDecision.Refuse($"This is rack {_rack}, not {offer.Rack}.");
        var nodes = offer.Nodes.Where(n => !n.IsVacant).ToList();
        if (nodes.Count > RackSpec.MaxNodes)
            return new RackDecision.Refuse($"{_rack} has {nodes.Count} nodes; a rack has at most {RackSpec.MaxNodes}. Split it by a finer topology label.");
        if (nodes.GroupBy(n => n.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return new RackDecision.Refuse($"{_rack} names node {twice.Key} twice.");
        if (offer.Spares < 0 || offer.Spares > RackSpec.MaxNodes)
            return new RackDecision.Refuse($"{_rack} holds {offer.Spares} spares; 0 to {RackSpec.MaxNodes} can be.");
        var bad = nodes.Find(n => n.CpuMilli < 0 || n.MemoryMiB < 0 || n.Gpus is < 0 or > MaxGpus);
        if (bad is not null)
            return new RackDecision.Refuse($"{bad.Name} offers a negative amount, or more than {MaxGpus} GPUs.");
        foreach (var node in nodes)
        {
            if (ExtendedResources.Refuses(node.Extended, ExtendedResources.MaxPerNode) is { } reason)
                return new RackDecision.Refuse($"{node.Name} offers {reason}.");
        }

        return null;
    }

    private bool IsUnchanged(RackSpec offer, List<NodeSpec> nodes, ulong retired)
    {
        if (!IsOffered || offer.Block != _block || offer.Spares != _spares || nodes.Count != _slots.Count)
            return false;
        for (var slot = 0; slot < nodes.Count; slot++)
        {
            if (!nodes[slot].Equals(_slots[slot].Spec) || _slots[slot].Retired != (((retired >> slot) & 1) != 0))
                return false;
        }

        return true;
    }
}
