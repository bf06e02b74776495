using System.Collections.Immutable;
using Gateway.Backends;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// The machines of one cluster, from one watch of its nodes and one of its pods. Only what changed is made anew: an inventory of a cluster in
/// which nothing happened is the very same object, and so are its racks.
/// </summary>
internal sealed class KubernetesNodeSource : INodeSource, IDisposable
{
    /// <summary>Racks that do not all answer by then are asked again with the next read.</summary>
    private static readonly TimeSpan KnownWithin = TimeSpan.FromSeconds(30);

    private readonly IObjectView<NodeObject> _nodes;
    private readonly IObjectView<NodePod> _pods;
    private readonly IKnownRacks _known;
    private readonly NodeMappingOptions _options;
    private readonly DrainWatch _drains;
    private readonly ILeader _leader;
    private readonly TimeProvider _time;
    private readonly NodeMapper _mapper;
    private readonly NodeComposer _composer;
    private readonly RackBook _book;
    private readonly List<IDisposable> _subscriptions = [];
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Guards what informers write: what is dirty, and the tallies.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, NodeTally> _tallies = [];
    private HashSet<NodeId> _dirty = [];
    private volatile bool _mayMove;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Dictionary<NodeId, Made> _made = [];
    private readonly HashSet<NodeId> _unsettled = [];
    private ImmutableDictionary<RackId, RackSpec> _racks = ImmutableDictionary<RackId, RackSpec>.Empty;
    private ClusterInventory? _inventory;
    private long? _rememberedUnder;

    /// <param name="name">The cluster, for logs and metrics.</param>
    public KubernetesNodeSource(
        string name, IObjectView<NodeObject> nodes, IObjectView<NodePod> pods, IKnownRacks known, NodeMappingOptions options, DrainWatch drains, ILeader leader, TimeProvider time)
    {
        (Name, _nodes, _pods, _known, _options, _drains, _leader, _time) = (name, nodes, pods, known, options, drains, leader, time);
        (_mapper, _composer, _book) = (new NodeMapper(options), new NodeComposer(options), new RackBook(options));
        _subscriptions.Add(nodes.Subscribe(change => Touch(new NodeId(change.Key.Name))));
        _subscriptions.Add(pods.Subscribe(Count));
        drains.Changed += Drained;
    }

    public string Name { get; }

    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Nodes whose labels say another rack than they are in, and why they stay, as of the last read.</summary>
    public ImmutableDictionary<NodeId, string> Misplaced { get; private set; } = ImmutableDictionary<NodeId, string>.Empty;

    /// <summary>Does this pool belong to this cluster?</summary>
    public bool Owns(PoolId pool) => pool.Value.StartsWith(_options.PoolPrefix, StringComparison.Ordinal);

    public NodeTally? TallyOf(NodeId node)
    {
        lock (_lock)
        {
            return _tallies.GetValueOrDefault(node);
        }
    }

    /// <summary>The pods on a node now.</summary>
    public ImmutableArray<NodePod> PodsOn(NodeId node)
    {
        lock (_lock)
        {
            return _tallies.TryGetValue(node, out var tally) ? [.. tally.All] : [];
        }
    }

    public async Task<ClusterInventory> Read(CancellationToken cancellationToken)
    {
        if (!_nodes.HasSynced || !_pods.HasSynced)
        {
            throw new InventoryException($"{Name}: its nodes and pods are not all listed yet");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = _time.GetUtcNow();
            var isNewLeader = _leader.Epoch is { } epoch && epoch != _rememberedUnder;
            if (isNewLeader)
            {
                _book.Remember((await _known.Read(Owns, cancellationToken).WaitAsync(KnownWithin, _time, cancellationToken)).Select(v => v.Spec));
                _rememberedUnder = _leader.Epoch;
            }

            var mayMove = _mayMove;
            _mayMove = false;
            if (Refresh(now) || isNewLeader || mayMove || _inventory is null)
            {
                _inventory = Compose(now);
            }

            return _inventory;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _drains.Changed -= Drained;
        _subscriptions.ForEach(s => s.Dispose());
        _turn.Dispose();
    }

    private void Touch(NodeId node)
    {
        lock (_lock)
        {
            _dirty.Add(node);
        }

        Announce();
    }

    private void Drained(NodeId node)
    {
        _mayMove = true;
        Touch(node);
    }

    private void Count(ObjectChange<NodePod> change)
    {
        lock (_lock)
        {
            if (change.Before is { } before && before.Node != change.Now?.Node && _tallies.TryGetValue(before.Node, out var left))
            {
                left.Remove(change.Key);
                _dirty.Add(before.Node);
            }

            if (change.Now is { } now)
            {
                if (!_tallies.TryGetValue(now.Node, out var tally))
                {
                    _tallies.Add(now.Node, tally = new NodeTally());
                }

                tally.Put(change.Key, now);
                _dirty.Add(now.Node);
            }
        }

        // Pods come and go all the time, most of them ours: the next read will do, unless others took something.
        if (change.Before is { IsOurs: false } || change.Now is { IsOurs: false })
        {
            Announce();
        }
    }

    private void Announce() => Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Makes anew what changed. Answers whether anything is told otherwise than before.</summary>
    private bool Refresh(DateTimeOffset now)
    {
        HashSet<NodeId> dirty;
        lock (_lock)
        {
            (dirty, _dirty) = (_dirty, []);
        }

        dirty.UnionWith(_unsettled);
        var isChanged = false;
        foreach (var node in dirty)
        {
            isChanged |= Refresh(node, now);
        }

        return isChanged;
    }

    private bool Refresh(NodeId name, DateTimeOffset now)
    {
        var before = _made.GetValueOrDefault(name);
        if (_nodes.Find(new ObjectKey("", name.Value)) is not { } node || !_mapper.Takes(node))
        {
            _unsettled.Remove(name);
            return _made.Remove(name);
        }

        Made made;
        lock (_lock)
        {
            var tally = _tallies.GetValueOrDefault(name) ?? new NodeTally();
            var map = before is not null && ReferenceEquals(before.Map.Node, node) ? before.Map : _mapper.Map(node);
            var memory = _composer.Remember(map, tally, before?.Map.Node.Uid == node.Uid ? before.Memory : null, now);
            made = new Made(map, memory, NodeComposer.Spec(map, memory), _composer.Facts(map, tally, memory, _drains.OthersOn(name)));
        }

        _ = made.Memory.IsUnsettled ? _unsettled.Add(name) : _unsettled.Remove(name);
        if (before is not null && before.Tells(made))
        {
            _made[name] = before with { Map = made.Map, Memory = made.Memory };
            return false;
        }

        _made[name] = before is not null && before.Spec.Equals(made.Spec) ? made with { Spec = before.Spec } : made;
        return true;
    }

    private ClusterInventory Compose(DateTimeOffset now)
    {
        var seating = _book.Assign([.. _made.Values.Select(m => m.Map)], _drains.IsDrained, now);
        Misplaced = seating.Misplaced;
        var racks = _made.Values.GroupBy(m => seating.RackOf[m.Map.Node.Name]).Select(Rack).OrderBy(r => r.Rack.Value, StringComparer.Ordinal).ToImmutableArray();
        _racks = racks.ToImmutableDictionary(r => r.Rack);
        return new ClusterInventory
        {
            Racks = racks,
            NotReady = [.. _made.Values.Where(m => !m.Ready).Select(m => m.Map.Node.Name)],
            Facts = _made.ToDictionary(m => m.Key, m => m.Value.Facts),
            Arrived = seating.Arrived,
            EmptyPools = [.. seating.EmptyPools.Where(Owns)],
        };
    }

    /// <summary>The very same rack as before, where nothing of it changed.</summary>
    private RackSpec Rack(IGrouping<RackId, Made> members)
    {
        var nodes = members.Select(m => m.Spec).OrderBy(n => n.Name.Value, StringComparer.Ordinal).ToImmutableArray();
        var block = members.GroupBy(m => m.Map.Block).OrderByDescending(b => b.Count()).ThenBy(b => b.Key, StringComparer.Ordinal).First().Key;
        var spares = Math.Min(members.Max(m => m.Map.Spares), nodes.Count(n => n.Gpus > 0));
        return _racks.TryGetValue(members.Key, out var before) && before.Block == block && before.Spares == spares
            && before.Nodes.Length == nodes.Length && before.Nodes.Zip(nodes).All(p => ReferenceEquals(p.First, p.Second))
            ? before
            : new RackSpec { Rack = members.Key, Block = block, Nodes = nodes, Spares = spares };
    }

    /// <summary>What was made of one node.</summary>
    private sealed record Made(NodeMap Map, NodeMemory Memory, NodeSpec Spec, NodeFacts Facts)
    {
        public bool Ready => Map.Ready && Memory.Ready;

        /// <summary>Says the same, wherever the node sits.</summary>
        public bool Tells(Made other) =>
            Spec.Equals(other.Spec) && Facts == other.Facts && Ready == other.Ready && Map.Pool == other.Map.Pool && Map.Place == other.Map.Place && Map.Block == other.Map.Block
            && Map.Spares == other.Map.Spares;
    }
}
