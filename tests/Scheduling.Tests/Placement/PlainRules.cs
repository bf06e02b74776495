using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>
/// The rules as a user reads them, checked on how many workers each node gets: nothing is derived, everything is counted. Finds a placement
/// by trying all of them.
/// </summary>
internal sealed class PlainRules(IReadOnlyList<RackSpec> racks, IReadOnlyDictionary<(string Rack, int Slot), int> room)
{
    private readonly List<(RackSpec Rack, int Slot)> nodes = [.. racks.SelectMany(r => r.Nodes.Select((_, s) => (r, s))).Where(n => room[(n.r.Rack.Value, n.s)] > 0)];

    /// <summary>Jobs of the same set, by node.</summary>
    public Dictionary<(string Rack, int Slot), int> Siblings { get; } = [];

    public static string DomainOf(RackSpec rack, int slot, TopologyLevel level) => level switch
    {
        TopologyLevel.Node => $"{rack.Rack}#{slot}",
        TopologyLevel.NvlinkDomain => $"{rack.Rack}@{rack.Nodes[slot].Domain}",
        TopologyLevel.Rack => rack.Rack.Value,
        TopologyLevel.Block => rack.Block,
        _ => "pool",
    };

    /// <summary>What is wrong with so many workers on each node; null when nothing is.</summary>
    public string? Broken(GangRequest request, IReadOnlyDictionary<(string Rack, int Slot), int> workers)
    {
        var role = request.Roles[0];
        var used = racks.SelectMany(r => r.Nodes.Select((_, s) => (Rack: r, Slot: s, Count: workers.GetValueOrDefault((r.Rack.Value, s))))).Where(n => n.Count > 0).ToList();
        IEnumerable<(string Domain, int Count)> By(TopologyLevel level) => used.GroupBy(n => DomainOf(n.Rack, n.Slot, level)).Select(g => (g.Key, g.Sum(n => n.Count)));
        if (used.Sum(n => n.Count) != role.Count) return "not whole";
        if (By(request.Topology.Required).Count() > 1) return $"more than one {request.Topology.Required}";
        if (role.AntiAffinity is { } anti && By(anti.Level).FirstOrDefault(d => d.Count > anti.MaxPerDomain) is { Count: > 0 } full) return $"{full.Count} in {full.Domain}";
        if (role.Slices is { } slices)
        {
            var parts = By(slices.Level).ToList();
            if (parts.FirstOrDefault(d => d.Count % slices.Size != 0) is { Count: > 0 } torn) return $"a slice is torn: {torn.Count} in {torn.Domain}";
            if (parts.Max(p => p.Count) - parts.Min(p => p.Count) > slices.Size) return "not balanced";
        }

        if (request.Spread is { Required: true } spread)
        {
            var taken = Siblings.Where(s => s.Value > 0).Select(s => DomainOf(racks.First(r => r.Rack.Value == s.Key.Rack), s.Key.Slot, spread.Level)).ToHashSet();
            if (By(spread.Level).Any(d => taken.Contains(d.Domain))) return "where another of its set is";
        }

        return null;
    }

    /// <summary>Some placement that breaks nothing; null when there is none.</summary>
    public Dictionary<(string Rack, int Slot), int>? Search(GangRequest request) => Search(request, 0, request.Roles[0].Count, []);

    private Dictionary<(string Rack, int Slot), int>? Search(GangRequest request, int at, int left, Dictionary<(string Rack, int Slot), int> workers)
    {
        if (left == 0) return Broken(request, workers) is null ? workers : null;
        if (at == nodes.Count) return null;
        var key = (nodes[at].Rack.Rack.Value, nodes[at].Slot);
        for (var here = Math.Min(left, room[key]); here >= 0; here--)
        {
            workers[key] = here;
            if (Search(request, at + 1, left - here, workers) is { } found) return found;
        }

        workers.Remove(key);
        return null;
    }
}
