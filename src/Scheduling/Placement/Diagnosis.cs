using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Counts what stands in a gang's way: mask operations per rack, and a look at single nodes only where a mask does not tell.</summary>
internal sealed class Diagnosis(RackTable table, SetBook sets)
{
    private static readonly int Constraints = Enum.GetValues<PlacementConstraint>().Length;

    private readonly SortedDictionary<string, int> lacking = new(StringComparer.Ordinal);
    private ulong[] open = [];

    public Shortage Of(GangPlan plan, GangRequest request)
    {
        var level = request.Topology.Required;
        var taken = FindOpen(request);
        RolePlan? worst = null;
        var worstRoom = 0L;
        var worstDomain = -1;
        foreach (var role in plan.Roles)
        {
            role.Any.View.Sync();
            var room = BestRoom(role.Any.View, level, out var domain);
            // Compares the parts of the roles that fit, without division.
            if (worst is not null && Math.Min(room, role.Count) * worst.Count >= Math.Min(worstRoom, worst.Count) * role.Count) continue;
            (worst, worstRoom, worstDomain) = (role, room, domain);
        }

        var counts = new int[Constraints];
        lacking.Clear();
        if (worst is not null)
            for (var rack = 0; rack < table.Count; rack++) CountRack(worst, level, worstDomain, rack, counts);
        return new Shortage
        {
            Rules = worst is null ? null : RulesOf(worst, request, taken),
            Level = level,
            Role = worst?.Index ?? 0,
            WorkersNeeded = worst?.Count ?? 0,
            WorkersThatFit = (int)Math.Min(worstRoom, worst?.Count ?? 0),
            Filtered = Largest(counts),
            NodesEvaluated = table.Totals.Nodes,
        };
    }

    /// <summary>The nodes that the request's set leaves open, when it must; returns how many it does not.</summary>
    private int FindOpen(GangRequest request)
    {
        open = [];
        if (request.Spread is not { Required: true } group) return 0;
        open = new ulong[table.Count];
        Array.Fill(open, ulong.MaxValue);
        return sets.Exclude(group, 0, open);
    }

    /// <summary>Rules that leave less room than the counts of nodes say.</summary>
    private static string? RulesOf(RolePlan role, GangRequest request, int taken)
    {
        var rules = new List<string>();
        if (role.Slices is { } slices) rules.Add($"slices of {slices.Size} each need one {slices.Level.Noun()}, with as many in each {slices.Level.Noun()} as in every other, give or take one");
        if (role.AntiAffinity is { } rule) rules.Add($"at most {rule.MaxPerDomain} may be in one {rule.Level.Noun()}");
        if (taken > 0 && request.Spread is { } group) rules.Add($"each {group.Level.Noun()} takes one job of the set {group.Set}");
        return rules.Count == 0 ? null : string.Join("; ", rules);
    }

    private ulong DomainOf(int node)
    {
        foreach (var nodes in table.DomainsOf(node / RackTable.Slots))
            if ((nodes >> (node % RackTable.Slots) & 1) != 0) return nodes;
        return 0;
    }

    private ImmutableArray<FilteredNodes> Largest(int[] counts)
    {
        var filtered = new List<FilteredNodes>();
        for (var i = 0; i < counts.Length; i++)
            if (counts[i] > 0 && i != (int)PlacementConstraint.Extended) filtered.Add(new FilteredNodes((PlacementConstraint)i, counts[i]));
        foreach (var (resource, nodes) in lacking) filtered.Add(new FilteredNodes(PlacementConstraint.Extended, nodes, resource));
        return [.. filtered.OrderByDescending(f => f.Nodes).ThenBy(f => f.Constraint)];
    }

    /// <summary>The room of the best domain: a node (or an NVLink domain, by its first node) as rack × 64 + slot, a rack, a block, or -1 for the pool.</summary>
    private long BestRoom(ShapeView view, TopologyLevel level, out int domain)
    {
        domain = -1;
        if (level == TopologyLevel.None) return view.Total;
        var best = 0;
        var rooms = level == TopologyLevel.Block ? view.BlockRoom : view.Room;
        for (var i = 0; i < rooms.Length; i++)
        {
            if (rooms[i] <= best) continue;
            if (!level.IsTighterThan(TopologyLevel.Rack))
            {
                (best, domain) = (rooms[i], i);
                continue;
            }

            if (level == TopologyLevel.NvlinkDomain)
            {
                foreach (var nodes in table.DomainsOf(i))
                {
                    var inDomain = view.RoomIn(i, nodes, int.MaxValue);
                    if (inDomain > best) (best, domain) = (inDomain, i * RackTable.Slots + BitOperations.TrailingZeroCount(nodes & table.Exists[i]));
                }

                continue;
            }

            for (var rest = view.Eligible[i] & table.Schedulable[i]; rest != 0; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                var room = view.NodeRoom(i, slot);
                if (room > best) (best, domain) = (room, i * RackTable.Slots + slot);
            }
        }

        return best;
    }

    private void CountRack(RolePlan role, TopologyLevel level, int domain, int rack, int[] counts)
    {
        var view = role.Any.View;
        var exists = table.Exists[rack];
        var eligible = view.Eligible[rack];
        for (var rest = exists & ~eligible; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var kind = table.ClassOf[rack * RackTable.Slots + slot];
            var fixedObstacle = view.Obstacle(kind);
            var takesWork = (table.Schedulable[rack] >> slot & 1) != 0;
            var obstacle = fixedObstacle ?? (takesWork ? Scarce(role.Shape, table.Classes.Full[kind], rack, slot) : PlacementConstraint.Unschedulable);
            counts[(int)obstacle]++;
            if (obstacle == PlacementConstraint.Extended) CountLacking(role.Shape, name => ExtendedResources.Of(table.Classes.Samples[kind]!.Extended, name));
        }

        counts[(int)PlacementConstraint.Unschedulable] += BitOperations.PopCount(eligible & ~table.Told[rack]);
        counts[(int)PlacementConstraint.Spare] += BitOperations.PopCount(eligible & table.Held[rack]);
        var offers = eligible & table.Schedulable[rack];
        if (open.Length > 0)
        {
            counts[(int)PlacementConstraint.Spread] += BitOperations.PopCount(offers & ~open[rack]);
            offers &= open[rack];
        }

        // Most nodes of a full pool lack GPUs, which the levels tell for all of them at once.
        var lacking = offers & ~SomeGpus(view.Shape, rack);
        offers &= ~lacking;
        counts[(int)(role.Shape.IsFractional ? PlacementConstraint.GpuFraction : PlacementConstraint.Gpu)] += BitOperations.PopCount(lacking);
        for (var rest = offers & ~Plenty(view, rack, offers); rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            if (view.NodeRoom(rack, slot) > 0) continue;
            offers &= ~(rest & (0 - rest));
            var scarce = Scarce(role.Shape, table.Nodes[rack * RackTable.Slots + slot], rack, slot);
            counts[(int)scarce]++;
            if (scarce == PlacementConstraint.Extended) CountLacking(role.Shape, name => table.ExtendedLeftOf(rack, slot, name));
        }

        counts[(int)PlacementConstraint.Topology] += level switch
        {
            TopologyLevel.None => 0,
            TopologyLevel.Node => BitOperations.PopCount(offers) - (domain >= 0 && domain / RackTable.Slots == rack ? 1 : 0),
            TopologyLevel.NvlinkDomain => BitOperations.PopCount(offers & ~(domain >= 0 && domain / RackTable.Slots == rack ? DomainOf(domain) : 0)),
            TopologyLevel.Rack => domain == rack ? 0 : BitOperations.PopCount(offers),
            _ => domain == table.BlockOf[rack] ? 0 : BitOperations.PopCount(offers),
        };
    }

    /// <summary>Of nodes with the GPUs for one worker those that surely have room: whole-GPU shapes where nothing else binds.</summary>
    private static ulong Plenty(ShapeView view, int rack, ulong offers) => view.ByMask ? offers & ~view.Tight[rack] : 0;

    /// <summary>Nodes that may have the GPUs for one worker; the others surely have not.</summary>
    private ulong SomeGpus(WorkerShape shape, int rack)
    {
        if (shape.Gpus == 0) return ulong.MaxValue;
        var some = 0UL;
        for (var left = RackTable.SharedLevel + (shape.GpuMilli >> 7); shape.IsFractional && left < RackTable.FreeLevel; left++) some |= table.Level(rack, left);
        for (var free = shape.IsFractional ? 1 : shape.Gpus; free <= table.MaxGpus; free++) some |= table.Level(rack, RackTable.FreeLevel + free);
        return some;
    }

    /// <summary>What a node without room for one worker has too little of.</summary>
    private PlacementConstraint Scarce(WorkerShape shape, in NodeState node, int rack, int slot)
    {
        if (shape.IsFractional)
        {
            var share = node.Free != 0;
            var at = rack * RackTable.Slots + slot;
            for (var rest = table.Shared[at]; rest != 0; rest &= rest - 1) share |= table.Left[at * table.MaxGpus + BitOperations.TrailingZeroCount(rest)] >= shape.GpuMilli;
            if (!share) return PlacementConstraint.GpuFraction;
        }
        else if (BitOperations.PopCount(node.Free) < shape.Gpus)
        {
            return PlacementConstraint.Gpu;
        }

        return node.Cpu < shape.CpuMilli ? PlacementConstraint.Cpu
            : node.Memory < shape.MemoryMiB || shape.Extended.IsEmpty ? PlacementConstraint.Memory
            : PlacementConstraint.Extended;
    }

    /// <summary>Counts a node under the first extended resource of which it has too little for one worker.</summary>
    private void CountLacking(WorkerShape shape, Func<string, long> left)
    {
        foreach (var (name, count) in shape.Extended)
        {
            if (left(name) >= count) continue;
            lacking[name] = lacking.GetValueOrDefault(name) + 1;
            return;
        }
    }
}
