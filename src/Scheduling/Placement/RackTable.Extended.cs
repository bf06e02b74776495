using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// What nodes have left of extended resources: a table beside the nodes' state, for nodes that offer any. Read only for shapes that ask for any, so
/// that the others pay nothing: sixteen bytes a node are what the common decision reads.
/// </summary>
internal sealed partial class RackTable
{
    /// <summary>By rack, then slot: what is left, in the order in which the node's kind offers it. Null where a rack or a node offers nothing.</summary>
    public long[]?[]?[] ExtendedLeft { get; private set; } = [];

    /// <summary>Nodes of which some extended resource is used.</summary>
    public ulong[] ExtendedUsed { get; private set; } = [];

    /// <summary>The workers that the node's extended resources leave room for, at most <paramref name="most"/>. For shapes that ask for any.</summary>
    public long ExtendedFit(int rack, int slot, ImmutableArray<ExtendedAmount> asked, long most) =>
        ExtendedLeft[rack]?[slot] is { } left ? ExtendedResources.Fit(asked, OfferedBy(rack, slot), left, most) : 0;

    /// <summary>The same with more given back than there is now.</summary>
    public long ExtendedFit(int rack, int slot, ImmutableArray<ExtendedAmount> asked, IReadOnlyList<ImmutableArray<ExtendedAmount>> back, long most)
    {
        if (ExtendedLeft[rack]?[slot] is not { } now) return 0;
        Span<long> left = stackalloc long[now.Length];
        now.CopyTo(left);
        foreach (var amounts in back) ExtendedResources.Add(amounts, OfferedBy(rack, slot), left, 1);
        return ExtendedResources.Fit(asked, OfferedBy(rack, slot), left, most);
    }

    /// <summary>What a node has left of one extended resource; 0 when it does not offer it.</summary>
    public long ExtendedLeftOf(int rack, int slot, string name)
    {
        if (ExtendedLeft[rack]?[slot] is not { } left) return 0;
        var offered = OfferedBy(rack, slot);
        for (var i = 0; i < offered.Length; i++)
            if (offered[i].Name == name) return left[i];
        return 0;
    }

    /// <summary>Takes so many workers' extended resources, or gives them back when negative.</summary>
    public void TakeExtended(int rack, int slot, ImmutableArray<ExtendedAmount> asked, long workers)
    {
        if (ExtendedLeft[rack]?[slot] is not { } left) return;
        var offered = OfferedBy(rack, slot);
        ExtendedResources.Add(asked, offered, left, -workers);
        var used = false;
        for (var i = 0; i < left.Length; i++) used |= left[i] != offered[i].Count;
        SetBit(ref ExtendedUsed[rack], 1UL << slot, used);
    }

    private ImmutableArray<ExtendedAmount> OfferedBy(int rack, int slot) => Classes.Samples[ClassOf[rack * Slots + slot]]!.Extended;

    /// <summary>All that the rack's nodes offer is free. Their kinds are known by now.</summary>
    private void ReplaceExtended(int rack, RackSpec spec)
    {
        ExtendedUsed[rack] = 0;
        if (spec.Nodes.All(n => n.Extended.IsEmpty))
        {
            ExtendedLeft[rack] = null;
            return;
        }

        var nodes = ExtendedLeft[rack] ??= new long[]?[Slots];
        for (var slot = 0; slot < Slots; slot++)
        {
            if (ClassOf[rack * Slots + slot] == NodeClasses.EmptySlot || OfferedBy(rack, slot) is { IsEmpty: true })
            {
                nodes[slot] = null;
                continue;
            }

            var offered = OfferedBy(rack, slot);
            if (nodes[slot]?.Length != offered.Length) nodes[slot] = new long[offered.Length];
            for (var i = 0; i < offered.Length; i++) nodes[slot]![i] = offered[i].Count;
        }
    }
}
