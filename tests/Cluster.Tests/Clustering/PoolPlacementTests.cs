using System.Net;
using Silo.Clustering;

namespace Cluster.Tests.Clustering;

public sealed class PoolPlacementTests
{
    private static readonly SiloAddress[] Silos = [.. Enumerable.Range(1, 5).Select(n => SiloAddress.New(IPAddress.Parse($"10.0.0.{n}"), 11111, 7))];

    [Fact]
    public void A_pools_racks_go_where_the_pool_goes()
    {
        Assert.Equal("p", PoolPlacementDirector.PoolOf("p"));
        Assert.Equal("p", PoolPlacementDirector.PoolOf("p/rack-1"));
    }

    [Fact]
    public void Pools_are_spread_over_the_silos()
    {
        var each = Enumerable.Range(0, 1000).CountBy(p => PoolPlacementDirector.Choose($"pool-{p}", Silos)).ToList();
        Assert.Equal(Silos.Length, each.Count);
        Assert.All(each, s => Assert.InRange(s.Value, 120, 280));
    }

    [Fact]
    public void When_a_silo_leaves_only_its_pools_move()
    {
        var left = Silos[..^1];
        for (var p = 0; p < 1000; p++)
        {
            var before = PoolPlacementDirector.Choose($"pool-{p}", Silos);
            Assert.True(before.Equals(Silos[^1]) || before.Equals(PoolPlacementDirector.Choose($"pool-{p}", left)));
        }
    }
}
