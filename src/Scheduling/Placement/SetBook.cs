using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// Where the jobs of each set are: jobs per node, kept by rack id, so that it outlives every rebuild of a rack. What a domain counts is
/// the sum of its nodes.
/// </summary>
internal sealed class SetBook(RackTable table)
{
    /// <summary>Steps of emptiness that are tried one by one; sets that are spread over more are taken in one last step.</summary>
    private const int MostLimits = 16;

    private readonly Dictionary<JobId, Dictionary<RackId, int[]>> sets = [];
    private readonly SortedSet<int> limits = [];
    private int[] blocks = [];

    public void Count(JobId set, RackSlice slice, int sign)
    {
        if (!sets.TryGetValue(set, out var racks)) sets.Add(set, racks = []);
        if (!racks.TryGetValue(slice.Rack, out var nodes)) racks.Add(slice.Rack, nodes = new int[RackTable.Slots]);
        for (var touched = WorkerSlot.SlotsOf(slice.Workers); touched != 0; touched &= touched - 1)
        {
            if ((nodes[BitOperations.TrailingZeroCount(touched)] += sign) < 0) throw new InvalidOperationException($"More of set {set} left {slice.Rack} than joined");
        }

        if (sign > 0 || Array.Exists(nodes, n => n != 0)) return;
        racks.Remove(slice.Rack);
        if (racks.Count == 0) sets.Remove(set);
    }

    /// <summary>How full a domain may be of the set, to be tried in turn.</summary>
    public int[] Limits(SpreadGroup group)
    {
        if (group.Required || group.Level == TopologyLevel.None || !sets.TryGetValue(group.Set, out var racks)) return [0];
        limits.Clear();
        limits.Add(0);
        Look(group.Level, racks, (_, _, count) => limits.Add(count));
        if (limits.Count <= MostLimits) return [.. limits];
        return [.. limits.Take(MostLimits - 1), limits.Max];
    }

    /// <summary>Takes out the nodes of all domains with more than so many; returns how many nodes it took out.</summary>
    public int Exclude(SpreadGroup group, int limit, Span<ulong> allowed)
    {
        if (group.Level == TopologyLevel.None || !sets.TryGetValue(group.Set, out var racks)) return 0;
        var excluded = new List<(int Rack, ulong Nodes)>();
        Look(group.Level, racks, (rack, nodes, count) =>
        {
            if (count > limit) excluded.Add((rack, nodes));
        });
        var taken = 0;
        foreach (var (rack, nodes) in excluded)
        {
            taken += BitOperations.PopCount(allowed[rack] & nodes & table.Exists[rack]);
            allowed[rack] &= ~nodes;
        }

        return taken;
    }

    /// <summary>Shows each domain with any of the set, rack by rack.</summary>
    private void Look(TopologyLevel level, Dictionary<RackId, int[]> racks, Action<int, ulong, int> show)
    {
        if (level == TopologyLevel.Block) LookAtBlocks(racks, show);
        foreach (var (id, nodes) in racks)
        {
            if (level == TopologyLevel.Block || !table.TryFind(id, out var rack)) continue;
            if (level == TopologyLevel.Rack)
            {
                show(rack, ulong.MaxValue, nodes.Sum());
                continue;
            }

            if (level == TopologyLevel.NvlinkDomain)
            {
                foreach (var domain in table.DomainsOf(rack)) show(rack, domain, Sum(nodes, domain));
                continue;
            }

            for (var slot = 0; slot < nodes.Length; slot++)
                if (nodes[slot] > 0) show(rack, 1UL << slot, nodes[slot]);
        }
    }

    private void LookAtBlocks(Dictionary<RackId, int[]> racks, Action<int, ulong, int> show)
    {
        if (blocks.Length < table.Blocks) blocks = new int[table.Blocks];
        Array.Clear(blocks);
        foreach (var (id, nodes) in racks)
            if (table.TryFind(id, out var rack)) blocks[table.BlockOf[rack]] += nodes.Sum();
        for (var block = 0; block < table.Blocks; block++)
        {
            if (blocks[block] == 0) continue;
            for (var rack = table.BlockStart[block]; rack < table.BlockStart[block + 1]; rack++) show(rack, ulong.MaxValue, blocks[block]);
        }
    }

    private static int Sum(int[] nodes, ulong mask)
    {
        var sum = 0;
        for (; mask != 0; mask &= mask - 1) sum += nodes[BitOperations.TrailingZeroCount(mask)];
        return sum;
    }
}
