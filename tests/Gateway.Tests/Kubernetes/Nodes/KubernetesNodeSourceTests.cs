using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Gateway.Tests.Hollow;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

public sealed class KubernetesNodeSourceTests : IDisposable
{
    private readonly FakeView<NodeObject> _nodes = new();
    private readonly FakeView<NodePod> _pods = new();
    private readonly FakeKnownRacks _known = new();
    private readonly DrainWatch _drains = new();
    private readonly ManualTimeProvider _time = new();
    private readonly KubernetesNodeSource _source;

    public KubernetesNodeSourceTests() =>
        _source = new KubernetesNodeSource("test", _nodes, _pods, _known, new NodeMappingOptions { PoolPrefix = "east-" }, _drains, SoleLeader.Instance, _time);

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task Nothing_is_concluded_from_a_list_that_is_not_whole()
    {
        _nodes.HasSynced = false;
        await Assert.ThrowsAsync<InventoryException>(Read);
    }

    [Fact]
    public async Task A_node_offers_what_pods_of_others_leave_of_it()
    {
        Put(NodesToTest.Node("n1", (KubernetesKeys.Rack, "r1"), ("nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3")));
        Put(NodesToTest.Pod("daemon", "n1", cpu: 700) with { MemoryBytes = 600L << 20 });
        Put(NodesToTest.Pod("ours", "n1", cpu: 50_000, isOurs: true));
        Put(NodesToTest.Pod("theirs", "n1") with { Devices = new ResourceAmounts { { "nvidia.com/gpu", "1" } } });

        var rack = Assert.Single((await Read()).Racks);
        var node = Assert.Single(rack.Nodes);
        Assert.Equal(("east-main/r1", 95_000, (900L << 10) - 1024, 7, "H100-80GB"), (rack.Rack.Value, node.CpuMilli, node.MemoryMiB, node.Gpus, node.GpuModel));
    }

    [Fact]
    public async Task Where_nothing_is_told_otherwise_the_inventory_and_its_racks_are_the_very_same()
    {
        Put(NodesToTest.Node("n1", (KubernetesKeys.Rack, "r1")));
        Put(NodesToTest.Node("n2", (KubernetesKeys.Rack, "r2")));
        var first = await Read();
        Put(NodesToTest.Pod("small", "n1", cpu: 0));
        Put(NodesToTest.Node("n1", (KubernetesKeys.Rack, "r1")) with { Version = "2" });
        Assert.Same(first, await Read());

        Put(NodesToTest.Pod("large", "n1", cpu: 9000));
        var second = await Read();
        Assert.NotSame(first.Racks[0], second.Racks[0]);
        Assert.Same(first.Racks[1], second.Racks[1]);
    }

    [Fact]
    public async Task A_change_is_announced_and_none_that_comes_while_reading_is_missed()
    {
        var changed = _source.Changed;
        Put(NodesToTest.Node("n1"));
        Assert.True(changed.IsCompleted);

        changed = _source.Changed;
        await Read();
        Assert.False(changed.IsCompleted);
        Put(NodesToTest.Pod("ours", "n1", isOurs: true));
        Assert.False(changed.IsCompleted);
        Put(NodesToTest.Pod("theirs", "n1"));
        Assert.True(changed.IsCompleted);
    }

    [Fact]
    public async Task Readiness_cordons_and_preflight_are_told_with_their_reasons()
    {
        Put(NodesToTest.Node("down") with { Ready = false, NotReadyBecause = "Ready is Unknown: Kubelet stopped posting node status." });
        Put(NodesToTest.Node("held") with { Unschedulable = true });
        Put(NodesToTest.Node("new").With(new NodeTaint(KubernetesKeys.Preflight, "pending", NodeTaint.NoSchedule)) with { PreflightPassed = "boot-0" });
        Put(NodesToTest.Node("good") with { PreflightPassed = "boot-1" });
        Put(NodesToTest.Node("bad") with { PreflightFailed = "boot-1 GPU 3: row remap", PreflightPassed = "boot-1" });
        var inventory = await Read();

        Assert.Equal([new NodeId("down")], inventory.NotReady);
        Assert.Contains("stopped posting", inventory.Facts[new NodeId("down")].NotReadyBecause);
        Assert.NotNull(inventory.Facts[new NodeId("held")].HeldBecause);
        Assert.Equal((true, NodePreflight.NotAsked), (inventory.Facts[new NodeId("new")].NeedsPreflight, inventory.Facts[new NodeId("new")].Preflight));
        Assert.Equal(NodePreflight.Passed, inventory.Facts[new NodeId("good")].Preflight);
        Assert.Equal((NodePreflight.Failed, "GPU 3: row remap"), (inventory.Facts[new NodeId("bad")].Preflight, inventory.Facts[new NodeId("bad")].PreflightBecause));
    }

    [Fact]
    public async Task GPUs_that_go_away_hold_the_node_at_once_and_are_gone_after_a_while()
    {
        var node = NodesToTest.Node("n1");
        Put(node);
        await Read();
        Put(node with { Version = "2", Allocatable = new ResourceAmounts { { "cpu", "96" }, { "memory", "900Gi" }, { "nvidia.com/gpu", "6" } } });
        var held = await Read();
        Assert.Equal("it shows 6 GPUs instead of 8", held.Facts[node.Name].HeldBecause);
        Assert.Equal(8, held.Racks[0].Nodes[0].Gpus);

        _time.Advance(new NodeMappingOptions().FewerGpusAfter);
        var gone = await Read();
        Assert.Null(gone.Facts[node.Name].HeldBecause);
        Assert.Equal(6, gone.Racks[0].Nodes[0].Gpus);
    }

    [Fact]
    public async Task A_node_that_may_not_have_more_pods_takes_nothing_new()
    {
        Put(NodesToTest.Node("pods") with { Allocatable = new ResourceAmounts { { "cpu", "8" }, { "memory", "8Gi" }, { "pods", "2" } } });
        Put(NodesToTest.Pod("a", "pods", isOurs: true));
        Put(NodesToTest.Pod("b", "pods"));
        var inventory = await Read();
        Assert.Contains("may not have more", inventory.Facts[new NodeId("pods")].HeldBecause);

        Take(NodesToTest.Pod("a", "pods"));
        Assert.Null((await Read()).Facts[new NodeId("pods")].HeldBecause);
    }

    [Fact]
    public async Task A_node_offers_by_name_what_pods_of_others_leave_and_no_GPUs_pods_or_volumes_among_it()
    {
        var node = NodesToTest.Node("n1") with
        {
            Allocatable = new ResourceAmounts
            {
                { "cpu", "8" }, { "memory", "8Gi" }, { "pods", "110" }, { "nvidia.com/gpu", "8" }, { "nvidia.com/mig-1g.10gb", "0" }, { "attachable-volumes-azure-disk", "16" },
                { "ephemeral-storage", "107374182399" }, { "hugepages-2Mi", "1Gi" }, { "hugepages-1Gi", "0" }, { "rdma/hca", "8" },
            },
        };
        Put(node);
        Put(NodesToTest.Pod("theirs", "n1") with { Devices = new ResourceAmounts { { "ephemeral-storage", "1Gi" }, { "rdma/hca", "2" } } });
        Put(NodesToTest.Pod("ours", "n1", isOurs: true) with { Devices = new ResourceAmounts { { "rdma/hca", "5" } } });

        // A byte less than 100 GiB is a MiB less.
        Assert.Equal([new ExtendedAmount("ephemeral-storage", 100 * 1024 - 1 - 1024), new("hugepages-2Mi", 1024), new("rdma/hca", 6)], (await Read()).Racks[0].Nodes[0].Extended);
    }

    [Fact]
    public async Task Devices_that_are_away_for_a_moment_hold_the_node_and_are_lost_only_after_a_while()
    {
        var node = NodesToTest.Node("n1") with { Allocatable = new ResourceAmounts { { "cpu", "8" }, { "memory", "8Gi" }, { "rdma/hca", "8" } } };
        Put(node);
        await Read();
        Put(node with { Version = "2", Allocatable = new ResourceAmounts { { "cpu", "8" }, { "memory", "8Gi" }, { "rdma/hca", "0" } } });
        var held = await Read();
        Assert.Equal("it shows less rdma/hca than before", held.Facts[node.Name].HeldBecause);
        Assert.Equal([new ExtendedAmount("rdma/hca", 8)], held.Racks[0].Nodes[0].Extended);

        _time.Advance(new NodeMappingOptions().FewerGpusAfter);
        var gone = await Read();
        Assert.Null(gone.Facts[node.Name].HeldBecause);
        Assert.Empty(gone.Racks[0].Nodes[0].Extended);
    }

    [Fact]
    public async Task What_racks_hold_is_asked_once_per_leadership_and_only_of_pools_of_this_cluster()
    {
        _known.Racks.Add(new RackSpec { Rack = new RackId("east-main/old"), Block = "b", Nodes = [NodeSpec.Vacant with { Name = new NodeId("n1") }] });
        _known.Racks.Add(new RackSpec { Rack = new RackId("west-main/r1"), Block = "b", Nodes = [NodeSpec.Vacant with { Name = new NodeId("n1") }] });
        Put(NodesToTest.Node("n1", (KubernetesKeys.Rack, "r1")));
        var inventory = await Read();
        Assert.Equal("east-main/old", inventory.Racks[0].Rack.Value);
        Assert.Contains("east-main/old until it is drained", _source.Misplaced[new NodeId("n1")]);
        await Read();
        Assert.Equal(1, _known.Reads);

        _drains.Set(new Dictionary<NodeId, string>(), [new NodeId("n1")]);
        var moved = await Read();
        Assert.Equal("east-main/r1", moved.Racks[0].Rack.Value);
        Assert.Contains(new NodeId("n1"), moved.Arrived);
        Assert.Empty(_source.Misplaced);
    }

    [Fact]
    public async Task What_a_drain_waits_for_is_told_once_it_was_counted()
    {
        Put(NodesToTest.Node("n1"));
        Assert.Null((await Read()).Facts[new NodeId("n1")].Others);
        _drains.Set(new Dictionary<NodeId, string> { [new NodeId("n1")] = "" }, []);
        Assert.Equal("", (await Read()).Facts[new NodeId("n1")].Others);
        _drains.Set(new Dictionary<NodeId, string>(), []);
        Assert.Null((await Read()).Facts[new NodeId("n1")].Others);
    }

    [Fact]
    public async Task A_pool_that_has_lost_its_last_node_is_told_of()
    {
        Put(NodesToTest.Node("n1", (KubernetesKeys.Pool, "spot")));
        Put(NodesToTest.Node("n2"));
        await Read();
        Take(NodesToTest.Node("n1"));
        Assert.Equal([new PoolId("east-main"), new PoolId("east-spot")], (await Read()).Pools);
    }

    private Task<ClusterInventory> Read() => _source.Read(CancellationToken.None);

    private void Put(NodeObject node) => _nodes.Put(new ObjectKey("", node.Name.Value), node);

    private void Take(NodeObject node) => _nodes.Put(new ObjectKey("", node.Name.Value), null);

    private void Put(NodePod pod) => _pods.Put(new ObjectKey(pod.Namespace, pod.Name), pod);

    private void Take(NodePod pod) => _pods.Put(new ObjectKey(pod.Namespace, pod.Name), null);
}
