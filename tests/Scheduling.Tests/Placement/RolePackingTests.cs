using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Gangs of several roles that compete for GPUs, cores and memory, on small pools, against every way to place them.</summary>
public sealed class RolePackingTests(ITestOutputHelper output)
{
    [Fact]
    public void A_gang_that_role_after_role_does_not_fit_is_packed()
    {
        // The two halves take the node with the cores first, unless somebody looks ahead.
        var index = new PlacementIndex();
        var view = TextPool.Views("a/r0 8 8").Single();
        index.SetRack(view with { Spec = view.Spec with { Nodes = [view.Spec.Nodes[0] with { CpuMilli = 30_000 }, view.Spec.Nodes[1] with { CpuMilli = 90_000 }] } });
        var request = new GangRequest
        {
            Roles =
            [
                new RoleSpec { Name = "big", Count = 2, Shape = TextPool.Shape(3, cpu: 10_000) },
                new RoleSpec { Name = "cores", Count = 2, Shape = TextPool.Shape(3, cpu: 40_000) },
                new RoleSpec { Name = "rest", Count = 4, Shape = TextPool.Shape(1, cpu: 1_000) },
            ],
            Topology = new TopologyRule { Required = TopologyLevel.Rack },
        };
        Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request));
    }

    [Theory]
    [InlineData(TopologyLevel.Rack)]
    [InlineData(TopologyLevel.None)]
    public void No_way_is_missed_on_small_pools(TopologyLevel level)
    {
        var random = new Random(11);
        int placed = 0, none = 0;
        for (var round = 0; round < 1_500; round++)
        {
            var index = new PlacementIndex();
            var racks = Enumerable.Range(0, random.Next(1, 3)).Select(r => new RackSpec
            {
                Rack = new RackId($"pool/r{r}"),
                Block = "b",
                Nodes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => new NodeSpec { Name = new NodeId($"n{r}-{n}"), Gpus = random.Next(2, 9), GpuModel = "H100", CpuMilli = random.Next(2, 10) * 1000, MemoryMiB = random.Next(2, 10) * 1000 })],
            }).ToList();
            foreach (var rack in racks) index.SetRack(new RackView { Spec = rack, Schedulable = ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1 });
            var request = new GangRequest
            {
                Roles = [.. Enumerable.Range(0, random.Next(2, 4)).Select(i => new RoleSpec { Name = $"role{i}", Count = random.Next(1, 4), Shape = TextPool.Shape(random.Next(0, 5), cpu: random.Next(0, 5) * 1000, memory: random.Next(0, 5) * 1000) })],
                Topology = new TopologyRule { Required = level },
            };
            var domains = level == TopologyLevel.Rack ? racks.Select(r => r.Nodes.ToArray()) : [racks.SelectMany(r => r.Nodes).ToArray()];
            var exists = domains.Any(d => Search(request, 0, 0, [.. d.Select(n => (n.Gpus, n.CpuMilli, n.MemoryMiB))]));
            var before = index.Totals;
            Assert.True(index.Fits(request) == exists, $"round {round}: exists {exists}");
            Assert.Equal(before, index.Totals);
            if (exists) placed++;
            else none++;
        }

        output.WriteLine($"{level}: {placed} placed, {none} have no placement");
        Assert.True(placed > 300 && none > 300);
    }

    /// <summary>Worker by worker, on every node.</summary>
    private static bool Search(GangRequest request, int role, int worker, (int Gpus, long Cpu, long Memory)[] nodes)
    {
        if (role == request.Roles.Length) return true;
        if (worker == request.Roles[role].Count) return Search(request, role + 1, 0, nodes);
        var shape = request.Roles[role].Shape;
        for (var n = 0; n < nodes.Length; n++)
        {
            var node = nodes[n];
            if (node.Gpus < shape.Gpus || node.Cpu < shape.CpuMilli || node.Memory < shape.MemoryMiB) continue;
            nodes[n] = (node.Gpus - shape.Gpus, node.Cpu - shape.CpuMilli, node.Memory - shape.MemoryMiB);
            var found = Search(request, role, worker + 1, nodes);
            nodes[n] = node;
            if (found) return true;
        }

        return false;
    }
}
