using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Answers whether a gang would fit if every node were empty and schedulable. What it found is kept until the pool's nodes change.</summary>
internal sealed class EmptyPool(RackTable table)
{
    private PlacementIndex? twin;
    private int twinEpoch = -1;

    /// <summary>True when the gang would not fit the empty pool either.</summary>
    public bool IsTooSmallFor(GangPlan plan, GangRequest request)
    {
        table.Settle();
        foreach (var role in plan.Roles)
            if (Room(role.Any.View, request.Topology.Required, role.Count) < role.Count) return true;
        // Several roles compete for the same nodes: only trying tells.
        return plan.Roles.Length > 1 && !FitsTwin(request);
    }

    /// <summary>Workers that the best domain of a level would have room for, counted no further than <paramref name="enough"/>.</summary>
    private long Room(ShapeView view, TopologyLevel level, int enough)
    {
        long best = 0, inBlock = 0;
        for (var rack = 0; rack < table.Count && best < enough; rack++)
        {
            if (rack == 0 || (table.BlockOf[rack] != table.BlockOf[rack - 1] && level == TopologyLevel.Block)) inBlock = 0;
            long inRack = 0;
            for (var slot = 0; slot < table.Specs[rack]!.Nodes.Length; slot++)
            {
                var fit = view.EmptyFit(table.ClassOf[rack * RackTable.Slots + slot]);
                inRack += fit;
                if (level == TopologyLevel.Node) best = Math.Max(best, fit);
            }

            inBlock += inRack;
            if (level == TopologyLevel.Rack) best = Math.Max(best, inRack);
            else if (level != TopologyLevel.Node) best = Math.Max(best, inBlock);
        }

        return best;
    }

    private bool FitsTwin(GangRequest request)
    {
        if (twin is null || twinEpoch != table.SpecEpoch)
        {
            twin = new PlacementIndex();
            twinEpoch = table.SpecEpoch;
            for (var rack = 0; rack < table.Count; rack++)
                twin.SetRack(new RackView { Spec = table.Specs[rack]!, Schedulable = ulong.MaxValue, Allocations = [], Version = 0, Epoch = 0 });
        }

        var buffer = new PlacementBuffer();
        if (!twin.TryPlace(request with { }, buffer)) return false;
        twin.Release(buffer);
        return true;
    }
}
