using Gateway.Kubernetes.Nodes;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>What is seen for a moment only is not believed at once; what protects running work is.</summary>
public sealed class NodeMemoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodeMappingOptions Options = new();
    private static readonly NodeSight Well = new(8, "H100", Ready: true, OthersCpuMilli: 700, OthersMemoryMiB: 600);

    [Fact]
    public void What_others_ask_for_counts_in_steps_more_at_once_and_less_after_a_while()
    {
        var memory = See(null, Well, 0);
        Assert.Equal((1000, 1024), (memory.ReservedCpuMilli, memory.ReservedMemoryMiB));
        Assert.Equal(memory, See(memory, Well with { OthersCpuMilli = 999, OthersMemoryMiB = 1024 }, 1));

        memory = See(memory, Well with { OthersCpuMilli = 1001 }, 2);
        Assert.Equal(1500, memory.ReservedCpuMilli);

        memory = See(memory, Well, 10);
        Assert.True(memory.IsUnsettled);
        memory = See(memory, Well, 10 + 299);
        Assert.Equal(1500, memory.ReservedCpuMilli);
        memory = See(memory, Well, 10 + 300);
        Assert.Equal((1000, false), (memory.ReservedCpuMilli, memory.IsUnsettled));
    }

    [Fact]
    public void What_others_ask_for_by_name_counts_at_once_and_less_of_it_after_a_while()
    {
        var one = Well with { Others = [new("rdma/hca", 1)] };
        var memory = See(See(null, one, 0), one with { Others = [new("ephemeral-storage", 512), new("rdma/hca", 3)] }, 1);
        Assert.Equal([new ExtendedAmount("ephemeral-storage", 512), new("rdma/hca", 3)], memory.ReservedNamed);
        memory = See(memory, one, 10);
        Assert.True(memory.IsUnsettled);
        Assert.Equal(3, memory.ReservedNamed[1].Count);
        Assert.Equal(memory, See(memory, one, 20));
        memory = See(memory, one, 310);
        Assert.Equal([new ExtendedAmount("rdma/hca", 1)], memory.ReservedNamed);
        Assert.False(memory.IsUnsettled);
    }

    [Fact]
    public void Devices_that_are_back_in_time_were_never_lost()
    {
        var eight = Well with { Offered = [new("rdma/hca", 8)] };
        var memory = See(See(null, eight, 0), Well, 10);
        Assert.Equal(("rdma/hca", true), (memory.FirstLess([]), memory.IsUnsettled));
        Assert.Equal([new ExtendedAmount("rdma/hca", 8)], memory.Offered);
        Assert.Null(See(memory, eight, 60).LessSince);
        Assert.Equal([new ExtendedAmount("rdma/hca", 8)], See(memory, Well, 129).Offered);
        Assert.Empty(See(memory, Well, 130).Offered);
        Assert.Equal(9, See(memory, Well with { Offered = [new("rdma/hca", 9)] }, 20).Offered[0].Count);
    }

    [Fact]
    public void GPUs_that_are_back_in_time_were_never_lost()
    {
        var memory = See(See(null, Well, 0), Well with { Gpus = 0, GpuModel = "" }, 10);
        Assert.Equal((8, "H100", true), (memory.Gpus, memory.GpuModel, memory.FewerSince is not null));
        Assert.Null(See(memory, Well, 60).FewerSince);

        memory = See(memory, Well with { Gpus = 7 }, 129);
        Assert.Equal(8, memory.Gpus);
        Assert.Equal(7, See(memory, Well with { Gpus = 7 }, 130).Gpus);
    }

    [Fact]
    public void The_first_outage_ends_at_once_and_each_one_soon_after_has_to_prove_itself_longer()
    {
        var memory = See(null, Well, 0);
        memory = See(See(memory, Well with { Ready = false }, 100), Well, 110);
        Assert.True(memory.Ready);

        memory = See(memory, Well with { Ready = false }, 200);
        Assert.False(memory.Ready);
        memory = See(memory, Well, 210);
        Assert.False(memory.Ready);
        memory = See(memory, Well, 240);
        Assert.True(memory.Ready);

        memory = See(See(memory, Well with { Ready = false }, 300), Well, 310);
        Assert.False(See(memory, Well, 310 + 59).Ready);
        Assert.True(See(memory, Well, 310 + 60).Ready);
    }

    [Fact]
    public void A_node_that_falls_silent_while_it_proves_itself_begins_anew()
    {
        var memory = See(See(See(null, Well with { Ready = false }, 0), Well, 10), Well with { Ready = false }, 20);
        memory = See(See(memory, Well, 30), Well with { Ready = false }, 50);
        memory = See(memory, Well, 60);
        Assert.False(See(memory, Well, 60 + 59).Ready);
        Assert.True(See(memory, Well, 60 + 60).Ready);
    }

    private static NodeMemory See(NodeMemory? before, NodeSight sight, int second) => NodeMemory.After(before, sight, Options, Noon.AddSeconds(second));
}
