using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>The part of a pool in which to look. Racks that the index does not know are passed over.</summary>
public sealed class PlacementScope
{
    private readonly ImmutableArray<(RackId Rack, ulong Nodes)> listed;
    private readonly string? block;
    private readonly bool others;

    private PlacementScope(ImmutableArray<(RackId Rack, ulong Nodes)> listed, bool others, string? block)
    {
        this.listed = listed;
        this.others = others;
        this.block = block;
    }

    /// <summary>One rack.</summary>
    public static PlacementScope OnRack(RackId rack) => OnRacks([rack]);

    /// <summary>Some racks.</summary>
    public static PlacementScope OnRacks(IEnumerable<RackId> racks) => new([.. racks.Select(r => (r, ulong.MaxValue))], others: false, null);

    /// <summary>One block.</summary>
    public static PlacementScope InBlock(string block) => new([], others: false, block);

    /// <summary>Some nodes: a bit per slot of each rack.</summary>
    public static PlacementScope OnNodes(IEnumerable<(RackId Rack, ulong Nodes)> nodes) => new([.. nodes], others: false, null);

    /// <summary>All but some nodes: a bit per slot of each rack.</summary>
    public static PlacementScope Without(IEnumerable<(RackId Rack, ulong Nodes)> nodes) => new([.. nodes.Select(n => (n.Rack, ~n.Nodes))], others: true, null);

    /// <summary>Sets a mask of nodes per rack.</summary>
    internal void Apply(RackTable table, Span<ulong> allowed)
    {
        allowed.Fill(others ? ulong.MaxValue : 0);
        if (block is not null)
        {
            for (var rack = 0; rack < allowed.Length; rack++)
                if (table.Specs[rack]!.Block == block) allowed[rack] = ulong.MaxValue;
        }

        // A rack may be listed more than once.
        foreach (var (id, nodes) in listed)
        {
            if (!table.TryFind(id, out var rack)) continue;
            allowed[rack] = others ? allowed[rack] & nodes : allowed[rack] | nodes;
        }
    }
}
