using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// Which rack each node is in. A node stays in its rack for as long as it lives, whatever its labels say later and whoever else comes and goes:
/// its workers are in that rack's ledger. What racks hold is read from the racks; a new node goes into the first of its place's racks that has
/// room, so that what one process decides another finds.
/// </summary>
internal sealed class RackBook(NodeMappingOptions options)
{
    /// <summary>
    /// The seat of a node that is away is kept so long: by then what ran on it was queued again (Nodes:LostAfter), and it may come back anywhere.
    /// </summary>
    private static readonly TimeSpan KeptAway = TimeSpan.FromMinutes(10);

    private readonly Dictionary<NodeId, Seat> _seats = [];
    private readonly HashSet<PoolId> _pools = [];

    /// <summary>What the racks themselves say, instead of whatever was known.</summary>
    public void Remember(IEnumerable<RackSpec> racks)
    {
        _seats.Clear();
        _pools.Clear();
        foreach (var rack in racks)
        {
            _pools.Add(rack.Rack.Pool);
            foreach (var node in rack.Nodes.Where(n => !n.IsVacant))
            {
                _seats[node.Name] = new Seat(rack.Rack, AwaySince: null);
            }
        }
    }

    /// <summary>Seats every node.</summary>
    /// <param name="mayMove">Nothing runs on it and nothing will: its labels are followed.</param>
    public RackSeating Assign(IReadOnlyCollection<NodeMap> nodes, Func<NodeId, bool> mayMove, DateTimeOffset now)
    {
        var wasEmpty = _seats.Count == 0;
        var strangers = new List<NodeMap>();
        var misplaced = ImmutableDictionary.CreateBuilder<NodeId, string>();
        SeeWhoIsAway([.. nodes.Select(n => n.Node.Name)], now);
        foreach (var map in nodes)
        {
            _pools.Add(map.Pool);
            if (!_seats.TryGetValue(map.Node.Name, out var seat) || (!Belongs(seat.Rack, map) && mayMove(map.Node.Name)))
            {
                _seats.Remove(map.Node.Name);
                strangers.Add(map);
                continue;
            }

            if (!Belongs(seat.Rack, map))
            {
                misplaced[map.Node.Name] = $"its labels say {NodeNames.Rack(map.Place, 1)} of pool {map.Pool}; it stays in {seat.Rack} until it is drained";
            }

            _seats[map.Node.Name] = seat with { AwaySince = null };
        }

        var counts = _seats.Values.CountBy(s => s.Rack).ToDictionary();
        SeatAll(strangers, counts);
        var present = nodes.Select(n => _seats[n.Node.Name].Rack.Pool).ToHashSet();
        return new RackSeating
        {
            RackOf = nodes.ToDictionary(n => n.Node.Name, n => _seats[n.Node.Name].Rack),
            Arrived = wasEmpty ? [] : [.. strangers.Select(s => s.Node.Name)],
            Misplaced = misplaced.ToImmutable(),
            EmptyPools = [.. _pools.Where(p => !present.Contains(p))],
        };
    }

    /// <summary>In name order, each into the first rack of its place that has room.</summary>
    private void SeatAll(List<NodeMap> strangers, Dictionary<RackId, int> counts)
    {
        var next = new Dictionary<(PoolId, RackPlace), int>();
        foreach (var map in strangers.OrderBy(m => m.Node.Name.Value, StringComparer.Ordinal))
        {
            var size = map.Place.IsNamed ? RackSpec.MaxNodes : options.RackSize;
            var index = next.GetValueOrDefault((map.Pool, map.Place), 1);
            while (counts.GetValueOrDefault(RackOf(map, index)) >= size)
            {
                index++;
            }

            var rack = RackOf(map, index);
            next[(map.Pool, map.Place)] = index;
            counts[rack] = counts.GetValueOrDefault(rack) + 1;
            _seats[map.Node.Name] = new Seat(rack, AwaySince: null);
        }
    }

    private void SeeWhoIsAway(HashSet<NodeId> present, DateTimeOffset now)
    {
        foreach (var (node, seat) in _seats.Where(s => s.Value.AwaySince is not null || !present.Contains(s.Key)).ToList())
        {
            if (now - seat.AwaySince > KeptAway)
            {
                _seats.Remove(node);
            }
            else
            {
                _seats[node] = seat with { AwaySince = seat.AwaySince ?? now };
            }
        }
    }

    private static RackId RackOf(NodeMap map, int index) => RackId.Of(map.Pool, NodeNames.Rack(map.Place, index));

    private static bool Belongs(RackId rack, NodeMap map) => rack.Pool == map.Pool && NodeNames.IsRackOf(rack.Value[(rack.Value.IndexOf('/', StringComparison.Ordinal) + 1)..], map.Place);

    private readonly record struct Seat(RackId Rack, DateTimeOffset? AwaySince);
}

/// <summary>Where everybody sits.</summary>
internal sealed record RackSeating
{
    public required IReadOnlyDictionary<NodeId, RackId> RackOf { get; init; }

    /// <summary>New to their racks. None when nothing at all was known before: then nobody can be held out either.</summary>
    public required ImmutableHashSet<NodeId> Arrived { get; init; }

    /// <summary>Nodes whose labels say another place than they are in, and why they stay.</summary>
    public required ImmutableDictionary<NodeId, string> Misplaced { get; init; }

    /// <summary>Pools that had nodes and have none now.</summary>
    public required ImmutableArray<PoolId> EmptyPools { get; init; }
}
