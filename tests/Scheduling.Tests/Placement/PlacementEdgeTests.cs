using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>What is alike and what is not, what is refused, and what comes twice in a row.</summary>
public sealed class PlacementEdgeTests
{
    private static readonly RackId R0 = new("pool/r0");

    [Fact]
    public void Requests_are_equal_when_all_that_they_ask_is()
    {
        var role = new RoleSpec { Name = "worker", Count = 2, Shape = TextPool.Shape(1) };
        var request = new GangRequest { Roles = [role], Tenant = new TenantId("t"), Spread = new SpreadGroup(new JobId("set"), TopologyLevel.Rack, Required: true) };
        Assert.Equal(request, request with { });
        Assert.Equal(request, request with { Roles = [role with { }] });
        Assert.Equal(request.GetHashCode(), (request with { Roles = [role with { }] }).GetHashCode());
        GangRequest[] others =
        [
            request with { Roles = [role with { Count = 3 }] }, request with { Roles = [role, role] }, request with { Roles = [] },
            request with { Topology = new TopologyRule { Required = TopologyLevel.Rack } }, request with { Tenant = new TenantId("u") }, request with { Spread = null },
            request with { MayUseSpares = true },
        ];
        Assert.All(others, o => Assert.NotEqual(request, o));
        Assert.All(others, o => Assert.NotEqual(o, request));
        Assert.False(request.Equals(null));
        Assert.Equal((request with { Roles = [] }).GetHashCode(), (request with { Roles = [] }).GetHashCode());
    }

    [Fact]
    public void Shortages_are_equal_when_all_that_they_say_is()
    {
        var why = new Shortage { Level = TopologyLevel.Rack, Role = 1, WorkersNeeded = 4, WorkersThatFit = 2, NodesEvaluated = 9, Filtered = [new FilteredNodes(PlacementConstraint.Gpu, 3)] };
        Assert.Equal(why, why with { Filtered = [new FilteredNodes(PlacementConstraint.Gpu, 3)] });
        Assert.Equal(why.GetHashCode(), (why with { Filtered = [new FilteredNodes(PlacementConstraint.Gpu, 3)] }).GetHashCode());
        Shortage[] others =
        [
            why with { Level = TopologyLevel.Block }, why with { Role = 0 }, why with { WorkersNeeded = 5 }, why with { WorkersThatFit = 1 }, why with { NodesEvaluated = 8 },
            why with { Filtered = [new FilteredNodes(PlacementConstraint.Cpu, 3)] }, why with { Filtered = [] }, why with { Rules = "r" }, why with { Never = new Impossibility(ImpossibilityCause.Label, "m") },
        ];
        Assert.All(others, o => Assert.NotEqual(why, o));
        Assert.False(why.Equals(null));
    }

    [Fact]
    public void A_whole_GPU_is_neither_taken_nor_given_back_twice()
    {
        var index = TextPool.Parse("a/r0 8 8");
        var (gang, before) = (TextPool.Gang(1, TextPool.Shape(2)), index.Totals);
        var placed = new GangPlacement { Racks = [new RackSlice { Rack = R0, Workers = [new WorkerSlot(0, 0, 1, 0b11, 1000)] }] };
        Assert.Contains("released twice", Assert.Throws<InvalidOperationException>(() => index.Release(placed, gang.Roles)).Message, StringComparison.Ordinal);
        index.Take(placed, gang.Roles);
        Assert.Contains("taken twice", Assert.Throws<InvalidOperationException>(() => index.Take(placed, gang.Roles)).Message, StringComparison.Ordinal);
        var half = new GangPlacement { Racks = [new RackSlice { Rack = R0, Workers = [new WorkerSlot(0, 0, 1, 0b110, 1000)] }] };
        Assert.Throws<InvalidOperationException>(() => index.Take(half, gang.Roles));
        Assert.Throws<InvalidOperationException>(() => index.Release(half, gang.Roles));
        index.Release(placed, gang.Roles);
        Assert.Equal(before, index.Totals);
    }

    [Fact]
    public void A_GPU_is_shared_up_to_all_of_it_and_no_more_comes_back_than_was_taken()
    {
        var index = TextPool.Parse("a/r0 8");
        GangRequest Share(int milli) => TextPool.Gang(1, TextPool.Shape(1, milli));
        GangPlacement On(int gpu, int milli) => new() { Racks = [new RackSlice { Rack = R0, Workers = [new WorkerSlot(0, 0, 0, 1UL << gpu, milli)] }] };
        index.Take(On(3, 600), Share(600).Roles);
        Assert.Equal(7_400, index.Totals.FreeGpuMilli);
        Assert.Contains("taken twice", Assert.Throws<InvalidOperationException>(() => index.Take(On(3, 500), Share(500).Roles)).Message, StringComparison.Ordinal);
        Assert.Contains("released twice", Assert.Throws<InvalidOperationException>(() => index.Release(On(3, 700), Share(700).Roles)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => index.Take(On(3, 1000), TextPool.Gang(1, TextPool.Shape(1)).Roles));
        Assert.Throws<InvalidOperationException>(() => index.Release(On(3, 1000), TextPool.Gang(1, TextPool.Shape(1)).Roles));
        Assert.Throws<InvalidOperationException>(() => index.Release(On(4, 100), Share(100).Roles));
        index.Take(On(3, 400), Share(400).Roles);
        Assert.Equal((7_000L, 7), (index.Totals.FreeGpuMilli, index.Totals.FreeWholeGpus));

        // A whole GPU that is in use is nobody's to share.
        index.Take(On(5, 1000), TextPool.Gang(1, TextPool.Shape(1)).Roles);
        Assert.Throws<InvalidOperationException>(() => index.Take(On(5, 100), Share(100).Roles));
        Assert.Throws<InvalidOperationException>(() => index.Release(On(5, 100), Share(100).Roles));
        index.Release(On(3, 600), Share(600).Roles);
        index.Release(On(3, 400), Share(400).Roles);
        Assert.Equal((7_000L, 7), (index.Totals.FreeGpuMilli, index.Totals.FreeWholeGpus));
    }

    [Fact]
    public void In_a_trial_only_what_is_free_and_fits_is_taken()
    {
        var index = TextPool.Parse("a/r0 8 5");
        using var trial = index.BeginTrial();
        bool Takes(int slot, ulong gpus, int milli = 1000, long cpu = 0, long memory = 0) =>
            trial.TryTake(
                new GangPlacement { Racks = [new RackSlice { Rack = R0, Workers = [new WorkerSlot(0, 0, slot, gpus, milli)] }] },
                TextPool.Gang(1, TextPool.Shape(System.Numerics.BitOperations.PopCount(gpus), milli, cpu, memory)).Roles);
        Assert.False(Takes(1, 1UL << 6));
        Assert.False(Takes(1, 1UL << 6, 300));
        Assert.False(Takes(2, 1));
        Assert.False(Takes(0, 1, cpu: 96_001));
        Assert.False(Takes(0, 1, memory: 1_000_001));
        Assert.True(Takes(0, 1, 600));
        Assert.False(Takes(0, 1, 401));
        Assert.False(Takes(0, 1));
        Assert.True(Takes(0, 1, 400));
        Assert.True(Takes(0, 0b110, cpu: 96_000, memory: 1_000_000));
        Assert.False(Takes(0, 0b1000, cpu: 1));
        Assert.True(Takes(0, 0b1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => trial.UndoTo(-1));
        trial.UndoTo(0);
        Assert.Equal(13, index.Totals.FreeWholeGpus);
    }

    [Fact]
    public void Nodes_are_not_taken_whole_or_given_back_while_a_trial_is_open()
    {
        var index = TextPool.Parse("a/r0 8 5");
        using (index.BeginTrial())
        {
            Assert.Throws<InvalidOperationException>(() => index.TakeWhole(R0, 0));
            Assert.Throws<InvalidOperationException>(() => index.ReleaseWhole(R0, 0));
        }

        Assert.False(index.TakeWhole(R0, 1));
        Assert.False(index.TakeWhole(R0, 2));
        Assert.False(index.TakeWhole(new RackId("pool/none"), 0));
        Assert.True(index.TakeWhole(R0, 0));
        Assert.False(index.TakeWhole(R0, 0));
        index.ReleaseWhole(R0, 0);
        index.ReleaseWhole(new RackId("pool/none"), 0);
        Assert.Equal((0b01UL, 0UL), (index.IdleNodes(R0), index.IdleNodes(new RackId("pool/none"))));
    }

    [Fact]
    public void Nobody_leaves_a_set_who_had_not_joined()
    {
        var index = TextPool.Parse("a/r0 8 8");
        var (set, slice) = (new JobId("set"), new RackSlice { Rack = R0, Workers = [new WorkerSlot(0, 0, 1, 1, 1000)] });
        Assert.Throws<InvalidOperationException>(() => index.LeaveSet(set, slice));
        index.JoinSet(new JobId("other"), slice);
        index.JoinSet(new JobId("other"), slice);
        index.LeaveSet(new JobId("other"), slice);
        index.LeaveSet(new JobId("other"), slice);
        Assert.Throws<InvalidOperationException>(() => index.LeaveSet(new JobId("other"), slice));
    }

    [Fact]
    public void A_rack_that_is_told_of_again_before_anybody_asked_has_the_nodes_that_it_was_told_to_have()
    {
        var index = TextPool.Parse("a/r0 8 8\na/r1 8");
        var (big, small, cpu) = (TextPool.Gang(1, TextPool.Shape(8), TopologyLevel.Node), TextPool.Gang(2, TextPool.Shape(1)), TextPool.Gang(1, TextPool.Shape(0)));
        foreach (var again in new[] { 1, 2 })
        {
            Assert.True(index.Fits(big) && index.Fits(small) && index.Fits(cpu));
            index.SetRack(TextPool.Views("a/r1 c c").Single());
            for (var i = 0; i < again; i++) index.SetRack(TextPool.Views("a/r0 c c c").Single());
            Assert.False(index.Fits(big) || index.Fits(small));
            Assert.True(index.Fits(cpu));
            index.SetRack(TextPool.Views("a/r1 8").Single());
            for (var i = 0; i < again; i++) index.SetRack(TextPool.Views("a/r0 8 8").Single());
            Assert.Equal("r0:0,1 r1:0", TextPool.Show(index.TryPlace(TextPool.Gang(3, TextPool.Shape(8)))));
            index.SetRack(TextPool.Views("a/r0 8 8").Single());
            index.SetRack(TextPool.Views("a/r1 8").Single());
        }
    }

    [Fact]
    public void What_was_given_back_from_a_buffer_is_not_given_back_again()
    {
        var (index, buffer) = (TextPool.Parse("a/r0 8 8"), new PlacementBuffer());
        Assert.True(index.TryPlace(TextPool.Gang(2, TextPool.Shape(8)), buffer));
        Assert.Equal((2, 1), (buffer.WorkerCount, buffer.SliceCount));
        index.Release(buffer);
        index.Release(buffer);
        Assert.Equal((0, 0, 16), (buffer.WorkerCount, buffer.SliceCount, index.Totals.FreeWholeGpus));
    }

    [Fact]
    public void Where_no_rack_has_NVLink_domains_the_rack_is_the_domain()
    {
        var index = TextPool.Parse("a/r0 8 8\na/r1 8 8");
        Assert.True(index.Fits(TextPool.Gang(2, TextPool.Shape(8), TopologyLevel.NvlinkDomain)));
        var three = TextPool.Gang(3, TextPool.Shape(8), TopologyLevel.NvlinkDomain);
        Assert.False(index.CouldFitEmpty(three));
        Assert.IsType<PlacementAnswer.Never>(index.TryPlace(three));
    }
}
