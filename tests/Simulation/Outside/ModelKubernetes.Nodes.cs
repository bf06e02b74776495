using Gateway.Backends;
using Gateway.Kubernetes;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Simulation.Outside;

/// <content>Machines, and what runs on them.</content>
internal sealed partial class ModelKubernetes
{
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PreflightTakes = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(500);

    private readonly SortedDictionary<string, ModelNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>How pods behave that are left alone.</summary>
    public BackendMood Mood { get; set; } = BackendMood.Wild;

    public IReadOnlyList<NodeId> Nodes => [.. _nodes.Values.Select(n => n.Spec.Name)];

    public INodeSource SourceOver(Wire wire) => new Source(this, wire);

    public void AddNode(NodeSpec spec, RackId rack, string block) => _nodes.TryAdd(spec.Name.Value, new ModelNode(spec, rack, block));

    /// <summary>Null: it is gone for ever.</summary>
    public ModelNode? FindNode(NodeId node) => _nodes.GetValueOrDefault(node.Value);

    /// <summary>The machine is taken away: its pods go with it, unseen by anybody.</summary>
    public void DeleteNode(NodeId node)
    {
        _nodes[node.Value].Exists = false;
        KillOrphans();
    }

    /// <summary>The same, for ever: nobody brings it back.</summary>
    public void RemoveNode(NodeId node)
    {
        if (_nodes.Remove(node.Value, out var removed))
        {
            removed.Exists = false;
            KillOrphans();
        }
    }

    /// <summary>Machines that started anew.</summary>
    public int Restarted { get; private set; }

    /// <summary>The machine is there and ready. Where it was away, or restarted, it runs as another: what was on it has failed, and it has to pass preflight.</summary>
    public void BringBack(ModelNode node, bool restarted)
    {
        if (Restarts && (!node.Exists || restarted))
        {
            node.Boot++;
            Restarted++;
            node.PassesAt = _clock.GetUtcNow() + PreflightTakes;
            foreach (var pod in _pods.Values.Where(p => p.Node == node.Spec.Name && p.Phase is PodPhase.Waiting or PodPhase.Running && p.LeavesBy is null).ToList())
            {
                (pod.Phase, pod.Failure, pod.FailureClass) = (PodPhase.Failed, "its machine restarted", FailureClass.Hardware);
                Changed(pod);
            }
        }

        (node.Exists, node.Ready) = (true, true);
    }

    public bool HasNode(NodeId node) => _nodes.TryGetValue(node.Value, out var known) && known.Exists;

    private void Tick()
    {
        KillOrphans();
        var now = _clock.GetUtcNow();
        foreach (var pod in _pods.Values.Where(p => p.Node is not null).ToList())
        {
            if (_nodes.TryGetValue(pod.Node!.Value.Value, out var node) && node is { Exists: true, Ready: true })
            {
                Live(pod, now);
            }
        }
    }

    /// <summary>As a cluster collects pods whose node is not there.</summary>
    private void KillOrphans()
    {
        foreach (var pod in _pods.Values.Where(p => p.Node is { } on && !(_nodes.TryGetValue(on.Value, out var node) && node.Exists)).ToList())
        {
            Effects.Killed++;
            Remove(pod);
        }
    }

    private void Live(ModelPod pod, DateTimeOffset now)
    {
        if (pod.LeavesBy is { } by)
        {
            if (now >= by || _random.Next(3) == 0)
            {
                Remove(pod);
            }

            return;
        }

        switch (pod.Phase)
        {
            case PodPhase.Waiting when _random.Next(2) == 0:
                (pod.Phase, pod.StartedAt) = (PodPhase.Running, now);
                if (Mood == BackendMood.Wild && _random.Next(60) == 0)
                {
                    (pod.Phase, pod.Failure, pod.FailureClass) = (PodPhase.Failed, "the node refused it", FailureClass.Hardware);
                }

                Changed(pod);
                break;
            case PodPhase.Running:
                GoOn(pod, now);
                break;
        }
    }

    private void GoOn(ModelPod pod, DateTimeOffset now)
    {
        if (pod.CheckpointBy is not null && (pod.CheckpointedAt is null || pod.CheckpointedAt < now - TimeSpan.FromSeconds(3)) && (Mood != BackendMood.Wild || _random.Next(3) == 0))
        {
            pod.CheckpointedAt = now;
            Changed(pod);
            return;
        }

        var spec = _commitments.SpecOf(pod.Attempt.Job);
        var isEndless = spec?.Origin?.Kind is OriginKind.Replica or OriginKind.Extension;
        var fate = new Random(HashCode(pod.Attempt) + pod.Order.Incarnation);
        var (runsFor, failing) = (TimeSpan.FromSeconds(fate.Next(1, 25)), fate.Next(4) == 0 ? fate.Next(8) : -1);
        if (spec?.Restart is not null)
        {
            // Often enough that members are started again, and some of them too often.
            failing = fate.Next(3) > 0 ? fate.Next(spec.TotalWorkers) : -1;
        }

        if (Mood == BackendMood.Obedient || (isEndless && Mood == BackendMood.Finishing) || (Mood == BackendMood.Wild && now - pod.StartedAt < runsFor))
        {
            return;
        }

        if (Mood == BackendMood.Wild && failing == pod.Order.Worker.Rank)
        {
            (pod.Phase, pod.Failure) = (PodPhase.Failed, "exit 1");
        }
        else
        {
            pod.Phase = PodPhase.Succeeded;
        }

        Changed(pod);
    }

    /// <summary>The same in every process, as string.GetHashCode is not.</summary>
    private static int HashCode(AttemptId attempt) => attempt.Job.Value.Aggregate(attempt.Number, (hash, c) => unchecked(hash * 31 + c));

    private ClusterInventory Inventory() => new()
    {
        Racks =
        [
            .. _nodes.Values.Where(n => n.Exists).GroupBy(n => n.Rack).OrderBy(g => g.Key.Value, StringComparer.Ordinal)
                .Select(g => new RackSpec { Rack = g.Key, Block = g.First().Block, Nodes = [.. g.Select(n => n.Spec)] }),
        ],
        NotReady = [.. _nodes.Values.Where(n => n is { Exists: true, Ready: false }).Select(n => n.Spec.Name)],
        Facts = _nodes.Values.Where(n => Restarts && n.Exists).ToDictionary(n => n.Spec.Name, FactsOf),
    };

    private NodeFacts FactsOf(ModelNode node) => new()
    {
        Uid = node.Spec.Name.Value,
        Boot = node.BootId,
        NeedsPreflight = true,
        Preflight = _clock.GetUtcNow() >= node.PassesAt ? NodePreflight.Passed : NodePreflight.NotAsked,
    };

    private sealed class Source(ModelKubernetes server, Wire wire) : INodeSource
    {
        public string Name => "Model cluster";

        public async Task<ClusterInventory> Read(CancellationToken cancellationToken) =>
            await Deadline.Call(_ => wire.Send<ClusterInventory?>(server.Inventory, _ => null, _ => null), () => null, ReadTimeout, server._clock, cancellationToken)
            ?? throw new InventoryException("the cluster's nodes could not be listed");
    }
}

/// <summary>A machine of the model cluster.</summary>
internal sealed class ModelNode(NodeSpec spec, RackId rack, string block)
{
    public NodeSpec Spec => spec;

    public RackId Rack { get; set; } = rack;

    public string Block { get; set; } = block;

    public bool Exists { get; set; } = true;

    /// <summary>Grows with each start of the machine.</summary>
    public int Boot { get; set; }

    public string BootId => $"{spec.Name}-boot-{Boot}";

    /// <summary>When it will have passed preflight in this boot.</summary>
    public DateTimeOffset PassesAt { get; set; }

    /// <summary>Its kubelet answers: pods start, end and stop.</summary>
    public bool Ready { get; set; } = true;
}
