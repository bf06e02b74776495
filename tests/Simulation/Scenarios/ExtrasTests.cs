using Scheduling.Model;
using Simulation.Shadow;

namespace Simulation;

/// <summary>What is counted by name is drawn in every world, and runs out; that nobody is given more than there is the twins see to.</summary>
public sealed class ExtrasTests
{
    [Theory]
    [InlineData("quiet")]
    [InlineData("gateways")]
    [InlineData("guests")]
    public void Nodes_give_away_their_last_device_and_never_one_more(string profile)
    {
        var nodes = new FullNodes();
        for (var seed = 1; seed <= 8 && nodes is not { Seen: > 0, HadDisk: true }; seed++)
        {
            Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Named(profile), Ending = Ending.None, Checkers = [nodes.Of] });
        }

        Assert.True(nodes is { Seen: > 0, HadDisk: true }, $"{profile}: {nodes.Seen} times a node without a free device, disk asked for: {nodes.HadDisk}");
    }

    [Fact]
    public void The_checkers_of_the_world_outside_know_what_a_node_has()
    {
        Assert.Null(Extras.Beyond([new(Extras.Hca, 2), new(Extras.Hca, 2), new(ExtendedResources.EphemeralStorage, Extras.DiskPerNode)]));
        Assert.Equal("5 rdma/hca", Extras.Beyond([new(Extras.Hca, 2), new(Extras.Hca, 3)]));
        Assert.NotNull(Extras.Beyond([new("hugepages-2Mi", 1)]));
        Assert.Equal([new ExtendedAmount(ExtendedResources.EphemeralStorage, Extras.DiskPerNode)], Extras.OfferedWith(gpus: 1));
    }

    /// <summary>Counts nodes whose devices are all in use, whenever something became durable.</summary>
    private sealed class FullNodes : IChecker
    {
        private SimulatedWorld _world = null!;

        public int Seen { get; private set; }

        public bool HadDisk { get; private set; }

        public IChecker Of(SimulatedWorld world)
        {
            _world = world;
            return this;
        }

        public void Wrote(DurableWrite write)
        {
            foreach (var rack in _world.Shadow.Racks)
            {
                var asked = rack.Allocations.Values.SelectMany(a => a.Workers.Select(w => (w.Slot, a.Shapes[w.Role].Extended))).ToList();
                Seen += asked.GroupBy(w => w.Slot).Count(n => n.Sum(w => ExtendedResources.Of(w.Extended, Extras.Hca)) == Extras.HcasPerNode);
                HadDisk |= asked.Exists(w => ExtendedResources.Of(w.Extended, ExtendedResources.EphemeralStorage) > 0);
            }
        }
    }
}
