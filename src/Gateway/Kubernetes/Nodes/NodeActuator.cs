using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Grains.Nodes;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// Shows in the cluster what the grains say of nodes (taints of ours, and only of ours), and empties draining ones of what others run there. A
/// cluster where nothing changed is written nothing.
/// </summary>
internal sealed class NodeActuator : BackgroundService
{
    private const int MaxNamed = 3;

    private readonly KubernetesNodeSource _source;
    private readonly IObjectView<NodeObject> _nodes;
    private readonly INodeCluster _cluster;
    private readonly INodeIntents _intents;
    private readonly DrainWatch _drains;
    private readonly ILeader _leader;
    private readonly NodeActuatorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeActuator> _logger;
    private readonly TaintClaims _claims;
    private readonly EvictionBook _book;
    private readonly ConcurrentDictionary<NodeId, bool> _carrying = new();
    private readonly IDisposable _subscription;

    public NodeActuator(
        KubernetesNodeSource source, IObjectView<NodeObject> nodes, INodeCluster cluster, INodeIntents intents, DrainWatch drains, ILeader leader, NodeActuatorOptions options,
        TimeProvider time, ILogger<NodeActuator> logger)
    {
        (_source, _nodes, _cluster, _intents, _drains, _leader) = (source, nodes, cluster, intents, drains, leader);
        (_options, _time, _logger, _claims, _book) = (options, time, logger, new TaintClaims(options), new EvictionBook(options));
        _subscription = nodes.Subscribe(change =>
        {
            var node = new NodeId(change.Key.Name);
            _ = change.Now?.Taints.Any(OurTaints.IsOurs) == true ? _carrying[node] = true : _carrying.TryRemove(node, out _);
        });
    }

    public override void Dispose()
    {
        _subscription.Dispose();
        base.Dispose();
    }

    /// <summary>Pass after pass, on the scheduler of whoever calls it.</summary>
    internal async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = _leader.Changed;
            if (_leader.Epoch is null || !_nodes.HasSynced)
            {
                await Task.WhenAny(changed, Pause.For(_options.Every, _time, cancellationToken));
                continue;
            }

            try
            {
                await Pass(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (NotLeadingException)
            {
                continue;
            }
#pragma warning disable CA1031 // Whatever broke, the next pass begins from the whole again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                NodeLog.PassFailed(_logger, e, _source.Name, _options.Every);
            }

            await Pause.For(_options.Every, _time, cancellationToken);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Run(stoppingToken);

    /// <summary>Once over everything.</summary>
    internal async Task Pass(CancellationToken cancellationToken)
    {
        var epoch = _leader.MustLead();

        // 1. What the grains want: of nodes that take no work, and of those that still carry a taint of ours.
        var wanted = await _intents.Read(_source.Owns, cancellationToken);
        foreach (var node in _carrying.Keys.Where(n => !wanted.ContainsKey(n)))
        {
            if (await _intents.Of(node) is { } view)
            {
                wanted = wanted.Add(node, view);
            }
        }

        // 2. Taints.
        await Bounded.ForEach(await Decide(wanted), _options.WritesAtOnce, s => Write(s.Node, s.Wanted, epoch, cancellationToken), cancellationToken);
        _claims.Keep(n => Find(n) is not null);

        // 3. What others run on draining nodes.
        var draining = wanted.Where(w => w.Value.State == NodeState.Draining && Find(w.Key) is not null).Select(w => w.Key).ToList();
        await Evict(draining, epoch, cancellationToken);
        _drains.Set(draining.ToDictionary(n => n, DescribeOthers), [.. wanted.Where(w => w.Value.State == NodeState.Drained).Select(w => w.Key)]);

        // 4. Nodes that say they are somewhere else.
        foreach (var (node, why) in _source.Misplaced)
        {
            await _intents.Remark(node, NodeDecider.Cluster, why);
        }
    }

    private NodeObject? Find(NodeId node) => _nodes.Find(new ObjectKey("", node.Value));

    private async Task<List<(NodeObject Node, ImmutableArray<NodeTaint> Wanted)>> Decide(ImmutableDictionary<NodeId, NodeView> wanted)
    {
        var writes = new List<(NodeObject, ImmutableArray<NodeTaint>)>();
        foreach (var (name, view) in wanted)
        {
            var taints = OurTaints.Wanted(view);
            if (Find(name) is not { } node || OurTaints.IsSo(node, taints))
            {
                continue;
            }

            switch (_claims.Next(node, taints, _time.GetUtcNow()))
            {
                case TaintStep.Write:
                    writes.Add((node, taints));
                    break;
                case TaintStep.Lost lost:
                    var what = $"{(taints.IsEmpty ? "a taint of ours that was taken off" : string.Join(", ", taints))}: somebody changed it in the cluster; "
                        + (lost.GivesUp ? "it is left so" : "it is put right in a while");
                    NodeLog.TaintLost(_logger, name, what);
                    await _intents.Remark(name, NodeDecider.Cluster, what);
                    break;
            }
        }

        return writes;
    }

    private async Task Write(NodeObject node, ImmutableArray<NodeTaint> taints, long epoch, CancellationToken cancellationToken)
    {
        if (node.Epoch > epoch)
        {
            throw new NotLeadingException($"{node.Name} was written under epoch {node.Epoch}, after {epoch}");
        }

        _leader.MustStillLead(epoch);
        var answer = await Deadline.Call(
            token => _cluster.SetTaints(node, taints, epoch, token), () => new ClusterAnswer<NodeObject>.Unknown("no answer in time"), _options.CallTimeout, _time, cancellationToken);
        if (answer is ClusterAnswer<NodeObject>.Done)
        {
            lock (_claims)
            {
                _claims.Written(node, taints);
            }

            NodeLog.Tainted(_logger, node.Name, taints.IsEmpty ? "none" : string.Join(", ", taints));
        }
        else if (answer is not (ClusterAnswer<NodeObject>.Conflict or ClusterAnswer<NodeObject>.NotFound))
        {
            NodeLog.TaintFailed(_logger, node.Name, answer.ToString());
        }
    }

    private async Task Evict(IReadOnlyList<NodeId> draining, long epoch, CancellationToken cancellationToken)
    {
        var there = draining.SelectMany(n => _source.PodsOn(n)).ToList();
        _book.Keep(there.Select(p => p.Uid).ToHashSet());

        // Workers leave by their jobs first; what else is there may be what they work with.
        var busy = there.Where(p => p.IsOurs).Select(p => p.Node).ToHashSet();
        var due = there.Where(p => !busy.Contains(p.Node) && MustLeave(p) && !p.IsLeaving && (p.Stay == PodStay.Evicted || _options.EvictUnmanaged) && _book.IsDue(p, _time.GetUtcNow())).ToList();
        await Bounded.ForEach(due, _options.EvictionsAtOnce, async pod =>
        {
            _leader.MustStillLead(epoch);
            var answer = await Deadline.Call<EvictionAnswer>(
                token => _cluster.Evict(pod, token), () => new EvictionAnswer.Failed("no answer in time"), _options.CallTimeout, _time, cancellationToken);
            lock (_book)
            {
                _book.Note(pod, answer, _time.GetUtcNow());
            }

            NodeLog.Evicted(_logger, pod.Node, pod.ToString(), answer.ToString());
        }, cancellationToken);
    }

    private static bool MustLeave(NodePod pod) => pod is { IsOurs: false, Stay: not PodStay.OfTheNode };

    /// <summary>What of others has to leave yet: "" when nothing.</summary>
    private string DescribeOthers(NodeId node)
    {
        var pods = _source.PodsOn(node);
        var others = pods.Where(MustLeave).OrderBy(p => p.ToString(), StringComparer.Ordinal).ToList();
        if (others.Count == 0)
        {
            return "";
        }

        if (pods.Any(p => p.IsOurs))
        {
            return $"{others.Count} pods of others, after its own workers";
        }

        var more = others.Count > MaxNamed ? $" and {others.Count - MaxNamed} more" : "";
        return string.Join("; ", others.Take(MaxNamed).Select(p => $"{p}: {_book.WhyStays(p)}")) + more;
    }
}
