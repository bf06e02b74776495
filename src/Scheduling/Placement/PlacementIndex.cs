using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// What a pool has free, and where a gang would go. Derived from the racks' ledgers; single-threaded; the same state
/// and request always give the same answer, whatever happened before.
/// </summary>
public sealed class PlacementIndex
{
    private readonly SortedDictionary<string, Row[]> racks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RackId Rack, string Block)> facts = new(StringComparer.Ordinal);

    /// <summary>Nodes, GPUs, CPU and memory of the whole pool.</summary>
    public PoolCapacity Totals
    {
        get
        {
            var t = new PoolCapacity();
            foreach (var n in racks.Values.SelectMany(r => r).Where(n => n.Exists))
            {
                var part = n.FreeWhole < n.Spec.Gpus;
                t = t with
                {
                    Nodes = t.Nodes + 1,
                    Gpus = t.Gpus + n.Spec.Gpus,
                    CpuMilli = t.CpuMilli + n.Spec.CpuMilli,
                    MemoryMiB = t.MemoryMiB + n.Spec.MemoryMiB,
                };
                if (!n.Schedulable) continue;
                t = t with
                {
                    SchedulableNodes = t.SchedulableNodes + 1,
                    SchedulableGpus = t.SchedulableGpus + n.Spec.Gpus,
                    FreeGpuMilli = t.FreeGpuMilli + n.FreeMilli,
                    FreeWholeGpus = t.FreeWholeGpus + n.FreeWhole,
                    FreeWholeNodes = t.FreeWholeNodes + (n.Spec.Gpus > 0 && !part ? 1 : 0),
                    FragmentedGpuMilli = t.FragmentedGpuMilli + (part ? n.FreeMilli : 0),
                    FreeCpuMilli = t.FreeCpuMilli + n.Cpu,
                    FreeMemoryMiB = t.FreeMemoryMiB + n.Memory,
                };
            }

            return t;
        }
    }

    /// <summary>Every rack with what it has free, by rack order.</summary>
    public IEnumerable<RackFree> Racks =>
        racks.Select(r => new RackFree(
            facts[r.Key].Rack,
            facts[r.Key].Block,
            r.Value.Count(n => n.Exists),
            r.Value.Count(n => n is { Exists: true, Schedulable: true }),
            r.Value.Count(n => n.Schedulable && n.Spec.Gpus > 0 && n.FreeWhole == n.Spec.Gpus),
            r.Value.Where(n => n.Schedulable).Sum(n => n.FreeWhole),
            r.Value.Where(n => n.Schedulable).Sum(n => n.FreeMilli)));

    /// <summary>Adds a rack, or replaces all that is known of it.</summary>
    public void SetRack(RackView view)
    {
        var rows = view.Spec.Nodes.Select((n, i) => new Row(n, (view.Schedulable >> i & 1) != 0)).ToArray();
        racks[view.Spec.Rack.Value] = rows;
        facts[view.Spec.Rack.Value] = (view.Spec.Rack, view.Spec.Block);
        foreach (var a in view.Allocations)
            TakeSlice(new RackSlice { Rack = view.Spec.Rack, Workers = a.Workers }, a.Shapes);
    }

    /// <summary>Forgets a rack. Unknown racks are ignored.</summary>
    public void RemoveRack(RackId rack)
    {
        racks.Remove(rack.Value);
        facts.Remove(rack.Value);
    }

    /// <summary>Sets which nodes of a rack take new work; what they already hold stays.</summary>
    public void SetSchedulable(RackId rack, ulong mask)
    {
        if (!racks.TryGetValue(rack.Value, out var rows)) return;
        for (var i = 0; i < rows.Length; i++) rows[i].Schedulable = (mask >> i & 1) != 0;
    }

    /// <summary>Finds room for the whole gang and takes it, or changes nothing.</summary>
    public PlacementAnswer TryPlace(GangRequest request)
    {
        var placed = Place(request);
        if (placed is not null) return new PlacementAnswer.Placed(placed);
        var why = Diagnose(request);
        var empty = new PlacementIndex();
        foreach (var (key, rows) in racks)
        {
            empty.racks[key] = [.. rows.Select(r => new Row(r.Spec, true))];
            empty.facts[key] = facts[key];
        }

        return empty.Place(request) is null ? new PlacementAnswer.Never(why) : new PlacementAnswer.NoRoom(why);
    }

    /// <summary>Takes a known placement, also on nodes that take no new work. Racks it does not know are ignored.</summary>
    public void Take(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        foreach (var s in placement.Racks) TakeSlice(s, [.. roles.Select(r => r.Shape)]);
    }

    /// <summary>Gives back what a placement holds.</summary>
    public void Release(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        foreach (var s in placement.Racks) ReleaseSlice(s, [.. roles.Select(r => r.Shape)]);
    }

    /// <summary>Takes one rack's part of a placement; shapes by role index.</summary>
    public void TakeSlice(RackSlice slice, ImmutableArray<WorkerShape> shapes)
    {
        if (!racks.TryGetValue(slice.Rack.Value, out var rows)) return;
        foreach (var w in slice.Workers) rows[w.Slot].Add(w, shapes[w.Role], 1);
    }

    /// <summary>Gives back one rack's part of a placement; shapes by role index.</summary>
    public void ReleaseSlice(RackSlice slice, ImmutableArray<WorkerShape> shapes)
    {
        if (!racks.TryGetValue(slice.Rack.Value, out var rows)) return;
        foreach (var w in slice.Workers) rows[w.Slot].Add(w, shapes[w.Role], -1);
    }

    /// <summary>False only when the gang certainly has no room now.</summary>
    public bool CouldFitNow(GangRequest request) =>
        request.Roles.All(r => racks.Values.SelectMany(n => n).Sum(n => (long)n.Fit(r.Shape, r.Count)) >= r.Count);

    /// <summary>What stands in the gang's way now.</summary>
    public Shortage Diagnose(GangRequest request)
    {
        var domains = Domains(request.Topology.Required).ToList();
        var worst = 0;
        var worstFit = int.MaxValue;
        for (var i = 0; i < request.Roles.Length; i++)
        {
            var role = request.Roles[i];
            var fit = domains.Count == 0 ? 0 : domains.Max(d => (int)Math.Min(role.Count, d.Sum(k => racks[k.Key].Where((_, s) => k.Slot is null || s == k.Slot).Sum(n => (long)n.Fit(role.Shape, role.Count)))));
            if ((double)fit / role.Count >= (worstFit == int.MaxValue ? double.MaxValue : (double)worstFit / request.Roles[worst].Count)) continue;
            (worst, worstFit) = (i, fit);
        }

        var shape = request.Roles[worst].Shape;
        var all = racks.Values.SelectMany(r => r).Where(n => n.Exists).ToList();
        var filtered = all.GroupBy(n => n.Obstacle(shape)).Where(g => g.Key is not null)
            .Select(g => new FilteredNodes(g.Key!.Value, g.Count())).OrderByDescending(f => f.Nodes).ThenBy(f => f.Constraint);
        return new Shortage
        {
            Level = request.Topology.Required,
            Role = worst,
            WorkersNeeded = request.Roles[worst].Count,
            WorkersThatFit = worstFit == int.MaxValue ? 0 : worstFit,
            Filtered = [.. filtered],
            NodesEvaluated = all.Count,
        };
    }

    private IEnumerable<List<(string Key, int? Slot)>> Domains(TopologyLevel level) => level switch
    {
        TopologyLevel.Node => racks.SelectMany(r => r.Value.Select((_, s) => new List<(string, int?)> { (r.Key, s) })),
        TopologyLevel.Rack => racks.Select(r => new List<(string, int?)> { (r.Key, null) }),
        TopologyLevel.Block => racks.GroupBy(r => facts[r.Key].Block, StringComparer.Ordinal).Select(g => g.Select(r => (r.Key, (int?)null)).ToList()),
        _ => [racks.Select(r => (r.Key, (int?)null)).ToList()],
    };

    private GangPlacement? Place(GangRequest request)
    {
        var levels = new[] { TopologyLevel.Node, TopologyLevel.Rack, TopologyLevel.Block, TopologyLevel.None };
        var required = request.Topology.Required;
        var preferred = request.Topology.Preferred;
        foreach (var level in levels)
        {
            var wanted = level == required || level == preferred || level == TopologyLevel.Rack;
            var tightEnough = level == required || required == TopologyLevel.None || (level != TopologyLevel.None && level < required);
            if (!wanted || !tightEnough) continue;
            foreach (var domain in Domains(level))
                if (PlaceIn(request, domain) is { } placement) return placement;
        }

        return null;
    }

    private GangPlacement? PlaceIn(GangRequest request, List<(string Key, int? Slot)> domain)
    {
        var done = new List<(string Key, WorkerSlot Worker)>();
        var rank = 0;
        for (var role = 0; role < request.Roles.Length; role++)
        {
            var (shape, count) = (request.Roles[role].Shape, request.Roles[role].Count);
            var room = domain.Select(d => (d.Key, d.Slot, Room: Slots(d).Sum(s => (long)racks[d.Key][s].Fit(shape, count)))).ToList();
            while (count > 0)
            {
                var best = room.Where(r => r.Room >= count).OrderBy(r => r.Room).FirstOrDefault();
                if (best.Key is null) best = room.OrderByDescending(r => r.Room).FirstOrDefault();
                if (best.Key is null || best.Room == 0)
                {
                    foreach (var (key, w) in done) racks[key][w.Slot].Add(w, request.Roles[w.Role].Shape, -1);
                    return null;
                }

                room.Remove(best);
                var rows = racks[best.Key];
                foreach (var slot in Slots((best.Key, best.Slot)).OrderBy(s => rows[s].Rank(shape)).ThenBy(s => rows[s].FreeWhole).ToList())
                {
                    for (var fit = rows[slot].Fit(shape, count); fit > 0; fit--, count--)
                    {
                        var w = rows[slot].Choose(role, rank++, slot, shape);
                        rows[slot].Add(w, shape, 1);
                        done.Add((best.Key, w));
                    }
                }
            }
        }

        return new GangPlacement
        {
            Racks = [.. done.GroupBy(d => d.Key).Select(g => new RackSlice { Rack = facts[g.Key].Rack, Workers = [.. g.Select(d => d.Worker)] })],
        };
    }

    private IEnumerable<int> Slots((string Key, int? Slot) d) => d.Slot is { } s ? [s] : Enumerable.Range(0, racks[d.Key].Length);

    private sealed class Row(NodeSpec spec, bool schedulable)
    {
        private readonly int[] used = new int[64];

        public NodeSpec Spec { get; } = spec;

        public bool Exists => Spec.Name.Value.Length > 0;

        public bool Schedulable { get; set; } = schedulable && spec.Name.Value.Length > 0;

        public long Cpu { get; private set; } = spec.CpuMilli;

        public long Memory { get; private set; } = spec.MemoryMiB;

        public int FreeWhole => Enumerable.Range(0, Spec.Gpus).Count(g => used[g] == 0);

        public long FreeMilli => Enumerable.Range(0, Spec.Gpus).Sum(g => 1000 - used[g]);

        public int Rank(WorkerShape shape) => shape.GpuModels.IsEmpty ? 0 : shape.GpuModels.IndexOf(Spec.GpuModel);

        public PlacementConstraint? Obstacle(WorkerShape s)
        {
            if (!s.GpuModels.IsEmpty && !s.GpuModels.Contains(Spec.GpuModel)) return PlacementConstraint.GpuModel;
            if (s.NodeSelector.Any(l => !Spec.Labels.Contains(l))) return PlacementConstraint.NodeSelector;
            if (Spec.Taints.Any(t => !s.Tolerations.Contains(t))) return PlacementConstraint.Taint;
            if (!Schedulable) return PlacementConstraint.Unschedulable;
            if (s.IsFractional ? !Enumerable.Range(0, Spec.Gpus).Any(g => 1000 - used[g] >= s.GpuMilli) : FreeWhole < s.Gpus)
                return s.IsFractional ? PlacementConstraint.GpuFraction : PlacementConstraint.Gpu;
            if (Cpu < s.CpuMilli) return PlacementConstraint.Cpu;
            return Memory < s.MemoryMiB ? PlacementConstraint.Memory : null;
        }

        public int Fit(WorkerShape s, int most)
        {
            if (Obstacle(s) is not null) return 0;
            long fit = most;
            if (s.IsFractional) fit = Math.Min(fit, Enumerable.Range(0, Spec.Gpus).Sum(g => (1000 - used[g]) / s.GpuMilli));
            else if (s.Gpus > 0) fit = Math.Min(fit, FreeWhole / s.Gpus);
            if (s.CpuMilli > 0) fit = Math.Min(fit, Cpu / s.CpuMilli);
            return (int)(s.MemoryMiB > 0 ? Math.Min(fit, Memory / s.MemoryMiB) : fit);
        }

        public WorkerSlot Choose(int role, int rank, int slot, WorkerShape s)
        {
            var from = s.IsFractional
                ? Enumerable.Range(0, Spec.Gpus).Where(g => 1000 - used[g] >= s.GpuMilli).OrderByDescending(g => used[g]).Take(1)
                : Enumerable.Range(0, Spec.Gpus).Where(g => used[g] == 0).Take(s.Gpus);
            return new WorkerSlot(role, rank, slot, from.Aggregate(0UL, (m, g) => m | 1UL << g), s.GpuMilli);
        }

        public void Add(WorkerSlot w, WorkerShape s, int sign)
        {
            for (var g = 0; g < 64; g++)
            {
                if ((w.Gpus >> g & 1) == 0) continue;
                used[g] += sign * w.GpuMilli;
                if (used[g] is < 0 or > 1000) throw new InvalidOperationException($"GPU {g} of node {Spec.Name} is taken or released twice");
            }

            Cpu -= sign * s.CpuMilli;
            Memory -= sign * s.MemoryMiB;
        }
    }
}
