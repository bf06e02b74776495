using System.Collections.Immutable;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Gateway.Tests.Hollow;
using Grains.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>What the grains say shows in the cluster, conditionally, and a cluster in which nothing changed is written nothing.</summary>
public sealed class NodeActuatorTests : IDisposable
{
    private static readonly NodeId N1 = new("n1");

    private readonly FakeView<NodeObject> _nodes = new();
    private readonly FakeView<NodePod> _pods = new();
    private readonly DrainWatch _drains = new();
    private readonly ManualTimeProvider _time = new();
    private readonly FakeNodeCluster _cluster;
    private readonly FakeIntents _intents = new();
    private readonly KubernetesNodeSource _source;
    private readonly NodeActuator _actuator;

    public NodeActuatorTests()
    {
        _cluster = new FakeNodeCluster(_nodes);
        _source = new KubernetesNodeSource("test", _nodes, _pods, new FakeKnownRacks(), new NodeMappingOptions(), _drains, SoleLeader.Instance, _time);
        _actuator = new NodeActuator(
            _source, _nodes, _cluster, _intents, _drains, SoleLeader.Instance, new NodeActuatorOptions { Reassertions = 1 }, _time, NullLogger<NodeActuator>.Instance);
        Put(NodesToTest.Node("n1").With(new NodeTaint("sku", "gpu", NodeTaint.NoSchedule)));
    }

    public void Dispose()
    {
        _actuator.Dispose();
        _source.Dispose();
    }

    [Theory]
    [InlineData(NodeState.Cordoned, NodePreflight.NotAsked, "orleans.scheduler/held-out=cordoned:NoSchedule")]
    [InlineData(NodeState.Draining, NodePreflight.NotAsked, "orleans.scheduler/held-out=draining:NoSchedule")]
    [InlineData(NodeState.Drained, NodePreflight.Failed, "orleans.scheduler/held-out=drained:NoSchedule, orleans.scheduler/preflight=failed:NoSchedule")]
    [InlineData(NodeState.Preflight, NodePreflight.Pending, "orleans.scheduler/preflight=pending:NoSchedule")]
    [InlineData(NodeState.NotReady, NodePreflight.Passed, "")]
    public async Task A_node_carries_what_its_grain_says_and_keeps_what_others_put_on_it(NodeState state, NodePreflight preflight, string taints)
    {
        _intents.Say(View(state) with { Preflight = preflight });
        await Pass();
        await Pass();
        Assert.Equal(taints, string.Join(", ", Node.Taints.Where(OurTaints.IsOurs)));
        Assert.Contains(Node.Taints, t => t.Key == "sku");
        Assert.Equal(taints.Length == 0 ? 0 : 1, _cluster.Writes);
    }

    [Fact]
    public async Task What_the_cluster_holds_out_by_itself_gets_no_taint_of_ours()
    {
        _intents.Say(View(NodeState.Cordoned) with { HeldByCluster = true });
        await Pass();
        Assert.Equal(0, _cluster.Writes);
    }

    [Fact]
    public async Task A_taint_goes_when_its_node_takes_work_again()
    {
        _intents.Say(View(NodeState.Cordoned));
        await Pass();
        _intents.Say(View(NodeState.Ready));
        await Pass();
        Assert.DoesNotContain(Node.Taints, OurTaints.IsOurs);
    }

    [Fact]
    public async Task A_dead_machine_is_declared_out_of_service_to_the_cluster_and_another_s_word_is_left()
    {
        _intents.Say(View(NodeState.NotReady) with { OutOfService = true });
        await Pass();
        Assert.Contains(Node.Taints, t => t is { Key: OurTaints.OutOfService, Effect: NodeTaint.NoExecute });

        _intents.Say(View(NodeState.Ready));
        await Pass();
        Assert.DoesNotContain(Node.Taints, t => t.Key == OurTaints.OutOfService);

        Put(Node.With(new NodeTaint(OurTaints.OutOfService, "nodeshutdown", NodeTaint.NoExecute)));
        await Pass();
        Assert.Contains(Node.Taints, t => t.Key == OurTaints.OutOfService);
    }

    [Fact]
    public async Task Who_takes_our_taint_away_is_written_down_and_not_fought()
    {
        _intents.Say(View(NodeState.Cordoned));
        await Pass();
        for (var i = 0; i < 20; i++)
        {
            Put(Node with { Taints = [.. Node.Taints.Where(t => !OurTaints.IsOurs(t))], Version = Node.Version + "k" });
            await Pass();
            _time.Advance(TimeSpan.FromMinutes(10));
            await Pass();
        }

        Assert.Equal(2, _cluster.Writes);
        Assert.Contains(_intents.Remarks, r => r.Contains("put right in a while", StringComparison.Ordinal));
        Assert.Contains(_intents.Remarks, r => r.Contains("left so", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_leader_that_another_has_followed_writes_nothing()
    {
        Put(Node with { Epoch = long.MaxValue });
        _intents.Say(View(NodeState.Cordoned));
        await Assert.ThrowsAsync<NotLeadingException>(Pass);
        Assert.Equal(0, _cluster.Writes);
    }

    [Fact]
    public async Task A_node_that_changed_meanwhile_is_read_again_first()
    {
        _intents.Say(View(NodeState.Cordoned));
        _cluster.Conflicts = 1;
        await Pass();
        Assert.DoesNotContain(Node.Taints, OurTaints.IsOurs);
        await Pass();
        Assert.Contains(Node.Taints, OurTaints.IsOurs);
    }

    [Fact]
    public async Task A_draining_node_is_left_by_others_once_its_own_workers_have_gone()
    {
        Put(NodesToTest.Pod("ours", "n1", isOurs: true));
        Put(NodesToTest.Pod("web", "n1"));
        Put(NodesToTest.Pod("daemon", "n1", stay: PodStay.OfTheNode));
        Put(NodesToTest.Pod("lone", "n1", stay: PodStay.Unmanaged));
        Put(NodesToTest.Pod("elsewhere", "n2"));
        _intents.Say(View(NodeState.Draining));
        await Pass();
        Assert.Empty(_cluster.Evicted);
        Assert.Equal("2 pods of others, after its own workers", _drains.OthersOn(N1));

        Take("ours");
        await Pass();
        Assert.Equal(["default/web"], _cluster.Evicted);
        Assert.Equal("default/lone: has no controller that would make it again: delete it; default/web: was asked to leave", _drains.OthersOn(N1));

        Take("web");
        Take("lone");
        await Pass();
        Assert.Equal("", _drains.OthersOn(N1));
        Assert.Single(_cluster.Evicted);
    }

    [Fact]
    public async Task A_budget_that_forbids_an_eviction_is_told_and_asked_again_later_and_later()
    {
        Put(NodesToTest.Pod("web", "n1"));
        _intents.Say(View(NodeState.Draining));
        _cluster.Answer = new EvictionAnswer.NotNow("The disruption budget web needs 2 healthy pods and has 2 currently");
        await Pass();
        Assert.Contains("needs 2 healthy pods", _drains.OthersOn(N1));

        for (var second = 0; second < 600; second += 5)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Pass();
        }

        Assert.InRange(_cluster.Evicted.Count, 10, 14);
        _cluster.Answer = EvictionAnswer.Leaves.Instance;
        _time.Advance(TimeSpan.FromMinutes(1));
        await Pass();
        Assert.Equal("default/web: was asked to leave", _drains.OthersOn(N1));
    }

    [Fact]
    public async Task A_drain_that_is_called_off_evicts_nobody_and_is_forgotten()
    {
        Put(NodesToTest.Pod("web", "n1"));
        _intents.Say(View(NodeState.Draining));
        await Pass();
        _intents.Say(View(NodeState.Ready));
        _time.Advance(TimeSpan.FromHours(1));
        await Pass();
        Assert.Single(_cluster.Evicted);
        Assert.Null(_drains.OthersOn(N1));
    }

    private NodeObject Node => _nodes.Find(new ObjectKey("", "n1"))!;

    private Task Pass() => _actuator.Pass(CancellationToken.None);

    private void Put(NodeObject node) => _nodes.Put(new ObjectKey("", node.Name.Value), node);

    private void Put(NodePod pod) => _pods.Put(new ObjectKey(pod.Namespace, pod.Name), pod);

    private void Take(string pod) => _pods.Put(new ObjectKey("default", pod), null);

    private static NodeView View(NodeState state) =>
        new() { Spec = NodeSpec.Vacant with { Name = N1 }, Rack = new RackId("main/r1"), State = state, Version = 1 };

    private sealed class FakeIntents : INodeIntents
    {
        private NodeView? _view;

        public List<string> Remarks { get; } = [];

        public void Say(NodeView view) => _view = view;

        public Task<ImmutableDictionary<NodeId, NodeView>> Read(Func<PoolId, bool> ours, CancellationToken cancellationToken) =>
            Task.FromResult(_view is null or { State: NodeState.Ready } ? ImmutableDictionary<NodeId, NodeView>.Empty : ImmutableDictionary<NodeId, NodeView>.Empty.Add(N1, _view));

        public Task<NodeView?> Of(NodeId node) => Task.FromResult(_view);

        public Task Remark(NodeId node, string by, string text)
        {
            Remarks.Add(text);
            return Task.CompletedTask;
        }
    }

    private sealed class FakeNodeCluster(FakeView<NodeObject> nodes) : INodeCluster
    {
        public int Writes { get; private set; }

        public int Conflicts { get; set; }

        public List<string> Evicted { get; } = [];

        public EvictionAnswer Answer { get; set; } = EvictionAnswer.Leaves.Instance;

        public Task<ClusterAnswer<NodeObject>> SetTaints(NodeObject asRead, ImmutableArray<NodeTaint> wanted, long epoch, CancellationToken cancellationToken)
        {
            if (Conflicts-- > 0)
            {
                return Task.FromResult<ClusterAnswer<NodeObject>>(new ClusterAnswer<NodeObject>.Conflict("changed"));
            }

            Writes++;
            var key = new ObjectKey("", asRead.Name.Value);
            Assert.Equal(nodes.Find(key)!.Version, asRead.Version);
            var now = asRead with { Taints = [.. asRead.Taints.Where(t => !OurTaints.IsOurs(t)), .. wanted], Epoch = epoch, Version = asRead.Version + "w" };
            nodes.Put(key, now);
            return Task.FromResult<ClusterAnswer<NodeObject>>(new ClusterAnswer<NodeObject>.Done(now));
        }

        public Task<EvictionAnswer> Evict(NodePod pod, CancellationToken cancellationToken)
        {
            Evicted.Add(pod.ToString());
            return Task.FromResult(Answer);
        }
    }
}
