using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Answers whether a gang would fit if every node were empty and schedulable. What it found is kept until the pool's nodes change.</summary>
internal sealed class EmptyPool(RackTable table)
{
    private PlacementIndex? twin;
    private readonly Dictionary<RackId, int> known = [];
    private int twinEpoch = -1;
    private int twinLayout = -1;

    /// <summary>True when the gang would not fit the empty pool either.</summary>
    public bool IsTooSmallFor(GangPlan plan, GangRequest request)
    {
        table.Settle();
        foreach (var role in plan.Roles)
            if (Room(role.Any.View, request, role.Count) < role.Count) return true;
        // Several roles compete for the same nodes, and rules leave less room than there is: only trying tells.
        var certain = plan.Roles.Length == 1 && !plan.HasRules && !(table.HasDomains && request.Topology.Required == TopologyLevel.NvlinkDomain);
        return !certain && !FitsTwin(request);
    }

    /// <summary>Workers that the best domain of a level would have room for, counted no further than <paramref name="enough"/>.</summary>
    private long Room(ShapeView view, GangRequest request, int enough)
    {
        var level = request.Topology.Required == TopologyLevel.NvlinkDomain ? TopologyLevel.Rack : request.Topology.Required;
        if (level == TopologyLevel.Node) return view.Empty.OnNode(request.MayUseSpares);
        long best = 0, inDomain = 0;
        var rooms = view.Empty.Racks(request.MayUseSpares);
        for (var rack = 0; rack < rooms.Length && best < enough; rack++)
        {
            if (level == TopologyLevel.Rack || (level == TopologyLevel.Block && rack > 0 && table.BlockOf[rack] != table.BlockOf[rack - 1])) inDomain = 0;
            inDomain += rooms[rack];
            best = Math.Max(best, inDomain);
        }

        return best;
    }

    private bool FitsTwin(GangRequest request)
    {
        if (twin is null || twinEpoch != table.SpecEpoch || twinLayout != table.LayoutEpoch) Update();
        var buffer = new PlacementBuffer();
        if (!twin!.TryPlace(request with { }, buffer)) return false;
        twin.Release(buffer);
        return true;
    }

    /// <summary>Brings the twin up to date: only racks whose nodes changed since are set anew.</summary>
    private void Update()
    {
        twin ??= new PlacementIndex();
        foreach (var gone in known.Keys.Where(r => !table.TryFind(r, out _)).ToList())
        {
            twin.RemoveRack(gone);
            known.Remove(gone);
        }

        for (var rack = 0; rack < table.Count; rack++)
        {
            if (known.TryGetValue(table.Ids[rack], out var version) && version == table.SpecVersion[rack]) continue;
            known[table.Ids[rack]] = table.SpecVersion[rack];
            twin.SetRack(new RackView { Spec = table.Specs[rack]!, Schedulable = ulong.MaxValue, Allocations = [], Version = 0, Epoch = 0 });
        }

        (twinEpoch, twinLayout) = (table.SpecEpoch, table.LayoutEpoch);
    }
}
