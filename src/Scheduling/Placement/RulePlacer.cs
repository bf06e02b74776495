using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// Places gangs under rules that best fit over racks knows nothing of: slices, anti-affinity, a set's spread, NVLink domains, spares, a part
/// of the pool. Looks at every rack once for each thing tried; gangs without such rules never come here.
/// </summary>
internal sealed class RulePlacer(RackTable table, PlacementBuffer buffer, RolePlacer placer, SetBook sets)
{
    /// <summary>Domains in which the roles of a gang are tried one after the other; those after them are passed over.</summary>
    private const int MostTries = 4096;

    private readonly UnitTable units = new(table);
    private readonly RoleSharer sharer = new(table, placer);
    private readonly List<(long Key, Domain Where)> domains = [];
    private ulong[] allowed = [];
    private ulong[] lenders = [];

    public bool Place(GangPlan plan, GangRequest request, PlacementScope? within)
    {
        foreach (var role in plan.Roles)
            if (role.Slices is { } slices && (slices.Size < 1 || role.Count % slices.Size != 0)) return false;
        if (PlaceOpen(plan, request, within)) return true;
        if (!request.MayUseSpares || table.SpareNodes == 0) return false;
        // Only where it may look: every rack that lends is a change that all counts must read.
        if (lenders.Length < table.Count) lenders = new ulong[table.Count];
        var racks = lenders.AsSpan(0, table.Count);
        if (within is null) racks.Fill(ulong.MaxValue);
        else within.Apply(table, racks);
        table.LendSpares(true, racks);
        try
        {
            return PlaceOpen(plan, request, within);
        }
        finally
        {
            table.LendSpares(false, racks);
        }
    }

    /// <summary>GPU models in order of preference, then the emptiest domains of the set, then levels from the preferred one outwards.</summary>
    private bool PlaceOpen(GangPlan plan, GangRequest request, PlacementScope? within)
    {
        for (var alternative = 0; alternative < plan.Alternatives; alternative++)
        {
            if (!HasRoom(plan.Roles, alternative)) continue;
            foreach (var limit in request.Spread is { } group ? sets.Limits(group) : [0])
            {
                SetAllowed(within, request.Spread, limit);
                foreach (var level in plan.Levels)
                {
                    if (level == TopologyLevel.NvlinkDomain && !table.HasDomains && plan.Levels[^1] != level) continue;
                    if (plan.Roles.Length == 1 ? PlaceOne(plan.Roles[0], plan.Roles[0].Choose(alternative), level)
                        : PlaceSeveral(plan.Roles, alternative, level) || (plan.SecondOrder is { } second && PlaceSeveral(second, alternative, level))) return true;
                }
            }
        }

        return false;
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

    private void SetAllowed(PlacementScope? within, SpreadGroup? spread, int limit)
    {
        if (allowed.Length < table.Count) allowed = new ulong[table.Count];
        var here = allowed.AsSpan(0, table.Count);
        if (within is null) here.Fill(ulong.MaxValue);
        else within.Apply(table, here);
        if (spread is { } group) _ = sets.Exclude(group, limit, here);
    }

    /// <summary>
    /// One role, exactly: where the rules leave any room it is found. In the pool or a block it stays in a smaller domain when that takes no
    /// more of what it is divided among.
    /// </summary>
    private bool PlaceOne(RolePlan role, Choice choice, TopologyLevel level)
    {
        choice.View.Sync();
        var unit = RoleSharer.UnitOf(role, level);
        units.Build(role, choice.View, unit, 0, table.Count, allowed, ulong.MaxValue, RoleSharer.ComesInSlices(role, level));
        var amount = role.Count / units.Size;
        var (fewest, from, to) = Best(level, amount, UnitTable.NoFit);
        if (from < 0) return false;
        foreach (var tighter in level.Width() > TopologyLevel.Block.Width() ? [TopologyLevel.Rack, TopologyLevel.Block] : level == TopologyLevel.Block ? (ReadOnlySpan<TopologyLevel>)[TopologyLevel.Rack] : [])
        {
            if (!unit.IsTighterThan(tighter) && tighter != unit) continue;
            if (Best(tighter, amount, fewest) is { From: >= 0 } there)
            {
                (_, from, to) = there;
                break;
            }
        }

        units.Assign(from, to, amount);
        sharer.Fill(units, from, to, role, choice, role.Count, allowed);
        return true;
    }

    /// <summary>Of a level's domains that need no more units than <paramref name="limit"/> the one that needs fewest, then the one with least room.</summary>
    private (int Fewest, int From, int To) Best(TopologyLevel level, int amount, int limit)
    {
        var best = (Fewest: limit, From: -1, To: -1);
        var least = long.MaxValue;
        for (int from = 0, to; from < units.Count; from = to)
        {
            to = units.EndOf(from, level);
            var room = units.RoomOf(from, to);
            if (room < amount) continue;
            var needed = units.Needed(from, to, amount);
            if (needed == UnitTable.NoFit || needed > best.Fewest || (best.From >= 0 && needed == best.Fewest && room >= least)) continue;
            best = (needed, from, to);
            least = room;
        }

        return best;
    }

    private bool PlaceSeveral(RolePlan[] roles, int alternative, TopologyLevel level)
    {
        foreach (var step in TopologyLevels.FromTightest)
        {
            // A wide level is tried from the rack outwards: what fits closer together goes there.
            if (step != level && (step.IsTighterThan(TopologyLevel.Rack) || !step.IsTighterThan(level))) continue;
            if (TryDomains(roles, alternative, step)) return true;
        }

        return false;
    }

    private bool TryDomains(RolePlan[] roles, int alternative, TopologyLevel level)
    {
        ListDomains(roles, alternative, level);
        for (var i = 0; i < Math.Min(domains.Count, MostTries); i++)
        {
            var where = domains[i].Where;
            var mark = buffer.SliceCount;
            var all = true;
            for (var r = 0; r < roles.Length && all; r++) all = sharer.Place(roles[r], roles[r].Choose(alternative), level, where, allowed, mark, buffer);
            if (all) return true;
            placer.Undo(mark, roles);
        }

        return false;
    }

    /// <summary>The domains of a level with room for each role by itself: those with least room for the first role come first.</summary>
    private void ListDomains(RolePlan[] roles, int alternative, TopologyLevel level)
    {
        domains.Clear();
        foreach (var role in roles) role.Choose(alternative).View.Sync();
        if (level == TopologyLevel.None) domains.Add((0, new Domain(0, table.Count, ulong.MaxValue)));
        for (var block = 0; level == TopologyLevel.Block && block < table.Blocks; block++)
            AddDomain(roles, alternative, new Domain(table.BlockStart[block], table.BlockStart[block + 1], ulong.MaxValue));
        for (var rack = 0; level.IsTighterThan(TopologyLevel.Block) && rack < table.Count; rack++)
        {
            if (allowed[rack] == 0 || roles[0].Choose(alternative).View.Room[rack] < roles[0].Count) continue;
            if (level == TopologyLevel.Rack) AddDomain(roles, alternative, new Domain(rack, rack + 1, ulong.MaxValue));
            foreach (var nodes in level.IsTighterThan(TopologyLevel.Rack) ? table.DomainsOf(rack) : [])
            {
                if (level == TopologyLevel.NvlinkDomain) AddDomain(roles, alternative, new Domain(rack, rack + 1, nodes));
                for (var rest = level == TopologyLevel.Node ? nodes & table.Schedulable[rack] & allowed[rack] : 0; rest != 0; rest &= rest - 1)
                    AddDomain(roles, alternative, new Domain(rack, rack + 1, rest & (0 - rest)));
            }
        }

        domains.Sort((a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Where.CompareTo(b.Where));
    }

    private void AddDomain(RolePlan[] roles, int alternative, Domain where)
    {
        var key = long.MaxValue;
        for (var r = roles.Length - 1; r >= 0; r--)
        {
            var view = roles[r].Choose(alternative).View;
            key = 0;
            for (var rack = where.Start; rack < where.End; rack++) key += view.RoomIn(rack, where.Nodes & allowed[rack], int.MaxValue);
            if (key < roles[r].Count) return;
        }

        domains.Add((key, where));
    }
}

/// <summary>Some nodes of the racks from <see cref="Start"/> to <see cref="End"/>.</summary>
internal readonly record struct Domain(int Start, int End, ulong Nodes) : IComparable<Domain>
{
    public int CompareTo(Domain other) =>
        Start != other.Start ? Start.CompareTo(other.Start) : BitOperations.TrailingZeroCount(Nodes).CompareTo(BitOperations.TrailingZeroCount(other.Nodes));
}
