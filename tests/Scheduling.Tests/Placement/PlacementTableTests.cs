using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Whole pools in, placements out.</summary>
public sealed class PlacementTableTests
{
    private const string Pool = """
        b0/r0 8 8 8 8
        b0/r1 8 8 5 0
        b1/r2 8 8 8 8 8 8
        b1/r3 2 3 8 4 1 6
        """;

    [Theory]
    // Whole nodes: the smallest rack that takes the gang; racks that are part-used first.
    [InlineData(1, 8, "", "r3:2")]
    [InlineData(2, 8, "", "r1:0,1")]
    [InlineData(3, 8, "", "r0:0,1,2")]
    [InlineData(5, 8, "", "r2:0,1,2,3,4")]
    // Fewest racks: the biggest, and the best fit for the rest. Two racks of one block before two of two.
    [InlineData(7, 8, "", "r2:0,1,2,3,4,5 r3:2")]
    [InlineData(8, 8, "", "r1:0,1 r2:0,1,2,3,4,5")]
    [InlineData(10, 8, "", "r0:0,1,2,3 r2:0,1,2,3,4,5")]
    [InlineData(12, 8, "", "r0:0,1,2,3 r1:0,1 r2:0,1,2,3,4,5")]
    [InlineData(13, 8, "", "r0:0,1,2,3 r1:0,1 r2:0,1,2,3,4,5 r3:2")]
    // A single small worker: the node with the least but sufficient free GPUs.
    [InlineData(1, 1, "", "r3:4")]
    [InlineData(1, 2, "", "r3:0")]
    [InlineData(1, 4, "", "r3:3")]
    [InlineData(1, 5, "", "r1:2")]
    [InlineData(1, 7, "", "r0:0")]
    // Several small workers: one rack, its part-used nodes first, several on a node.
    [InlineData(3, 1, "rack", "r1:2x3")]
    [InlineData(4, 2, "", "r1:0x2,2x2")]
    [InlineData(4, 2, "node", "r0:0x4")]
    [InlineData(3, 2, "node", "r3:5x3")]
    // Required levels.
    [InlineData(6, 8, "rack", "r2:0,1,2,3,4,5")]
    [InlineData(6, 8, "block", "r2:0,1,2,3,4,5")]
    [InlineData(7, 8, "block", "r2:0,1,2,3,4,5 r3:2")]
    public void A_gang_goes_where_it_leaves_most_for_others(int workers, int gpus, string required, string expected)
    {
        var level = required.Length == 0 ? TopologyLevel.None : Enum.Parse<TopologyLevel>(required, ignoreCase: true);
        var answer = TextPool.Parse(Pool).TryPlace(TextPool.Gang(workers, TextPool.Shape(gpus), level));
        Assert.Equal(expected, TextPool.Show(answer));
    }

    [Theory]
    [InlineData(14, 8, "", "no room: 13 of 14 workers fit in the pool; of 20 nodes 7 have too few free GPUs")]
    [InlineData(21, 8, "", "never: 13 of 21 workers fit in the pool; of 20 nodes 7 have too few free GPUs; the empty pool has room for 20 of 21 workers of role worker")]
    [InlineData(7, 8, "rack", "never: 6 of 7 workers fit in one rack; of 20 nodes 7 have too few free GPUs, 7 fit but lie in other domains; the largest rack has room for 6 of 7 workers of role worker")]
    [InlineData(8, 8, "block", "no room: 7 of 8 workers fit in one block; of 20 nodes 7 have too few free GPUs, 6 fit but lie in other domains")]
    [InlineData(5, 2, "node", "never: 4 of 5 workers fit in one node; of 20 nodes 17 fit but lie in other domains, 2 have too few free GPUs; the largest node has room for 4 of 5 workers of role worker")]
    [InlineData(1, 9, "", "never: 0 of 1 workers fit in the pool; of 20 nodes 20 have too few free GPUs; one worker of role worker is larger than any node it may use")]
    public void A_refusal_counts_what_stands_in_the_way(int workers, int gpus, string required, string expected)
    {
        var level = required.Length == 0 ? TopologyLevel.None : Enum.Parse<TopologyLevel>(required, ignoreCase: true);
        var index = TextPool.Parse(Pool);
        var before = index.Totals;
        Assert.Equal(expected, TextPool.Show(index.TryPlace(TextPool.Gang(workers, TextPool.Shape(gpus), level))));
        Assert.Equal(before, index.Totals);
    }

    [Fact]
    public void A_preferred_level_is_taken_when_it_can_be_had_and_given_up_when_not()
    {
        var index = TextPool.Parse("""
            a/r0 8 8 8 8
            a/r1 8 8 8 8
            b/r2 8 8 8 8 8 8
            """);
        var seven = TextPool.Gang(7, TextPool.Shape(8), preferred: TopologyLevel.Block);
        Assert.Equal("r0:0,1,2,3 r1:0,1,2", TextPool.Show(index.TryPlace(seven)));
        Assert.Equal("r1:3 r2:0,1,2,3,4,5", TextPool.Show(index.TryPlace(seven)));
    }

    [Fact]
    public void Fractions_share_the_GPU_with_least_but_enough_left()
    {
        var index = TextPool.Parse("a/r0 8 8");
        var gpus = new List<ulong>();
        foreach (var milli in new[] { 600, 300, 500, 400, 100, 1 })
        {
            var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(TextPool.Gang(1, TextPool.Shape(1, milli))));
            gpus.Add(placed.Placement.Racks[0].Workers[0].Gpus);
        }

        // 600 opens the first, 300 joins it; 500 opens the second, 400 joins it; 100 and 1 fill what is left of the first and second.
        Assert.Equal([1, 1, 2, 2, 1, 2], gpus);
        Assert.Equal(14, index.Totals.FreeWholeGpus);
        Assert.Equal(14_099, index.Totals.FreeGpuMilli);
    }

    [Fact]
    public void What_the_shares_of_one_node_give_back_is_there_for_a_worker_that_takes_all_of_it()
    {
        var index = TextPool.Parse("a/r0 8");
        var (shares, whole) = (TextPool.Gang(16, TextPool.Shape(1, 500)), TextPool.Gang(1, TextPool.Shape(8)));
        var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(shares)).Placement;
        Assert.False(index.Fits(whole));
        index.Release(placed, shares.Roles);
        Assert.True(index.Fits(whole));
    }

    [Fact]
    public void A_worker_without_GPUs_takes_nodes_without_GPUs_then_full_ones_and_whole_ones_last()
    {
        var index = TextPool.Parse("a/r0 8 4 0 c");
        var cpu = TextPool.Gang(1, TextPool.Shape(0, cpu: 48_000));
        var slots = Enumerable.Range(0, 5).Select(_ => TextPool.Show(index.TryPlace(cpu)));
        // The full node has no CPU left; the half-used one has half.
        Assert.Equal(["r0:3", "r0:3", "r0:1", "r0:0", "r0:0"], slots);
        Assert.StartsWith("no room", TextPool.Show(index.TryPlace(cpu)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_GPU_model_that_has_room_for_the_whole_gang_is_used_and_only_then_a_mix()
    {
        var index = new PlacementIndex();
        foreach (var (model, rack) in new[] { ("A100", "r0"), ("H100", "r1") })
        {
            var view = TextPool.Views($"a/{rack} 8 8").Single();
            index.SetRack(view with { Spec = view.Spec with { Nodes = [.. view.Spec.Nodes.Select(n => n with { GpuModel = model })] } });
        }

        var shape = TextPool.Shape(8) with { GpuModels = ["H100", "A100"] };
        Assert.Equal("r1:0", TextPool.Show(index.TryPlace(TextPool.Gang(1, shape))));
        Assert.Equal("r0:0,1", TextPool.Show(index.TryPlace(TextPool.Gang(2, shape))));
        Assert.Equal("r1:1", TextPool.Show(index.TryPlace(TextPool.Gang(1, shape))));
        Assert.StartsWith("never", TextPool.Show(index.TryPlace(TextPool.Gang(1, shape with { GpuModels = ["B200"] }))), StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_of_a_gang_come_together_or_not_at_all()
    {
        var index = TextPool.Parse("""
            a/r0 8 8
            a/r1 8 8
            """);
        var request = new GangRequest
        {
            Roles =
            [
                new RoleSpec { Name = "leader", Count = 1, Shape = TextPool.Shape(0, cpu: 90_000) },
                new RoleSpec { Name = "worker", Count = 2, Shape = TextPool.Shape(8, cpu: 12_000) },
            ],
        };
        var before = index.Totals;
        // Two whole nodes and a leader whose CPU fits beside neither: three nodes, so not one rack.
        var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request)).Placement;
        Assert.Equal([0, 1, 2], placed.Racks.SelectMany(r => r.Workers).Select(w => w.Rank).Order());
        Assert.Equal(2, placed.Racks.Length);
        Assert.IsType<PlacementAnswer.NoRoom>(index.TryPlace(request));
        index.Release(placed, request.Roles);
        Assert.Equal(before, index.Totals);
        Assert.IsType<PlacementAnswer.Never>(index.TryPlace(request with { Topology = new TopologyRule { Required = TopologyLevel.Rack } }));
        Assert.Equal(before, index.Totals);
    }

    [Fact]
    public void A_node_that_takes_no_new_work_keeps_what_it_has()
    {
        var index = TextPool.Parse("a/r0 8 8");
        var two = TextPool.Gang(2, TextPool.Shape(4), TopologyLevel.Node);
        var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(two)).Placement;
        index.SetSchedulable(new RackId("pool/r0"), 0b10);
        Assert.Equal("r0:1x2", TextPool.Show(index.TryPlace(two)));
        index.Release(placed, two.Roles);
        Assert.Equal("no room: 0 of 2 workers fit in one node; of 2 nodes 1 take no new work, 1 have too few free GPUs", TextPool.Show(index.TryPlace(two)));
        index.SetSchedulable(new RackId("pool/r0"), 0b11);
        Assert.Equal("r0:0x2", TextPool.Show(index.TryPlace(two)));
    }

    [Fact]
    public void A_GPU_given_twice_or_back_twice_is_an_error()
    {
        var index = TextPool.Parse("a/r0 8");
        var request = TextPool.Gang(1, TextPool.Shape(2));
        var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request)).Placement;
        Assert.Throws<InvalidOperationException>(() => index.Take(placed, request.Roles));
        index.Release(placed, request.Roles);
        Assert.Throws<InvalidOperationException>(() => index.Release(placed, request.Roles));
    }

    [Fact]
    public void A_buffer_can_be_given_back_after_racks_came_and_went()
    {
        var index = TextPool.Parse("b/r1 8 8");
        var before = index.Totals;
        var buffer = new PlacementBuffer();
        Assert.True(index.TryPlace(TextPool.Gang(2, TextPool.Shape(8)), buffer));
        foreach (var view in TextPool.Views("a/r0 8 8")) index.SetRack(view);
        Assert.Equal("r0:0", TextPool.Show(index.TryPlace(TextPool.Gang(1, TextPool.Shape(8)))));
        index.RemoveRack(new RackId("pool/r0"));
        index.Release(buffer);
        Assert.Equal(before, index.Totals);
    }

    [Fact]
    public void A_buffer_can_be_given_back_to_a_rack_that_went_and_came_back()
    {
        var index = TextPool.Parse("b/r1 8 8");
        var before = index.Totals;
        var buffer = new PlacementBuffer();
        var request = TextPool.Gang(2, TextPool.Shape(8));
        Assert.True(index.TryPlace(request, buffer));
        var allocation = new RackAllocation { Plan = 1, Attempt = new AttemptId(new JobId("job"), 1), Committed = true, Workers = [.. buffer.Workers], Shapes = [request.Roles[0].Shape] };
        index.RemoveRack(new RackId("pool/r1"));
        index.SetRack(TextPool.Views("b/r1 8 8").Single() with { Allocations = [allocation] });
        Assert.Equal(0, index.Totals.FreeWholeGpus);
        index.Release(buffer);
        Assert.Equal(before, index.Totals);
    }

    [Fact]
    public void A_GPU_that_died_under_its_worker_is_not_offered_again()
    {
        var index = TextPool.Parse("a/r0 8");
        var request = TextPool.Gang(1, TextPool.Shape(8));
        var placed = Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request)).Placement;
        var view = TextPool.Views("a/r0 8").Single();
        index.SetRack(view with
        {
            Spec = view.Spec with { Nodes = [view.Spec.Nodes[0] with { Gpus = 7 }] },
            Allocations = [new RackAllocation { Plan = 1, Attempt = new AttemptId(new JobId("job"), 1), Committed = true, Workers = placed.Racks[0].Workers, Shapes = [request.Roles[0].Shape] }],
        });
        Assert.Equal(0, index.Totals.FreeWholeGpus);
        index.Release(placed, request.Roles);
        Assert.Equal(7, index.Totals.FreeWholeGpus);
        Assert.IsType<PlacementAnswer.Never>(index.TryPlace(request));
    }
}
