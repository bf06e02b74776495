using Scheduling.Model;

namespace Scheduling.Tests.Model;

/// <summary>Lists within records count by what is in them: the same node told twice is no change, and requests that are alike are one.</summary>
public sealed class EqualityTests
{
    [Fact]
    public void Nodes_are_equal_when_all_that_is_said_of_them_is()
    {
        Assert.Equal(Node(), Node());
        Assert.Equal(Node().GetHashCode(), Node().GetHashCode());
        Assert.All(
            [
                Node() with { Name = new NodeId("m") }, Node() with { CpuMilli = 9 }, Node() with { MemoryMiB = 9 }, Node() with { Gpus = 9 }, Node() with { GpuModel = "H100" },
                Node() with { Labels = [new Label("zone", "2")] }, Node() with { Taints = [] }, Node() with { Domain = "e" }, Node() with { Tenants = [new TenantId("u")] },
                Node() with { Extended = [new ExtendedAmount("rdma/hca", 2)] }, Node() with { Extended = [] },
            ],
            other => Assert.NotEqual(Node(), other));
        Assert.False(Node().Equals(null));

        static NodeSpec Node() => new()
        {
            Name = new NodeId("n"), CpuMilli = 1, MemoryMiB = 2, Gpus = 3, GpuModel = "A100", Labels = [new Label("zone", "1")], Taints = [new Label("sku", "gpu")],
            Domain = "d", Tenants = [new TenantId("t")], Extended = [new ExtendedAmount("rdma/hca", 1)],
        };
    }

    [Fact]
    public void Shapes_are_equal_when_all_that_they_ask_for_is()
    {
        Assert.Equal(Shape(), Shape());
        Assert.Equal(Shape().GetHashCode(), Shape().GetHashCode());
        Assert.All(
            [
                Shape() with { CpuMilli = 9 }, Shape() with { MemoryMiB = 9 }, Shape() with { Gpus = 9 }, Shape() with { GpuMilli = 9 }, Shape() with { GpuModels = ["H100", "A100"] },
                Shape() with { NodeSelector = [] }, Shape() with { NodeTerms = [] }, Shape() with { Tolerations = [new Label("sku", Tolerance.Any)] },
                Shape() with { Extended = [new ExtendedAmount("rdma/hca", 2)] }, Shape() with { Extended = [] },
            ],
            other => Assert.NotEqual(Shape(), other));
        Assert.False(Shape().Equals(null));

        static WorkerShape Shape() => new()
        {
            CpuMilli = 1, MemoryMiB = 2, Gpus = 1, GpuMilli = 500, GpuModels = ["A100", "H100"], NodeSelector = [new Label("zone", "1")],
            NodeTerms = [new NodeTerm { Requirements = [new NodeRequirement { Key = "zone", Operator = NodeOperator.In, Values = ["1"] }] }], Tolerations = [new Label("sku", "gpu")],
            Extended = [new ExtendedAmount("rdma/hca", 1)],
        };
    }

    [Fact]
    public void A_slot_that_no_node_has_is_vacant_and_offers_nothing()
    {
        Assert.True(NodeSpec.Vacant.IsVacant);
        Assert.Equal((0, 0, 0), (NodeSpec.Vacant.CpuMilli, NodeSpec.Vacant.MemoryMiB, NodeSpec.Vacant.Gpus));
        Assert.False((NodeSpec.Vacant with { Name = new NodeId("n") }).IsVacant);
    }
}
