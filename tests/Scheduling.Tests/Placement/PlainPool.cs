using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>The index's deliberately dumb twin: looks at every node for every question, and checks every placement it is shown.</summary>
internal sealed class PlainPool
{
    private readonly Dictionary<AttemptId, (GangPlacement Placement, ImmutableArray<RoleSpec> Roles)> live = [];

    public SortedDictionary<string, (RackSpec Spec, PlainNode[] Nodes)> Racks { get; } = new(StringComparer.Ordinal);

    public IReadOnlyCollection<AttemptId> Live => live.Keys;

    public PoolCapacity Totals
    {
        get
        {
            var nodes = Racks.Values.SelectMany(r => r.Nodes).ToList();
            var open = nodes.Where(n => n.Schedulable).ToList();
            return new PoolCapacity
            {
                Nodes = nodes.Count,
                SchedulableNodes = open.Count,
                Gpus = nodes.Sum(n => n.Spec.Gpus),
                SchedulableGpus = open.Sum(n => n.Spec.Gpus),
                FreeGpuMilli = open.Sum(n => n.FreeMilli),
                FreeWholeGpus = open.Sum(n => n.FreeWhole),
                FreeWholeNodes = open.Count(n => n.Spec.Gpus > 0 && n.FreeWhole == n.Spec.Gpus),
                FragmentedGpuMilli = open.Where(n => n.FreeWhole < n.Spec.Gpus).Sum(n => n.FreeMilli),
                CpuMilli = nodes.Sum(n => n.Spec.CpuMilli),
                FreeCpuMilli = open.Sum(n => n.Cpu),
                MemoryMiB = nodes.Sum(n => n.Spec.MemoryMiB),
                FreeMemoryMiB = open.Sum(n => n.Memory),
            };
        }
    }

    public IEnumerable<ExtendedCapacity> Extended =>
        from node in Racks.Values.SelectMany(r => r.Nodes)
        from offered in node.Spec.Extended
        group (offered.Count, Left: node.Schedulable ? node.LeftOf(offered.Name) : 0) by offered.Name into all
        orderby all.Key
        select new ExtendedCapacity(all.Key, all.Sum(a => a.Count), all.Sum(a => a.Left));

    public void Add(RackSpec spec) => Racks[spec.Rack.Value] = (spec, [.. spec.Nodes.Select(n => new PlainNode(n))]);

    /// <summary>The best room for a shape in any one domain of a level.</summary>
    public long Room(WorkerShape shape, TopologyLevel level, bool empty = false)
    {
        var perNode = Racks.Values.SelectMany(r => r.Nodes.Select(n => (r.Spec, Room: (long)n.Room(shape, empty)))).ToList();
        return level switch
        {
            TopologyLevel.Node => perNode.Select(n => n.Room).DefaultIfEmpty().Max(),
            TopologyLevel.Rack => perNode.GroupBy(n => n.Spec.Rack).Select(g => g.Sum(n => n.Room)).DefaultIfEmpty().Max(),
            TopologyLevel.Block => perNode.GroupBy(n => n.Spec.Block).Select(g => g.Sum(n => n.Room)).DefaultIfEmpty().Max(),
            _ => perNode.Sum(n => n.Room),
        };
    }

    /// <summary>The fewest racks on which so many workers fit, within one domain of the level.</summary>
    public int FewestRacks(WorkerShape shape, int count, TopologyLevel level)
    {
        var racks = Racks.Values.Select(r => (r.Spec, Room: r.Nodes.Sum(n => n.Room(shape)))).ToList();
        var domains = level == TopologyLevel.Block ? racks.GroupBy(r => r.Spec.Block).Select(g => g.ToList()) : [racks];
        return domains.Select(d =>
        {
            var left = count;
            var used = 0;
            foreach (var r in d.OrderByDescending(r => r.Room).TakeWhile(_ => left > 0)) (left, used) = (left - r.Room, used + 1);
            return left > 0 ? int.MaxValue : used;
        }).Min();
    }

    /// <summary>Checks that a new placement is whole, allowed and within its topology, and takes it.</summary>
    public void Place(AttemptId attempt, GangPlacement placement, GangRequest request)
    {
        var workers = placement.Racks.SelectMany(r => r.Workers.Select(w => (Rack: r.Rack.Value, Worker: w))).ToList();
        Assert.Equal(request.TotalWorkers, workers.Count);
        Assert.Equal(Enumerable.Range(0, workers.Count), workers.Select(w => w.Worker.Rank).Order());
        Assert.Equal(placement.Racks.Length, placement.Racks.Select(r => r.Rack).Distinct().Count());
        var firstRank = 0;
        for (var role = 0; role < request.Roles.Length; firstRank += request.Roles[role].Count, role++)
        {
            var ranks = workers.Where(w => w.Worker.Role == role).Select(w => w.Worker.Rank).Order();
            Assert.Equal(Enumerable.Range(firstRank, request.Roles[role].Count), ranks);
        }

        foreach (var (rack, w) in workers)
        {
            var node = Racks[rack].Nodes[w.Slot];
            Assert.True(node.Schedulable, $"{node.Spec.Name} takes no new work");
            Assert.True(node.Allows(request.Roles[w.Role].Shape), $"{node.Spec.Name} is not allowed");
        }

        var domains = request.Topology.Required switch
        {
            TopologyLevel.Node => workers.Select(w => $"{w.Rack}#{w.Worker.Slot}").Distinct().Count(),
            TopologyLevel.Rack => placement.Racks.Length,
            TopologyLevel.Block => placement.Racks.Select(r => Racks[r.Rack.Value].Spec.Block).Distinct().Count(),
            _ => 1,
        };
        Assert.Equal(1, domains);
        Apply(placement, request.Roles, 1);
        live.Add(attempt, (placement, request.Roles));
    }

    public (GangPlacement Placement, ImmutableArray<RoleSpec> Roles) Release(AttemptId attempt)
    {
        Assert.True(live.Remove(attempt, out var gone));
        Apply(gone.Placement, gone.Roles, -1);
        return gone;
    }

    /// <summary>What the rack's ledger would say.</summary>
    public RackView View(string rack)
    {
        var (spec, nodes) = Racks[rack];
        var mask = nodes.Select((n, i) => n.Schedulable ? 1UL << i : 0).Aggregate(0UL, (a, b) => a | b);
        var allocations = live.SelectMany(l => l.Value.Placement.Racks.Where(r => r.Rack == spec.Rack).Select(r => new RackAllocation
        {
            Attempt = l.Key,
            Plan = 1,
            Committed = true,
            Workers = r.Workers,
            Shapes = [.. l.Value.Roles.Select(s => s.Shape)],
        }));
        return new RackView { Spec = spec, Schedulable = mask, Allocations = [.. allocations], Version = 1, Epoch = 1 };
    }

    private void Apply(GangPlacement placement, ImmutableArray<RoleSpec> roles, int sign)
    {
        foreach (var slice in placement.Racks)
            foreach (var w in slice.Workers) Racks[slice.Rack.Value].Nodes[w.Slot].Add(w, roles[w.Role].Shape, sign);
    }
}
