using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Divides one role among domains as its rules say, and has them filled.</summary>
internal sealed class RoleSharer(RackTable table, RolePlacer placer)
{
    private readonly UnitTable shares = new(table);
    private readonly UnitTable inBlock = new(table);

    /// <summary>The level of the domains among which a role is divided inside a domain of <paramref name="level"/>.</summary>
    public static TopologyLevel UnitOf(RolePlan role, TopologyLevel level) =>
        TopologyLevels.Tighter(role.Slices is { Level: not TopologyLevel.None } slices ? slices.Level : TopologyLevel.Rack, level);

    /// <summary>Slices of a level are whole in any domain that is no wider: there the role is just so many workers.</summary>
    public static bool ComesInSlices(RolePlan role, TopologyLevel level) => role.Slices is { } slices && slices.Level.IsTighterThan(level);

    /// <summary>Places the whole role in a domain, or nothing.</summary>
    public bool Place(RolePlan role, Choice choice, TopologyLevel level, Domain where, ReadOnlySpan<ulong> allowed, int mark, PlacementBuffer buffer)
    {
        choice.View.Sync();
        var left = role.Count;
        var used = buffer.SliceCount;
        // Roles without rules first fill up the racks of the roles before them.
        for (var i = mark; role is { Slices: null, AntiAffinity: null } && i < used && left > 0; i++)
        {
            var rack = buffer.SliceAt(i).Rack;
            left -= placer.FillRack(rack, role, choice, left, left, where.Nodes & allowed[rack]);
        }

        if (left == 0) return true;
        choice.View.Sync();
        shares.Build(role, choice.View, UnitOf(role, level), where.Start, where.End, allowed, where.Nodes, ComesInSlices(role, level));
        var amount = left / shares.Size;
        if (shares.Count == 0 || shares.Needed(0, shares.Count, amount) == UnitTable.NoFit) return false;
        shares.Assign(0, shares.Count, amount);
        Fill(shares, 0, shares.Count, role, choice, left, allowed);
        return true;
    }

    /// <summary>Fills the units with what was assigned to them; the last <paramref name="left"/> workers of the role.</summary>
    public void Fill(UnitTable units, int from, int to, RolePlan role, Choice choice, int left, ReadOnlySpan<ulong> allowed)
    {
        for (var i = from; i < to; i++)
        {
            var workers = units.Share[i] * units.Size;
            if (workers == 0) continue;
            if (units.Level == TopologyLevel.Block) FillBlock(units, table.BlockOf[units.Rack[i]], role, choice, workers, left, allowed);
            else FillUnit(units, units.Rack[i], units.Mask[i], role, choice, workers, left);
            left -= workers;
        }
    }

    private void FillBlock(UnitTable units, int block, RolePlan role, Choice choice, int workers, int left, ReadOnlySpan<ulong> allowed)
    {
        inBlock.Build(role, choice.View, TopologyLevel.Rack, table.BlockStart[block], table.BlockStart[block + 1], allowed, ulong.MaxValue, inSlices: false);
        inBlock.Assign(0, inBlock.Count, workers);
        for (var i = 0; i < inBlock.Count; i++)
        {
            if (inBlock.Share[i] == 0) continue;
            FillUnit(units, inBlock.Rack[i], inBlock.Mask[i], role, choice, inBlock.Share[i], left);
            left -= inBlock.Share[i];
        }
    }

    /// <summary>Workers on some nodes of a rack; where fewer may share a node or an NVLink domain, part by part.</summary>
    private void FillUnit(UnitTable units, int rack, ulong nodes, RolePlan role, Choice choice, int workers, int left)
    {
        var placed = 0;
        if (role.AntiAffinity is { Level: TopologyLevel.NvlinkDomain } perDomain && units.Level != TopologyLevel.NvlinkDomain)
        {
            foreach (var domain in table.DomainsOf(rack))
            {
                var most = Math.Min(perDomain.MaxPerDomain, workers - placed);
                if (most > 0) placed += placer.FillRack(rack, role, choice, most, left - placed, nodes & domain);
            }
        }
        else if (role.AntiAffinity is { Level: TopologyLevel.Node } perNode && units.Level != TopologyLevel.Node)
        {
            placed = FillNodes(rack, nodes, role, choice, workers, left, perNode.MaxPerDomain);
        }
        else
        {
            placed = placer.FillRack(rack, role, choice, workers, left, nodes);
        }

        if (placed != workers) throw new InvalidOperationException($"Rack {table.Ids[rack]} has less room than was counted");
    }

    /// <summary>The nodes with fewest free GPUs first.</summary>
    private int FillNodes(int rack, ulong nodes, RolePlan role, Choice choice, int workers, int left, int most)
    {
        var placed = 0;
        nodes &= choice.View.Eligible[rack] & table.Schedulable[rack];
        for (var free = 0; free <= table.MaxGpus && placed < workers; free++)
        {
            for (var rest = nodes; rest != 0 && placed < workers; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                if (BitOperations.PopCount(table.Nodes[rack * RackTable.Slots + slot].Free) != free) continue;
                // Looked at once: what it has left afterwards is not for this role.
                nodes &= ~(1UL << slot);
                placed += placer.FillRack(rack, role, choice, Math.Min(most, workers - placed), left - placed, 1UL << slot);
            }
        }

        return placed;
    }
}
