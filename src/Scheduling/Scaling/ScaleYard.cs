using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Scaling;

/// <summary>
/// The pool as it could be: nodes that are idle, machines on their way, and machines that could be had, as racks of one placement index. What may
/// be used is switched on; what a gang takes is gone for those after it. So a gang's rules are kept by the code that will place it.
/// </summary>
internal sealed partial class ScaleYard
{
    private readonly PlacementIndex _index = new();
    private readonly PlacementBuffer _buffer = new();
    private readonly Dictionary<RackId, YardRack> _racks = [];
    private readonly List<YardRack>[] _perSet;

    public ScaleYard(ScaleScene scene)
    {
        var nodeSets = new Dictionary<NodeId, int>();
        _places = scene.Demand.Gangs.Select((g, place) => (g.Attempt, place)).ToDictionary(g => g.Attempt, g => g.place);
        _settling = scene.Demand.Earmarks.Where(e => scene.Demand.Placing.Contains(e.For)).SelectMany(e => e.Nodes).ToHashSet();
        _owners = scene.Demand.Earmarks.Where(e => !scene.Demand.NoLongerAdmitted.Contains(e.For) && !scene.Demand.Placing.Contains(e.For)).SelectMany(e => e.Nodes.Select(n => (Node: n, e.For))).ToDictionary(o => o.Node, o => o.For);
        var young = scene.Sets.SelectMany(s => s.Instances).Where(i => scene.Now - i.CreatedAt < scene.JoinWithin).Select(i => i.Node).ToHashSet();
        for (var set = 0; set < scene.Sets.Length; set++)
        {
            foreach (var instance in scene.Sets[set].Instances)
            {
                nodeSets[instance.Node] = set;
            }
        }

        Present = [.. nodeSets.Keys];
        Present.IntersectWith(scene.Demand.Racks.SelectMany(r => r.Spec.Nodes).Select(n => n.Name));
        _perSet = [.. scene.Sets.Select(_ => new List<YardRack>())];
        foreach (var rack in scene.Demand.Racks)
        {
            var set = rack.Spec.Nodes.Select(n => nodeSets.TryGetValue(n.Name, out var s) ? s : -1).FirstOrDefault(s => s >= 0, -1);
            var going = MaskOf(rack.Spec, n => IsGoing(scene, nodeSets, n.Name));

            // A node that has just joined is not ready yet: it is on its way, too.
            var coming = rack.Closed & MaskOf(rack.Spec, n => young.Contains(n.Name));
            Add(new YardRack { Spec = rack.Spec, Set = set, Usable = (rack.Idle | coming) & ~going, Idle = rack.Idle & ~going, Closed = rack.Closed & ~going, Bought = MaskOf(rack.Spec, n => young.Contains(n.Name)) });
        }

        for (var set = 0; set < scene.Sets.Length; set++)
        {
            AddRoom(scene.Sets[set], set, scene.Now);
        }

        _kept = [.. _racks.Values.Where(r => r.Owned != 0)];
    }

    /// <summary>Machines that are nodes of the pool.</summary>
    public HashSet<NodeId> Present { get; }

    /// <summary>Whether the gang would fit, nothing taken.</summary>
    public bool Fits(GangRequest request) => _index.Fits(request);

    /// <summary>The machines of a set that could be had, the first so many switched on: rack after rack, those begun first.</summary>
    public void Offer(int set, int machines)
    {
        foreach (var rack in _perSet[set])
        {
            var wanted = 0UL;
            for (var rest = rack.Room; rest != 0 && machines > 0; rest &= rest - 1, machines--)
            {
                wanted |= rest & (0 - rest);
            }

            Switch(rack, rack.Usable | wanted);
        }
    }

    /// <summary>These machines are ordered: they are there for everybody from now on, and no longer to be had.</summary>
    public void Order(int set, int machines)
    {
        foreach (var rack in _perSet[set])
        {
            for (; rack.Room != 0 && machines > 0; machines--)
            {
                var next = rack.Room & (0 - rack.Room);
                rack.Room &= ~next;
                rack.Usable |= next;
            }

            Switch(rack, rack.Usable);
        }
    }

    /// <summary>Machines of a set that could be had and were not ordered.</summary>
    public int RoomOf(int set) => _perSet[set].Sum(r => BitOperations.PopCount(r.Room));

    /// <summary>So many machines, and those that complete the rack that the last of them is in.</summary>
    public int UpToWholeRacks(int set, int machines)
    {
        var whole = 0;
        foreach (var rack in _perSet[set])
        {
            if (whole >= machines)
            {
                break;
            }

            whole += BitOperations.PopCount(rack.Added);
        }

        return Math.Max(whole, machines);
    }

    /// <summary>
    /// How many machines of a set must come so that the last one is there that somebody took: they come rack after rack, so those before it come too.
    /// </summary>
    public int NeededOf(int set)
    {
        int needed = 0, number = 0;
        foreach (var rack in _perSet[set])
        {
            for (var rest = rack.Added; rest != 0; rest &= rest - 1)
            {
                number++;
                needed = (rack.Taken & rest & (0 - rest)) != 0 ? number : needed;
            }
        }

        return needed;
    }

    /// <summary>Keeps up to so many nodes that nobody took, where the fewest are idle first, so that whole racks can go. Answers how many.</summary>
    public int Keep(int machines, Func<NodeSpec, bool> counts)
    {
        var kept = 0;
        foreach (var rack in _racks.Values.OrderBy(r => r.Idle == 0).ThenBy(r => BitOperations.PopCount(r.Idle)).ThenBy(r => r.Spec.Rack.Value, StringComparer.Ordinal))
        {
            foreach (var slot in SlotsOf(rack.Usable & ~rack.Taken).Where(s => counts(rack.Spec.Nodes[s])).Take(machines - kept))
            {
                rack.Taken |= 1UL << slot;
                kept++;
            }
        }

        return kept;
    }

    /// <summary>Idle nodes that no gang took or still has and that are nodes already, with their rack.</summary>
    public IEnumerable<(YardRack Rack, NodeSpec Node)> Untaken() =>
        _racks.Values.SelectMany(r => SlotsOf(r.Idle & ~r.Taken & ~r.Owned).Select(s => (r, r.Spec.Nodes[s]))).Where(n => !_settling.Contains(n.Item2.Name));

    /// <summary>Nodes that take no work, have none, and are kept for nobody.</summary>
    public IEnumerable<NodeId> Closed() => _racks.Values.SelectMany(r => SlotsOf(r.Closed & ~r.Taken).Select(s => r.Spec.Nodes[s].Name)).Where(n => !_owners.ContainsKey(n) && !_settling.Contains(n));

    private static bool IsGoing(ScaleScene scene, Dictionary<NodeId, int> sets, NodeId node) =>
        sets.TryGetValue(node, out var set) && scene.Sets[set].State.Removals.Any(r => r.Node == node);

    /// <summary>Racks that are begun are filled up first; then come new ones.</summary>
    private void AddRoom(OfferedSet set, int at, DateTimeOffset now)
    {
        var (offer, state) = (set.Offer, set.State);
        var going = state.Removals.Select(r => r.Instance).ToHashSet(StringComparer.Ordinal);
        var nodes = set.Instances.Count(i => Present.Contains(i.Node) && !going.Contains(i.Id));

        // Refused, what is missing will not come by itself: only machines that are there already.
        var named = new Queue<NodeId>(set.Instances.Where(i => i.State != InstanceState.Deleting && !going.Contains(i.Id) && !Present.Contains(i.Node)).Select(i => i.Node)
            .OrderBy(n => _owners.TryGetValue(n, out var owner) ? _places.GetValueOrDefault(owner, int.MaxValue) : int.MaxValue).ThenBy(n => n.Value, StringComparer.Ordinal));
        var onTheWay = Math.Max(named.Count, state.BackOff?.Until > now ? 0 : state.Wanted - nodes);
        var room = Math.Max(0, Math.Min(offer.Ceiling, state.Spec.Ceiling) - Math.Max(state.Wanted, nodes + named.Count) - state.Removals.Length);
        foreach (var rack in _racks.Values.Where(r => r.Set == at && r.Spec.Nodes.Length < offer.RackSize).OrderByDescending(r => r.Spec.Nodes.Length).ThenBy(r => r.Spec.Rack.Value, StringComparer.Ordinal).ToList())
        {
            var (coming, more) = Split(offer.RackSize - rack.Spec.Nodes.Length, ref onTheWay, ref room);
            if (coming + more > 0)
            {
                Add(Grown(rack, offer, coming, more, named));
            }
        }

        foreach (var rack in _racks.Values.Where(r => r.Set == at))
        {
            _perSet[at].Add(rack);
        }

        for (var number = 0; onTheWay + room > 0; number++)
        {
            var (coming, more) = Split(offer.RackSize, ref onTheWay, ref room);
            var empty = new YardRack
            {
                Spec = new RackSpec { Rack = new RackId($"{state.Spec.Pool}/+{at}-{number:d4}"), Block = offer.Block, Nodes = [], Spares = offer.Spares }, Set = at, Usable = 0, Idle = 0,
            };
            _perSet[at].Add(Add(Grown(empty, offer, coming, more, named)));
        }
    }

    private static (int Coming, int More) Split(int space, ref int onTheWay, ref int room)
    {
        var coming = Math.Min(space, onTheWay);
        var more = Math.Min(space - coming, room);
        onTheWay -= coming;
        room -= more;
        return (coming, more);
    }

    /// <summary>Machines that have a name already come first.</summary>
    private static YardRack Grown(YardRack rack, ScaleOffer offer, int coming, int more, Queue<NodeId> names)
    {
        var first = rack.Spec.Nodes.Length;
        var named = Math.Min(coming, names.Count);
        var nodes = rack.Spec.Nodes.AddRange(Enumerable.Range(first, coming + more)
            .Select(i => offer.Node with { Name = i < first + named ? names.Dequeue() : new NodeId($"{rack.Spec.Rack}+{i}") }));
        return new YardRack
        {
            Spec = rack.Spec with { Nodes = nodes }, Set = rack.Set, Idle = rack.Idle, Closed = rack.Closed, Usable = rack.Usable | rack.Owned | Bits(first, coming), Room = Bits(first + coming, more),
            Added = Bits(first, coming + more), Bought = rack.Bought | Bits(first, named),
        };
    }

    private YardRack Add(YardRack rack)
    {
        foreach (var slot in SlotsOf(rack.Usable))
        {
            if (_owners.TryGetValue(rack.Spec.Nodes[slot].Name, out var owner))
            {
                rack.Owners[slot] = owner;
                rack.Owned |= 1UL << slot;
            }
        }

        rack.Usable &= ~rack.Owned;
        _racks[rack.Spec.Rack] = rack;
        _index.SetRack(new RackView { Spec = rack.Spec, Schedulable = rack.Usable, Allocations = [], Version = 0, Epoch = 0 });
        rack.On = rack.Usable;
        return rack;
    }

    private void Switch(YardRack rack, ulong on)
    {
        on |= rack.Mine;
        if (on != rack.On)
        {
            rack.On = on;
            _index.SetSchedulable(rack.Spec.Rack, on);
        }
    }

    private static ulong MaskOf(RackSpec spec, Func<NodeSpec, bool> isSo)
    {
        var mask = 0UL;
        for (var slot = 0; slot < spec.Nodes.Length; slot++)
        {
            mask |= isSo(spec.Nodes[slot]) ? 1UL << slot : 0;
        }

        return mask;
    }

    private static ulong Bits(int from, int count) => count == 0 ? 0 : (count == 64 ? ulong.MaxValue : (1UL << count) - 1) << from;

    private static IEnumerable<int> SlotsOf(ulong mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            yield return BitOperations.TrailingZeroCount(mask);
        }
    }
}

/// <summary>A rack of the yard: a bit per slot says what each node is.</summary>
internal sealed class YardRack
{
    public required RackSpec Spec { get; init; }

    /// <summary>Position of the scale set that its machines are of; −1: of none.</summary>
    public required int Set { get; init; }

    /// <summary>Nodes that are idle now.</summary>
    public required ulong Idle { get; init; }

    /// <summary>Nodes that take no work now, and have none.</summary>
    public ulong Closed { get; init; }

    /// <summary>Idle, or on its way.</summary>
    public required ulong Usable { get; set; }

    /// <summary>Machines that could be had.</summary>
    public ulong Room { get; set; }

    /// <summary>Slots in which no node is yet: on their way, or to be had.</summary>
    public ulong Added { get; init; }

    /// <summary>Nodes that a gang took.</summary>
    public ulong Taken { get; set; }

    /// <summary>Machines of a scale set, with a name, that have come lately or are coming.</summary>
    public ulong Bought { get; init; }

    /// <summary>Machines that are kept for a gang, and which.</summary>
    public ulong Owned { get; set; }

    public Dictionary<int, AttemptId> Owners { get; } = [];

    /// <summary>Those of the gang that is being served.</summary>
    public ulong Mine { get; set; }

    /// <summary>What the index may use just now.</summary>
    public ulong On { get; set; }
}
