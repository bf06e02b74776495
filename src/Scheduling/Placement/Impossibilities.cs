using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Names the cause when a gang can never fit. Looks at kinds of node, and at every node once at most.</summary>
internal sealed class Impossibilities(RackTable table)
{
    public Impossibility Of(GangPlan plan, GangRequest request)
    {
        foreach (var role in plan.Roles)
            if ((OfKinds(role, request) ?? OfRules(role, request)) is { } cause) return cause;
        return new Impossibility(ImpossibilityCause.Together, plan.Roles.Length > 1
            ? "each role would fit an empty pool, but not all of them together"
            : "no placement in an empty pool keeps all of its rules at once");
    }

    private Impossibility? OfKinds(RolePlan role, GangRequest request)
    {
        var shape = role.Shape;
        var (view, kinds) = (role.Any.View, Kinds());
        var name = request.Roles[role.Index].Name;
        if (kinds.Any(k => view.EmptyFit(k.Number) > 0)) return null;
        if (!kinds.Any(k => GpuModelNames.Accepts(shape, k.Node.GpuModel)))
            return new(ImpossibilityCause.GpuModel, $"no node has GPU model {string.Join(" or ", shape.GpuModels.IsEmpty ? ["a whole GPU"] : shape.GpuModels)}");
        foreach (var label in shape.NodeSelector)
            if (!kinds.Any(k => k.Node.Labels.Contains(label))) return new(ImpossibilityCause.Label, $"no node carries label {label}");
        if (!kinds.Any(k => NodeAffinity.Allows(shape.NodeTerms, k.Node.Labels)))
            return new(ImpossibilityCause.Label, $"no node is what the node affinity allows: {string.Join(", or ", shape.NodeTerms)}");
        foreach (var asked in shape.Extended)
        {
            var most = kinds.Select(k => ExtendedResources.Of(k.Node.Extended, asked.Name)).DefaultIfEmpty().Max();
            if (most >= asked.Count) continue;
            return new(ImpossibilityCause.ExtendedResource, most == 0
                ? $"no node offers {asked.Name}"
                : $"one worker of role {name} asks for {asked}; no node offers more than {new ExtendedAmount(asked.Name, most)}");
        }

        var allowed = kinds.Where(k => view.Obstacle(k.Number) is null).ToList();
        if (allowed.Count > 0 || kinds.Any(k => view.Obstacle(k.Number) is PlacementConstraint.Extended)) return new(ImpossibilityCause.WorkerTooLarge, $"one worker of role {name} is larger than any node it may use");
        return kinds.Any(k => view.Obstacle(k.Number) == PlacementConstraint.Tenant) && !kinds.Any(k => view.Obstacle(k.Number) is PlacementConstraint.Taint)
            ? new(ImpossibilityCause.Tenant, $"every node that would do is dedicated to others than {request.Tenant}")
            : new(ImpossibilityCause.NoNodeAllowed, $"no node has all that role {name} asks for and only taints that it tolerates");
    }

    private Impossibility? OfRules(RolePlan role, GangRequest request)
    {
        var name = request.Roles[role.Index].Name;
        if (role.Slices is { } slices)
        {
            if (slices.Size < 1 || role.Count % slices.Size != 0)
                return new(ImpossibilityCause.UnevenSlices, $"{role.Count} workers of role {name} are not a multiple of slices of {slices.Size}");
            var most = Rooms(role, request, slices.Level).DefaultIfEmpty().Max();
            if (most < slices.Size)
                return new(ImpossibilityCause.SliceTooLarge, $"a slice of {slices.Size} workers is larger than any {slices.Level.Noun()}: the largest has room for {most}");
        }

        if (role.AntiAffinity is { } rule)
        {
            var rooms = Rooms(role, request, rule.Level).Select(r => Math.Min(r, rule.MaxPerDomain)).ToList();
            if (rooms.Sum() < role.Count)
            {
                return new(ImpossibilityCause.TooFewDomains,
                    $"with at most {rule.MaxPerDomain} of role {name} in one {rule.Level.Noun()}, {rooms.Count(r => r > 0)} of them take {rooms.Sum()} of {role.Count} workers");
            }
        }

        var required = request.Topology.Required;
        var best = Rooms(role, request, required).DefaultIfEmpty().Max();
        if (best >= role.Count) return null;
        return required == TopologyLevel.None
            ? new(ImpossibilityCause.PoolTooSmall, $"the empty pool has room for {best} of {role.Count} workers of role {name}")
            : new(ImpossibilityCause.DomainTooSmall, $"the largest {required.Noun()} has room for {best} of {role.Count} workers of role {name}");
    }

    /// <summary>What each domain of a level would have room for when empty.</summary>
    private List<long> Rooms(RolePlan role, GangRequest request, TopologyLevel level)
    {
        if (level is TopologyLevel.Node or TopologyLevel.NvlinkDomain) return RoomsInRacks(role, request, level);
        var rooms = new List<long>();
        var racks = role.Any.View.Empty.Racks(request.MayUseSpares);
        for (var rack = 0; rack < racks.Length; rack++)
        {
            var another = rack == 0 || level == TopologyLevel.Rack || (level == TopologyLevel.Block && table.BlockOf[rack] != table.BlockOf[rack - 1]);
            if (another) rooms.Add(racks[rack]);
            else rooms[^1] += racks[rack];
        }

        return rooms;
    }

    private List<long> RoomsInRacks(RolePlan role, GangRequest request, TopologyLevel level)
    {
        var rooms = new List<long>();
        for (var rack = 0; rack < table.Count; rack++)
        {
            var open = request.MayUseSpares ? table.Exists[rack] : table.Exists[rack] & ~table.SparesWhenEmpty(rack);
            foreach (var domain in table.DomainsOf(rack))
            {
                if (level == TopologyLevel.NvlinkDomain) rooms.Add(0);
                for (var nodes = open & domain; nodes != 0; nodes &= nodes - 1)
                {
                    var fit = role.Any.View.EmptyFit(table.ClassOf[rack * RackTable.Slots + BitOperations.TrailingZeroCount(nodes)]);
                    if (level == TopologyLevel.Node) rooms.Add(fit);
                    else rooms[^1] += fit;
                }
            }
        }

        return rooms;
    }

    private ImmutableArray<(int Number, NodeSpec Node)> Kinds() =>
        [.. Enumerable.Range(1, table.Classes.Count - 1).Where(table.Classes.InUse).Select(k => (k, table.Classes.Samples[k]!))];
}
