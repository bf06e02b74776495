using KubeKit;
using KubeTests.Support;

namespace KubeTests.Faults;

/// <summary>Gateways whose clocks are hours away from the API server's and from each other's: nothing that is decided rests on them.</summary>
public sealed class ClockTests(OwnKubeServer fixture) : IClassFixture<OwnKubeServer>
{
    private static readonly TimeSpan Takeover = TimeSpan.FromMinutes(3);

    [KubeFact]
    public async Task Gateways_that_disagree_about_the_time_take_turns_under_growing_epochs_and_every_gang_runs_whole()
    {
        await using var world = await FaultWorld.Begin(fixture.Server, gangs: 3, workers: 4);
        var epoch = 0L;
        foreach (var (hours, life) in new[] { (7, 1), (-7, 2), (30, 3), (-30, 4) })
        {
            await using var gateway = await GatewayLife.Begin(world, $"off-by-{hours}", life, new SkewedTime(TimeSpan.FromHours(hours)));
            gateway.DiesAt = 5;
            var leads = await Eventually.Get(() => Task.FromResult(gateway.Leader.Epoch), e => e is not null, "it leads once the one before is not heard of any more", Takeover);
            Assert.True(leads > epoch, $"{leads} after {epoch}");
            epoch = leads!.Value;
            await gateway.Died.WaitAsync(Takeover);
        }

        await using var last = await GatewayLife.Begin(world, "right", 5);
        await world.AllRunWhole();
    }

    [KubeFact]
    public async Task A_lease_that_somebody_deletes_goes_on_from_the_servers_time_whoever_takes_it_next()
    {
        await using var world = await FaultWorld.Begin(fixture.Server, gangs: 1, workers: 3);
        long before;
        await using (var ahead = await GatewayLife.Begin(world, "ahead", 1, new SkewedTime(TimeSpan.FromHours(7))))
        {
            await world.AllRunWhole();
            before = ahead.Leader.Epoch!.Value;
        }

        // The server tells time in seconds: what is made again within one is not told apart.
        await Eventually.True(() => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds() > before), "the second is over");

        // Who comes then acts on pods that carry the other's epoch: it would stand back if its own were lower.
        var lease = $"/apis/coordination.k8s.io/v1/namespaces/{world.Space}/leases/{GatewayLife.LeaseName}";
        await world.Server.Admin.Delete(lease);
        await using var behind = await GatewayLife.Begin(world, "behind", 2, new SkewedTime(TimeSpan.FromHours(-7)));
        await Eventually.Get(
            async () => (behind.Leader.Epoch, Lease: (await world.Server.Admin.Find(lease))?.ToJsonString()), found => found.Epoch > before, $"it leads under a higher epoch than {before}", Takeover);
        await world.Server.Admin.Delete($"/api/v1/namespaces/{world.Space}/pods/{world.Space}-0-1-0");
        await Eventually.True(() => Task.FromResult(world.Book.Current(new($"{world.Space}-0")).Number > 1), "the lost pod is noticed", TimeSpan.FromMinutes(5));
        await world.AllRunWhole();
    }
}
