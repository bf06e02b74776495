using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Bugs that other schedulers had, named after their threads.</summary>
public sealed class PeerBugTests
{
    [Fact]
    public void Volcano_5189_a_hard_topology_constraint_is_never_ignored()
    {
        // Room for 8 in all, for 4 in any rack: the free total must not tempt it.
        var index = TextPool.Parse("""
            a/r0 8 8 8 8
            a/r1 8 8 8 8
            """);
        var before = index.Totals;
        var answer = index.TryPlace(TextPool.Gang(5, TextPool.Shape(8), TopologyLevel.Rack, preferred: TopologyLevel.Block));
        Assert.Equal("never: 4 of 5 workers fit in one rack; of 8 nodes 4 fit but lie in other domains; the largest rack has room for 4 of 5 workers of role worker", TextPool.Show(answer));
        Assert.Equal(before, index.Totals);
        Assert.Equal("r0:0,1,2,3 r1:0", TextPool.Show(index.TryPlace(TextPool.Gang(5, TextPool.Shape(8), TopologyLevel.Block))));
    }

    [Fact]
    public void Kueue_11287_two_roles_are_not_admitted_to_a_node_with_room_for_one()
    {
        var index = TextPool.Parse("a/r0 8");
        var before = index.Totals;
        var request = new GangRequest
        {
            Roles = [new RoleSpec { Name = "one", Count = 1, Shape = TextPool.Shape(8) }, new RoleSpec { Name = "two", Count = 1, Shape = TextPool.Shape(8) }],
        };
        Assert.IsType<PlacementAnswer.Never>(index.TryPlace(request));
        Assert.Equal(before, index.Totals);
        foreach (var view in TextPool.Views("a/r1 4")) index.SetRack(view);
        Assert.IsType<PlacementAnswer.NoRoom>(index.TryPlace(request));
        // Nor two whose CPU is the shortage.
        var cpu = request with { Roles = [.. request.Roles.Select(r => r with { Shape = TextPool.Shape(1, cpu: 60_000) })], Topology = new TopologyRule { Required = TopologyLevel.Node } };
        Assert.IsType<PlacementAnswer.Never>(index.TryPlace(cpu));
    }

    [Fact]
    public void Kueue_5243_eight_GPUs_freed_on_four_nodes_are_not_one_node_of_eight()
    {
        var index = TextPool.Parse("a/r0 2 2 2 2");
        var eight = TextPool.Gang(1, TextPool.Shape(8));
        Assert.False(index.CouldFitNow(eight));
        Assert.Equal("no room: 0 of 1 workers fit in the pool; of 4 nodes 4 have too few free GPUs", TextPool.Show(index.TryPlace(eight)));
        // What fits is not held up by what does not.
        Assert.Equal("r0:0,1,2,3", TextPool.Show(index.TryPlace(TextPool.Gang(4, TextPool.Shape(2)))));
    }

    [Fact]
    public void Marin_7225_a_rack_of_18_that_guarantees_16_gives_16()
    {
        // Eight racks of 18 of which two are spares, kept from new work: 128 nodes are 8 × 16, not 7 × 18 + 2.
        var text = string.Join('\n', Enumerable.Range(0, 8).Select(r => $"a/r{r} {string.Join(' ', Enumerable.Repeat("8", 16))} x x"));
        var placed = Assert.IsType<PlacementAnswer.Placed>(TextPool.Parse(text).TryPlace(TextPool.Gang(128, TextPool.Shape(8)))).Placement;
        Assert.Equal(Enumerable.Repeat(16, 8), placed.Racks.Select(r => r.Workers.Length));
    }
}
