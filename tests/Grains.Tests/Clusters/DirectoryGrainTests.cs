using Grains.Clusters;
using Grains.Tests.Support;
using Scheduling.Model;

namespace Grains.Tests.Clusters;

/// <summary>The directory: sorted, durable, written rarely.</summary>
public sealed class DirectoryGrainTests
{
    [Fact]
    public void Pools_and_cohorts_are_listed_in_name_order_once_and_for_good()
    {
        using var host = new GrainHost();
        var directory = host.Grain<IDirectoryGrain>(IDirectoryGrain.Key);
        foreach (var name in new[] { "b", "a", "b", "c", "a" })
        {
            host.Do(() => directory.AddPool(new PoolId(name)));
            host.Do(() => directory.AddCohort(name));
        }

        Assert.Equal(6, host.States.Writes);
        host.Crash();

        var view = host.Ask(() => directory.GetView());
        Assert.Equal(["a", "b", "c"], view.Pools.Select(p => p.Value));
        Assert.Equal(["a", "b", "c"], view.Cohorts);
    }
}
