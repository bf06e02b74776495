using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Placement;

/// <summary>Places whole gangs: every role or none, within the domain that is required.</summary>
internal sealed class GangPlacer(RackTable table, PlacementBuffer buffer, PolicyFinder? policy)
{
    /// <summary>Racks in which all ways are tried when role after role fits nowhere.</summary>
    private const int RacksPacked = 8;

    private readonly RolePlacer placer = new(table, buffer, policy);
    private RulePlacer? rules;
    private RolePacker? packer;

    public RackTable Table => table;

    /// <summary>For gangs with rules that this class does not know.</summary>
    public RulePlacer Rules(SetBook sets) => rules ??= new RulePlacer(table, buffer, placer, sets);

    /// <summary>
    /// Tries GPU models in the order of preference, and for each the preferred level before the required one. What it takes is in
    /// the buffer; on false nothing is taken.
    /// </summary>
    public bool Place(GangPlan plan)
    {
        for (var alternative = 0; alternative < plan.Alternatives; alternative++)
        {
            foreach (var level in plan.Levels)
            {
                // Without NVLink domains inside racks the next level is the same.
                if (level == TopologyLevel.NvlinkDomain && plan.Levels[^1] != level) continue;
                if (plan.Roles.Length == 1)
                {
                    if (placer.Place(plan.Roles[0], plan.Roles[0].Choose(alternative), level)) return true;
                    continue;
                }

                if (PlaceRoles(plan.Roles, alternative, level)) return true;
                if (plan.SecondOrder is { } second && PlaceRoles(second, alternative, level)) return true;
                if (PackRoles(plan.Roles, alternative, level)) return true;
            }
        }

        return false;
    }

    private bool PlaceRoles(RolePlan[] roles, int alternative, TopologyLevel level)
    {
        if (!HasRoom(roles, alternative)) return false;
        return level switch
        {
            TopologyLevel.Node => OnNode(roles, alternative),
            TopologyLevel.Rack or TopologyLevel.NvlinkDomain => InRack(roles, alternative),
            TopologyLevel.Block => InRack(roles, alternative) || InBlock(roles, alternative),
            _ => InRack(roles, alternative) || InBlock(roles, alternative) || InPool(roles, alternative),
        };
    }

    /// <summary>
    /// What role after role did not find, in a domain small enough to try all ways: the first racks that have room for each role by itself,
    /// or the whole of a small block or pool.
    /// </summary>
    private bool PackRoles(RolePlan[] roles, int alternative, TopologyLevel level)
    {
        if (level == TopologyLevel.Node || !HasRoom(roles, alternative)) return false;
        packer ??= new RolePacker(table, placer);
        packer.Begin();
        var tries = RacksPacked;
        for (var rack = 0; rack < table.Count && tries > 0; rack++)
        {
            if (!RackHasRoom(roles, alternative, rack)) continue;
            tries--;
            if (packer.Place(roles, alternative, rack, rack + 1)) return true;
        }

        if (level.IsTighterThan(TopologyLevel.Block)) return false;
        for (var block = 0; block < table.Blocks && table.Totals.Nodes <= RolePacker.MostNodes; block++)
        {
            if (level == TopologyLevel.Block && packer.Place(roles, alternative, table.BlockStart[block], table.BlockStart[block + 1])) return true;
        }

        return level == TopologyLevel.None && table.Totals.Nodes <= RolePacker.MostNodes && packer.Place(roles, alternative, 0, table.Count);
    }

    private static bool HasRoom(RolePlan[] roles, int alternative)
    {
        foreach (var role in roles)
        {
            var view = role.Choose(alternative).View;
            view.Sync();
            if (view.Total < role.Count) return false;
        }

        return true;
    }

    private static bool RackHasRoom(RolePlan[] roles, int alternative, int rack)
    {
        foreach (var role in roles)
            if (role.Choose(alternative).View.Room[rack] < role.Count) return false;
        return true;
    }

    private static void Sync(RolePlan[] roles, int alternative)
    {
        foreach (var role in roles) role.Choose(alternative).View.Sync();
    }

    private bool OnNode(RolePlan[] roles, int alternative)
    {
        for (var rack = 0; rack < table.Count; rack++)
        {
            if (!RackHasRoom(roles, alternative, rack)) continue;
            var nodes = table.Schedulable[rack];
            foreach (var role in roles) nodes &= role.Choose(alternative).View.Eligible[rack];
            for (; nodes != 0; nodes &= nodes - 1)
            {
                if (FillAll(roles, alternative, rack, nodes & (0 - nodes))) return true;
                Sync(roles, alternative);
            }
        }

        return false;
    }

    /// <summary>The rack with least room for the first role that takes them all.</summary>
    private bool InRack(RolePlan[] roles, int alternative)
    {
        var (view, count) = (roles[0].Choose(alternative).View, roles[0].Count);
        for (var bucket = view.Racks.NextBucket(ShapeView.BucketOf(count)); bucket >= 0; bucket = view.Racks.NextBucket(bucket + 1))
        {
            for (var rack = view.Racks.First(bucket); rack >= 0; rack = view.Racks.Next(bucket, rack))
            {
                if (!RackHasRoom(roles, alternative, rack)) continue;
                if (FillAll(roles, alternative, rack, ulong.MaxValue)) return true;
                Sync(roles, alternative);
            }
        }

        return false;
    }

    private bool FillAll(RolePlan[] roles, int alternative, int rack, ulong nodes)
    {
        var mark = buffer.SliceCount;
        foreach (var role in roles)
        {
            if (placer.FillRack(rack, role, role.Choose(alternative), role.Count, role.Count, nodes) == role.Count) continue;
            placer.Undo(mark, roles);
            return false;
        }

        return true;
    }

    /// <summary>The block with least room for the first role that takes them all.</summary>
    private bool InBlock(RolePlan[] roles, int alternative)
    {
        if (table.Blocks == 1) return InPool(roles, alternative);
        var blocks = new List<int>();
        for (var block = 0; block < table.Blocks; block++)
        {
            if (roles.All(r => r.Choose(alternative).View.BlockRoom[block] >= r.Count)) blocks.Add(block);
        }

        foreach (var block in blocks.OrderBy(b => roles[0].Choose(alternative).View.BlockRoom[b]))
        {
            if (FillDomain(roles, alternative, block)) return true;
            Sync(roles, alternative);
        }

        return false;
    }

    private bool InPool(RolePlan[] roles, int alternative) => FillDomain(roles, alternative, block: -1);

    /// <summary>Places role after role in a block, or in the pool (-1); later roles first fill up the racks of earlier ones.</summary>
    private bool FillDomain(RolePlan[] roles, int alternative, int block)
    {
        var mark = buffer.SliceCount;
        foreach (var role in roles)
        {
            var choice = role.Choose(alternative);
            choice.View.Sync();
            var left = role.Count;
            var used = buffer.SliceCount;
            for (var i = mark; i < used && left > 0; i++)
            {
                left -= placer.FillRack(buffer.SliceAt(i).Rack, role, choice, left, left);
            }

            if (left == 0) continue;
            choice.View.Sync();
            var fits = block < 0 ? placer.InPool(role, choice, left) : choice.View.BlockRoom[block] >= left;
            if (fits && block >= 0) placer.FillBlock(block, role, choice, left);
            if (fits) continue;
            placer.Undo(mark, roles);
            return false;
        }

        return true;
    }
}
