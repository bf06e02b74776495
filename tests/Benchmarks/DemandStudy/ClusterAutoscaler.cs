using Scheduling.Model;

namespace Benchmarks.DemandStudy;

/// <summary>
/// Kubernetes' Cluster Autoscaler as its FAQ documents it (kubernetes/autoscaler, cluster-autoscaler/FAQ.md at 0024f25, "How does scale-up work", "How does
/// scale-down work", "What are the parameters to CA"), with its defaults. It sees pods, not gangs, and looks every ten seconds. Our scheduler places the pods here as
/// everywhere, so that only the number of machines differs.
/// </summary>
/// <param name="mayEvict">
/// Pods may be moved, as is the default for pods that have a controller; false: they carry cluster-autoscaler.kubernetes.io/safe-to-evict: "false", as training jobs should.
/// </param>
/// <param name="unneeded">scale-down-unneeded-time in seconds, 10 min.</param>
/// <param name="hearsAfter">
/// A machine that does not come is given up after max-node-provision-time, 15 min; less: the cloud's refusal is understood as soon as it is said.
/// </param>
internal sealed class ClusterAutoscaler(bool mayEvict, long unneeded = 600, long hearsAfter = 900) : ICapacityPolicy
{
    private const long ScanInterval = 10;
    private const long DelayAfterAdd = 600;
    private const double UtilizationThreshold = 0.5;
    private const int MostEmptyAtOnce = 10;
    private const int MostNonEmptyLooked = 30;
    private const long FirstBackOff = 300;
    private const long LongestBackOff = 1800;
    private const long BackOffForgotten = 3 * 3600;

    private readonly Group[] _groups = [.. DemandCloud.Sets.Select((_, number) => new Group(number))];
    private readonly Dictionary<NodeId, long> _unneededSince = [];
    private DemandWorld _world = null!;
    private long _lastAdd = long.MinValue / 2;
    private long _drainsUntil;

    public void Begin(DemandWorld world)
    {
        _world = world;
        Scan();
    }

    public void Moved()
    {
    }

    private void Scan()
    {
        _world.At(_world.Now + ScanInterval, Scan);

        // 1. Pods without a node, less those for which there is or will be room. 2. If some are left, the first group that may grow gets what they need.
        var pods = _world.Pool.WithoutRoom().SelectMany(a => a.Spec.Roles).SelectMany(r => Enumerable.Repeat(r.Shape.Gpus, r.Count)).ToList();
        var left = WithoutRoom(pods);
        if (left.Count > 0 && TryGrow(NodesFor(left)))
        {
            return;
        }

        // 3. Otherwise it looks which nodes are unneeded, and removes those that have been so for long enough; not while pods wait for room that is there, nor
        // soon after it added nodes.
        SeeUnneeded();
        if (left.Count == pods.Count && _world.Now - _lastAdd > DelayAfterAdd)
        {
            Remove();
        }
    }

    /// <summary>Pods for which the nodes that are there, and those that are coming, have no room.</summary>
    private List<int> WithoutRoom(List<int> pods)
    {
        if (pods.Count == 0)
        {
            return pods;
        }

        var room = new Room();
        foreach (var node in _world.Pool.Nodes.Where(n => n.IsOpen))
        {
            room.Add(node.Free);
        }

        var coming = _groups.Sum(g => g.Missing) + DemandCloud.Sets.Select((_, set) => _world.Cloud.Live(set).Count(m => !m.IsDeleting && !_world.Pool.Knows(m.Node))).Sum();
        for (var i = 0; i < coming; i++)
        {
            room.Add(DemandWorld.NodeGpus);
        }

        return [.. pods.Where(p => !room.TryTake(p))];
    }

    /// <summary>The estimator: largest first, each on the first new node that has room.</summary>
    private static int NodesFor(List<int> pods)
    {
        var (room, nodes) = (new Room(), 0);
        foreach (var pod in pods.OrderDescending())
        {
            if (!room.TryTake(pod))
            {
                room.Add(DemandWorld.NodeGpus - pod);
                nodes++;
            }
        }

        return nodes;
    }

    /// <summary>The expander is "priority": the groups in the order in which our planner takes them.</summary>
    private bool TryGrow(int nodes)
    {
        var group = _groups.FirstOrDefault(g => g.BarredUntil <= _world.Now && RoomOf(g) > 0);
        if (group is null)
        {
            return false;
        }

        var more = Math.Min(nodes, RoomOf(group));
        var operation = _world.Cloud.Grow(group.Number, more);
        _lastAdd = _world.Now;
        if (operation.Failure is not null)
        {
            group.Missing += more;
            _world.At(Math.Max(operation.EndsAt, _world.Now + hearsAfter), () => GiveUp(group, more));
        }

        return true;
    }

    private int RoomOf(Group group) => DemandCloud.Ceiling - group.Missing - _world.Cloud.Live(group.Number).Count;

    /// <summary>They never came. The group is left alone for a while, longer each time.</summary>
    private void GiveUp(Group group, int machines)
    {
        group.Missing -= machines;
        group.BackOff = _world.Now - group.FailedAt > BackOffForgotten ? FirstBackOff : Math.Min(LongestBackOff, group.BackOff * 2);
        (group.FailedAt, group.BarredUntil) = (_world.Now, _world.Now + group.BackOff);
    }

    /// <summary>
    /// Less than half of its GPUs are asked for, and all its pods could go elsewhere; not to nodes that are unneeded themselves. Empty ones are looked at first.
    /// </summary>
    private void SeeUnneeded()
    {
        HashSet<NodeId> seen = [];
        var room = _world.Pool.Nodes.Where(n => n.IsOpen).ToDictionary(n => n.Name, n => n.Free);
        var low = _world.Pool.Nodes.Where(n => n.IsOpen && (double)(DemandWorld.NodeGpus - n.Free) / DemandWorld.NodeGpus < UtilizationThreshold)
            .OrderBy(n => n.Work.Count > 0).ThenBy(n => !_unneededSince.ContainsKey(n.Name)).ThenBy(n => n.Name.Value, StringComparer.Ordinal).ToList();
        var looked = 0;
        foreach (var node in low)
        {
            if (node.Work.Count == 0 || (mayEvict && looked++ < MostNonEmptyLooked && TryMove(node, room)))
            {
                seen.Add(node.Name);
                room.Remove(node.Name);
            }
        }

        foreach (var needed in _unneededSince.Keys.Where(n => !seen.Contains(n)).ToList())
        {
            _unneededSince.Remove(needed);
        }

        foreach (var name in seen)
        {
            _unneededSince.TryAdd(name, _world.Now);
        }
    }

    /// <summary>Where its pods would go is remembered, so that two nodes do not count on the same room.</summary>
    private static bool TryMove(DemandNode node, Dictionary<NodeId, int> room)
    {
        List<(NodeId To, int Gpus)> moves = [];
        foreach (var (_, gpus) in node.Work.Values)
        {
            var to = room.FirstOrDefault(r => r.Key != node.Name && r.Value >= gpus).Key;
            if (to == default)
            {
                moves.ForEach(m => room[m.To] += m.Gpus);
                return false;
            }

            room[to] -= gpus;
            moves.Add((to, gpus));
        }

        return true;
    }

    /// <summary>Up to ten empty nodes at once, and one that is not, when the one before has gone.</summary>
    private void Remove()
    {
        var ready = _unneededSince.Where(u => _world.Now - u.Value >= unneeded).Select(u => _world.Pool.Find(u.Key)!).OrderBy(n => n.Name.Value, StringComparer.Ordinal).ToList();
        var gone = ready.Where(n => n.Work.Count == 0).Take(MostEmptyAtOnce).ToList();
        if (_drainsUntil <= _world.Now && ready.Find(n => n.Work.Count > 0) is { } drained)
        {
            gone.Add(drained);
        }

        foreach (var node in gone)
        {
            _unneededSince.Remove(node.Name);
            _world.Pool.Close(node);
            foreach (var attempt in node.Work.Keys.ToList())
            {
                _world.Pool.Evict(attempt);
                _drainsUntil = _world.Now + 1;
            }
        }

        foreach (var group in _groups)
        {
            var machines = _world.Cloud.Live(group.Number).Where(m => gone.Exists(n => n.Name == m.Node)).ToList();
            if (machines.Count > 0)
            {
                var until = _world.Cloud.Delete(machines).EndsAt;
                _drainsUntil = _drainsUntil > _world.Now ? until : _drainsUntil;
            }
        }
    }

    private sealed class Group(int number)
    {
        public int Number => number;

        /// <summary>Machines that were asked for, will never come, and are still counted on.</summary>
        public int Missing { get; set; }

        public long BarredUntil { get; set; }

        public long BackOff { get; set; }

        public long FailedAt { get; set; } = long.MinValue / 2;
    }

    /// <summary>Nodes by the GPUs that they have free. A pod takes the fullest node that has room.</summary>
    private sealed class Room
    {
        private readonly int[] _nodes = new int[DemandWorld.NodeGpus + 1];

        public void Add(int free) => _nodes[free]++;

        public bool TryTake(int gpus)
        {
            for (var free = gpus; free <= DemandWorld.NodeGpus; free++)
            {
                if (_nodes[free] > 0)
                {
                    _nodes[free]--;
                    _nodes[free - gpus]++;
                    return true;
                }
            }

            return false;
        }
    }
}
