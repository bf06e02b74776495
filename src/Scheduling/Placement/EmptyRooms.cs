using System.Numerics;

namespace Scheduling.Placement;

/// <summary>
/// For one worker shape: how many workers each rack would have room for were all its nodes empty and open. Counted when first asked for, and kept until
/// the pool's nodes change: after that a question costs a look at each rack, not at each node.
/// </summary>
internal sealed class EmptyRooms(RackTable table, ShapeView view)
{
    private int[] all = [];
    private int[] open = [];
    private (int All, int Open) mostOnNode;
    private int spec = -1;
    private int layout = -1;

    /// <summary>Workers by rack; the nodes that each rack would hold as spares count where <paramref name="spares"/> says so.</summary>
    public ReadOnlySpan<int> Racks(bool spares)
    {
        if (spec != table.SpecEpoch || layout != table.LayoutEpoch) Count();
        return (spares ? all : open).AsSpan(0, table.Count);
    }

    /// <summary>Workers on the best node.</summary>
    public int OnNode(bool spares)
    {
        _ = Racks(spares);
        return spares ? mostOnNode.All : mostOnNode.Open;
    }

    private void Count()
    {
        (spec, layout, mostOnNode) = (table.SpecEpoch, table.LayoutEpoch, default);
        if (all.Length < table.Count) (all, open) = (new int[table.Count], new int[table.Count]);
        for (var rack = 0; rack < table.Count; rack++)
        {
            var held = table.SparesWhenEmpty(rack);
            (all[rack], open[rack]) = (0, 0);
            for (var rest = table.Exists[rack]; rest != 0; rest &= rest - 1)
            {
                var fit = view.EmptyFit(table.ClassOf[rack * RackTable.Slots + BitOperations.TrailingZeroCount(rest)]);
                if (fit == 0) continue;
                all[rack] += fit;
                mostOnNode.All = Math.Max(mostOnNode.All, fit);
                if ((rest & (0 - rest) & held) != 0) continue;
                open[rack] += fit;
                mostOnNode.Open = Math.Max(mostOnNode.Open, fit);
            }
        }
    }
}
