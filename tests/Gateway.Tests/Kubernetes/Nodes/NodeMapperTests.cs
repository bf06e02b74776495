using Gateway.Kubernetes;
using Gateway.Kubernetes.Nodes;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>What a node's labels, taints and resources mean.</summary>
public sealed class NodeMapperTests
{
    private static readonly NodeMapper Mapper = new(new NodeMappingOptions());

    [Fact]
    public void An_AKS_node_is_of_its_agent_pool_its_zone_is_its_block_and_its_size_tells_its_GPUs()
    {
        var map = Mapper.Map(NodesToTest.Node(
            "aks-h100-1", ("kubernetes.azure.com/agentpool", "h100"), ("agentpool", "other"), ("topology.kubernetes.io/zone", "eastus2-1"),
            ("node.kubernetes.io/instance-type", "Standard_ND96isr_H100_v5")));

        Assert.Equal(("h100", "eastus2-1", new RackPlace("eastus2-1-h100-80gb", false), "H100-80GB", 8), (map.Pool.Value, map.Block, map.Place, map.GpuModel, map.Gpus));
    }

    [Fact]
    public void Our_own_keys_win()
    {
        var map = Mapper.Map(NodesToTest.Node(
            "n", (KubernetesKeys.Pool, "train"), (KubernetesKeys.Block, "b7"), (KubernetesKeys.Rack, "r12"), (KubernetesKeys.Domain, "left"), (KubernetesKeys.GpuModel, "H100-96GB"),
            (KubernetesKeys.Spares, "2"), ("agentpool", "x"), ("topology.kubernetes.io/zone", "z"), ("nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"), ("nvidia.com/gpu.clique", "c.1")));

        Assert.Equal(("train", "b7", new RackPlace("r12", true), "left", "H100-96GB", 2), (map.Pool.Value, map.Block, map.Place, map.Domain, map.GpuModel, map.Spares));
    }

    [Fact]
    public void An_NVLink_clique_is_a_rack_where_nothing_else_names_one_and_a_domain_of_it_where_something_does()
    {
        const string Clique = "7b968a6d-c8aa-45e1-9e70-e1e51be99c31.1";
        Assert.Equal("", Mapper.Map(NodesToTest.Node("n", ("nvidia.com/gpu.clique", Clique))).Domain);
        Assert.True(Mapper.Map(NodesToTest.Node("n", ("nvidia.com/gpu.clique", Clique))).Place.IsNamed);
        var map = Mapper.Map(NodesToTest.Node("n", ("nvidia.com/gpu.clique", Clique), (KubernetesKeys.Rack, "r1")));
        Assert.StartsWith("7b968a6d", map.Domain, StringComparison.Ordinal);
        Assert.Equal("r1", map.Place.Name);
    }

    [Theory]
    [InlineData("a-1", "a-1")]
    [InlineData("Rack_7", "rack-7-")]
    [InlineData("", "x-")]
    public void Names_are_plain_and_different_values_stay_different(string value, string begins)
    {
        Assert.StartsWith(begins, NodeNames.Plain(value), StringComparison.Ordinal);
        Assert.NotEqual(NodeNames.Plain("Rack_7"), NodeNames.Plain("rack.7"));
        Assert.InRange(NodeNames.Plain(new string('a', 200)).Length, 1, 63);
    }

    [Fact]
    public void MIG_devices_count_as_parts_and_the_profile_with_most_of_them_is_what_the_node_offers()
    {
        var node = NodesToTest.Node("n", ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"));
        var mixed = Mapper.Map(node with { Allocatable = new ResourceAmounts { { "nvidia.com/gpu", "0" }, { "nvidia.com/mig-1g.10gb", "14" }, { "nvidia.com/mig-3g.40gb", "4" } } });
        Assert.Equal((14, "A100-80GB/1g.10gb", "nvidia.com/mig-1g.10gb"), (mixed.Gpus, mixed.GpuModel, mixed.GpuResource));

        var single = Mapper.Map(NodesToTest.Node("n", ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB-MIG-1g.10gb")));
        Assert.Equal("A100-80GB/1g.10gb", single.GpuModel);
    }

    [Fact]
    public void A_node_without_GPUs_has_no_model_and_one_of_an_unknown_kind_has_a_name_all_the_same()
    {
        var cpu = Mapper.Map(NodesToTest.Node("n") with { Allocatable = new ResourceAmounts { { "cpu", "8" } } });
        Assert.Equal((0, "", "cpu"), (cpu.Gpus, cpu.GpuModel, cpu.Place.Name));
        Assert.Equal("GPU", Mapper.Map(NodesToTest.Node("n")).GpuModel);
    }

    [Fact]
    public void Labels_that_no_job_asks_for_are_left_out_and_the_rest_is_in_key_order()
    {
        var map = Mapper.Map(NodesToTest.Node("n", ("z", "1"), ("a", "2"), ("nvidia.com/gfd.timestamp", "1700000000"), ("feature.node.kubernetes.io/cpu-cpuid.AVX", "true")));
        Assert.Equal([new Label("a", "2"), new Label("z", "1")], map.Labels);
    }

    [Fact]
    public void Each_taint_means_what_it_is_for()
    {
        var map = Mapper.Map(NodesToTest.Node("n").With(
            new NodeTaint(KubernetesKeys.Team, "red", NodeTaint.NoSchedule),
            new NodeTaint("sku", "gpu", NodeTaint.NoSchedule),
            new NodeTaint("fire", "", NodeTaint.NoExecute),
            new NodeTaint("soft", "", NodeTaint.PreferNoSchedule),
            new NodeTaint("nvidia.com/gpu", "present", NodeTaint.NoSchedule),
            new NodeTaint("node.kubernetes.io/not-ready", "", NodeTaint.NoExecute),
            new NodeTaint(KubernetesKeys.HeldOut, "draining", NodeTaint.NoSchedule),
            new NodeTaint(KubernetesKeys.Preflight, "pending", NodeTaint.NoSchedule)));

        Assert.Equal([new Label("fire", ""), new Label("sku", "gpu")], map.Taints);
        Assert.Equal([new TenantId("red")], map.Tenants);
        Assert.Null(map.HeldBecause);
        Assert.True(map.CarriesPreflightTaint);
    }

    [Theory]
    [InlineData("node.kubernetes.io/disk-pressure")]
    [InlineData("node.cloudprovider.kubernetes.io/uninitialized")]
    [InlineData("ToBeDeletedByClusterAutoscaler")]
    [InlineData("node.kubernetes.io/out-of-service")]
    public void Who_else_holds_a_node_out_holds_it_out(string key) =>
        Assert.Contains(key, Mapper.Map(NodesToTest.Node("n").With(new NodeTaint(key, "", NodeTaint.NoSchedule))).HeldBecause);

    [Fact]
    public void A_cordon_by_kubectl_is_said_to_be_one()
    {
        var map = Mapper.Map(NodesToTest.Node("n").With(new NodeTaint("node.kubernetes.io/unschedulable", "", NodeTaint.NoSchedule)) with { Unschedulable = true });
        Assert.Contains("cordoned in the cluster", map.HeldBecause);
        Assert.Empty(map.Taints);
    }

    [Fact]
    public void Only_selected_nodes_are_taken()
    {
        var mapper = new NodeMapper(new NodeMappingOptions { Selector = { ["gpu"] = "", ["tier"] = "train" } });
        Assert.True(mapper.Takes(NodesToTest.Node("n", ("gpu", "yes"), ("tier", "train"))));
        Assert.False(mapper.Takes(NodesToTest.Node("n", ("gpu", "yes"), ("tier", "serve"))));
        Assert.False(mapper.Takes(NodesToTest.Node("n", ("tier", "train"))));
    }

    [Fact]
    public void Defaults_are_right_and_what_is_wrong_is_said_all_at_once()
    {
        Assert.Empty(new NodeMappingOptions().Errors());
        Assert.Empty(new NodeActuatorOptions().Errors());
        Assert.Equal(3, new NodeMappingOptions { RackSize = 65, LowerAfter = -TimeSpan.FromSeconds(1), DefaultPool = "Main" }.Errors().Count());
        Assert.Equal(2, new NodeActuatorOptions { Every = TimeSpan.Zero, WritesAtOnce = 0 }.Errors().Count());
    }
}
