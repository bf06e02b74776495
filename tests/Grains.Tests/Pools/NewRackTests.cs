using Grains.Clusters;
using Grains.Pools;
using Grains.Racks;
using Grains.Storage;
using Grains.Tests.Support;
using Scheduling.Model;

namespace Grains.Tests.Pools;

/// <summary>A rack that comes while its pool cannot write.</summary>
public sealed class NewRackTests
{
    /// <summary>What overtakes what differs by seed.</summary>
    private const int Seeds = 6;

    [Fact]
    public void A_rack_tells_of_itself_until_the_pool_has_it_in_its_journal()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var host = new GrainHost(seed, silos: 3, withPools: true);
            var pool = host.Grain<IPoolGrain>("p");
            host.Do(() => host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
            host.Do(() => pool.GetView());
            host.Journals.FailBeforeOf = ("pool/p", new StorageException("the disk is full"));
            Offer(host, "a");
            host.Wait(60);

            Assert.Null(host.Journals.FailBeforeOf);
            Assert.True(host.Ask(() => pool.GetView()).Nodes == 1, $"seed {seed}: the pool does not know the rack");
        }
    }

    private static void Offer(GrainHost host, string node)
    {
        var spec = new NodeSpec { Name = new NodeId(node), CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8, GpuModel = "A" };
        host.Do(() => host.Grain<IRackGrain>("p/r").Offer(new RackSpec { Rack = new RackId("p/r"), Block = "b", Nodes = [spec] }));
    }
}
