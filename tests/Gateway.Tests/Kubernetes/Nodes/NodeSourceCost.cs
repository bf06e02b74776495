using System.Diagnostics;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Gateway.Tests.Hollow;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>
/// What the node side of a large cluster costs this process. Run by hand: build/test.sh Gateway.Tests -- -explicit only -method '*large_cluster*'.
/// </summary>
public sealed class NodeSourceCost(ITestOutputHelper output)
{
    private const int PodsPerNode = 12;

    [Theory(Explicit = true)]
    [InlineData(7_500)]
    [InlineData(100_000)]
    public async Task The_nodes_of_a_large_cluster_are_cheap_to_keep_and_a_change_costs_only_itself(int count)
    {
        var (nodes, pods) = (new FakeView<NodeObject>(), new FakeView<NodePod>());
        using var source = new KubernetesNodeSource("large", nodes, pods, new FakeKnownRacks(), new NodeMappingOptions(), new DrainWatch(), SoleLeader.Instance, new ManualTimeProvider());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            Put(nodes, Node(i));
            for (var p = 0; p < PodsPerNode; p++)
            {
                var pod = NodesToTest.Pod($"ds-{p}-{i}", $"n{i}", cpu: 100, stay: PodStay.OfTheNode) with { MemoryBytes = 128 << 20 };
                pods.Put(new ObjectKey(pod.Namespace, pod.Name), pod);
            }
        }

        var watched = GC.GetTotalMemory(forceFullCollection: true);
        var (first, inventory) = await Timed(source);
        var mapped = GC.GetTotalMemory(forceFullCollection: true);
        var (idle, same) = await Timed(source);
        Assert.Same(inventory, same);

        Put(nodes, Node(7) with { Version = "2", Ready = false, NotReadyBecause = "silent" });
        var (one, changed) = await Timed(source);
        Assert.Single(changed.NotReady);
        Assert.Equal(0, changed.Racks.Zip(inventory.Racks).Count(p => !ReferenceEquals(p.First, p.Second)));
        output.WriteLine(
            $"{count} nodes, {count * PodsPerNode} pods: kept by the watches {(watched - before) / count} B a node, by the mapping {(mapped - watched) / count} B; "
            + $"first inventory {first.TotalMilliseconds:0} ms, nothing changed {idle.TotalMicroseconds:0} µs, one node changed {one.TotalMilliseconds:0.0} ms");
    }

    private static async Task<(TimeSpan Took, ClusterInventory Inventory)> Timed(KubernetesNodeSource source)
    {
        var began = Stopwatch.GetTimestamp();
        var inventory = await source.Read(CancellationToken.None);
        return (Stopwatch.GetElapsedTime(began), inventory);
    }

    private static NodeObject Node(int i) => NodesToTest.Node(
        $"n{i}",
        [
            ("kubernetes.azure.com/agentpool", $"h100{i / 1000}"), ("topology.kubernetes.io/zone", "eastus-1"), RackLabel(i / 32), ("nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"),
            .. Enumerable.Range(0, 24).Select(l => ($"example.com/label-{l}", $"value-{l}")),
        ]);

    private static (string Key, string Value) RackLabel(int rack) => (KubernetesKeys.Rack, $"r{rack}");

    private static void Put(FakeView<NodeObject> view, NodeObject node) => view.Put(new ObjectKey("", node.Name.Value), node);
}
