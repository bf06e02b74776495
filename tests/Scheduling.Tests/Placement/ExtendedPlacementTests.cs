using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement;

/// <summary>Extended resources decide where a gang goes as CPU, memory and GPUs do.</summary>
public sealed class ExtendedPlacementTests
{
    private static readonly WorkerShape Cpu = new() { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 0 };

    [Fact]
    public void Workers_go_where_the_resource_is_and_no_more_than_it_is_enough_for()
    {
        var index = Pool(Node("a", 0), Node("b", 3), Node("c", 2));
        Assert.Equal([(1, 3), (2, 2)], Slots(index, Gang(5, Cpu with { Extended = [new("rdma/hca", 1)] })));
        Assert.Equal([new ExtendedCapacity("rdma/hca", 5, 0)], index.Extended);
        Assert.Equal([(0, 1)], Slots(index, Gang(1, Cpu)));
    }

    [Fact]
    public void Two_that_do_not_fit_together_go_to_two_nodes()
    {
        var index = Pool(Node("a", 3), Node("b", 3));
        var shape = Cpu with { Extended = [new("rdma/hca", 2)] };
        Assert.Equal([(0, 1)], Slots(index, Gang(1, shape)));
        Assert.Equal([(1, 1)], Slots(index, Gang(1, shape)));
        Assert.IsType<PlacementAnswer.NoRoom>(index.TryPlace(Gang(1, shape)));
    }

    [Theory]
    [InlineData(8, 1000)]
    [InlineData(2, 1000)]
    [InlineData(1, 300)]
    [InlineData(0, 1000)]
    public void Every_kind_of_worker_counts_it_whole_GPUs_fractions_and_none(int gpus, int milli)
    {
        var index = Pool(Node("a", 1, gpus: 8), Node("b", 1, gpus: 8));
        var request = Gang(3, new WorkerShape { CpuMilli = 100, MemoryMiB = 100, Gpus = gpus, GpuMilli = milli, Extended = [new("rdma/hca", 1)] });
        var why = Assert.IsType<PlacementAnswer.Never>(index.TryPlace(request)).Why;
        Assert.Equal(2, why.WorkersThatFit);
        var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(Gang(2, request.Roles[0].Shape))).Placement;
        Assert.Equal([0, 1], placed.Racks.SelectMany(r => r.Workers).Select(w => w.Slot).Order());
        Assert.False(index.CouldFitNow(Gang(1, request.Roles[0].Shape)));
        index.Release(placed, Gang(2, request.Roles[0].Shape).Roles);
        Assert.Equal([new ExtendedCapacity("rdma/hca", 2, 2)], index.Extended);
        Assert.True(index.Fits(Gang(2, request.Roles[0].Shape)));
    }

    [Fact]
    public void What_is_short_is_told_by_name()
    {
        var index = Pool(Node("a", 2), Node("b", 0));
        var shape = Cpu with { Extended = [new("rdma/hca", 2)] };
        _ = index.TryPlace(Gang(1, shape));
        var why = Assert.IsType<PlacementAnswer.NoRoom>(index.TryPlace(Gang(1, shape))).Why;
        Assert.Equal([new FilteredNodes(PlacementConstraint.Extended, 2, "rdma/hca")], why.Filtered);
        Assert.Equal("rdma/hca", why.Filtered[0].Name);
        Assert.Contains("2 have too little rdma/hca", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gang_that_asks_for_what_no_node_has_never_fits_and_is_told_why()
    {
        var index = Pool(Node("a", 2));
        var none = index.WhyNever(Gang(1, Cpu with { Extended = [new("smarter-devices/fuse", 1)] }));
        Assert.Equal((ImpossibilityCause.ExtendedResource, "no node offers smarter-devices/fuse"), (none!.Cause, none.Message));
        var few = index.WhyNever(Gang(1, Cpu with { Extended = [new("rdma/hca", 3)] }));
        Assert.Equal("one worker of role w asks for 3 rdma/hca; no node offers more than 2 rdma/hca", few!.Message);
        Assert.Null(index.WhyNever(Gang(1, Cpu with { Extended = [new("rdma/hca", 2)] })));
    }

    [Fact]
    public void Each_of_several_names_must_be_there_on_one_node()
    {
        var index = Pool(
            Node("a", 1), Node("b", 0) with { Extended = [new("hugepages-2Mi", 512)] }, Node("c", 0) with { Extended = [new("hugepages-2Mi", 512), new("rdma/hca", 1)] });
        Assert.Equal([(2, 1)], Slots(index, Gang(1, Cpu with { Extended = [new("hugepages-2Mi", 512), new("rdma/hca", 1)] })));
        Assert.Equal([(1, 1)], Slots(index, Gang(1, Cpu with { Extended = [new("hugepages-2Mi", 512)] })));
    }

    [Fact]
    public void A_node_of_which_only_such_a_resource_is_used_is_not_idle()
    {
        var index = Pool(Node("a", 2), Node("b", 2));
        var shape = new WorkerShape { CpuMilli = 0, MemoryMiB = 0, Gpus = 0, Extended = [new("rdma/hca", 1)] };
        Assert.Equal([(0, 1)], Slots(index, Gang(1, shape)));
        Assert.Equal(0b10UL, index.IdleNodes(Rack));
        Assert.False(index.TakeWhole(Rack, 0));
        Assert.True(index.TakeWhole(Rack, 1));
        Assert.Equal(1, index.Extended[0].Free);
        index.ReleaseWhole(Rack, 1);
        Assert.Equal(3, index.Extended[0].Free);
    }

    [Fact]
    public void Several_roles_share_a_node_as_far_as_the_resource_goes()
    {
        var index = Pool(Node("a", 2), Node("b", 2));
        var two = Cpu with { Extended = [new("rdma/hca", 2)] };
        var one = Cpu with { Extended = [new("rdma/hca", 1)] };
        var request = new GangRequest { Roles = [new RoleSpec { Name = "one", Count = 2, Shape = one }, new RoleSpec { Name = "two", Count = 1, Shape = two }] };
        Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request));
        Assert.Equal(0, index.Extended[0].Free);
    }

    [Fact]
    public void With_a_scoring_policy_too_a_worker_goes_where_the_resource_is()
    {
        var index = new PlacementIndex(new BestFitPolicy());
        index.SetRack(View(Node("full", 1, gpus: 2), Node("empty", 4, gpus: 8)));
        var shape = new WorkerShape { CpuMilli = 100, MemoryMiB = 100, Gpus = 1, Extended = [new("rdma/hca", 1)] };
        Assert.Equal([(0, 1)], Slots(index, Gang(1, shape)));
        Assert.Equal([(1, 1)], Slots(index, Gang(1, shape)));
        Assert.Equal([(0, 1)], Slots(index, Gang(1, shape with { Extended = [] })));
    }

    [Fact]
    public void A_rack_that_is_set_anew_counts_what_its_allocations_hold()
    {
        var index = Pool(Node("a", 2));
        var shape = Cpu with { Extended = [new("rdma/hca", 1), new("x/gone", 1)] };
        index.SetRack(View([Node("a", 2)], new RackAllocation
        {
            Attempt = new AttemptId(new JobId("j"), 1), Plan = 1, Committed = true, Workers = [new WorkerSlot(0, 0, 0, 0, 1000)], Shapes = [shape],
        }));
        Assert.Equal([new ExtendedCapacity("rdma/hca", 2, 1)], index.Extended);
        index.SetRack(View(Node("a", 0)));
        Assert.Empty(index.Extended);
    }

    [Fact]
    public void Nodes_that_differ_only_in_what_they_offer_are_of_two_kinds()
    {
        var index = Pool(Node("a", 0), Node("b", 1));
        Assert.Equal([(1, 1)], Slots(index, Gang(1, Cpu with { Extended = [new("rdma/hca", 1)] })));
        index.SetRack(View(Node("a", 1), Node("b", 0)));
        Assert.Equal([(0, 1)], Slots(index, Gang(1, Cpu with { Extended = [new("rdma/hca", 1)] })));
    }

    private static readonly RackId Rack = new("pool/r");

    private static PlacementIndex Pool(params NodeSpec[] nodes)
    {
        var index = new PlacementIndex();
        index.SetRack(View(nodes));
        return index;
    }

    private static RackView View(params NodeSpec[] nodes) => View([.. nodes], []);

    private static RackView View(ImmutableArray<NodeSpec> nodes, params ImmutableArray<RackAllocation> allocations) => new()
    {
        Spec = new RackSpec { Rack = Rack, Block = "b", Nodes = nodes }, Schedulable = ulong.MaxValue, Allocations = allocations, Version = 1, Epoch = 1,
    };

    private static NodeSpec Node(string name, long hcas, int gpus = 0) => new()
    {
        Name = new NodeId(name), CpuMilli = 64_000, MemoryMiB = 64_000, Gpus = gpus, GpuModel = gpus > 0 ? "H100" : "", Extended = hcas > 0 ? [new("rdma/hca", hcas)] : [],
    };

    private static GangRequest Gang(int workers, WorkerShape shape) => new() { Roles = [new RoleSpec { Name = "w", Count = workers, Shape = shape }] };

    /// <summary>How many workers went to which slot.</summary>
    private static IEnumerable<(int Slot, int Workers)> Slots(PlacementIndex index, GangRequest request) =>
        Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request)).Placement.Racks.SelectMany(r => r.Workers).CountBy(w => w.Slot).OrderBy(c => c.Key).Select(c => (c.Key, c.Value));
}
