using Grains;
using Grains.Jobs;
using Grains.Pools;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduling.Model;
using Silo;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>Who may speak to silos, and what of.</summary>
public sealed class SecurityTests(PostgresServer database)
{
    [Fact]
    public async Task Silos_take_gateways_for_what_they_are_and_nobody_else()
    {
        await using var cluster = await CampaignCluster.Start(database, silos: 1, gateways: 1, network: null);

        // A gateway's certificate opens the gateway port, for what is open to gateways.
        var pool = cluster.Client.GetGrain<IPoolGrain>(CampaignCluster.Pool);
        Assert.Equal(CampaignCluster.Gpus * 1000L, (await pool.GetView()).GpuMilliTotal);
        await Assert.ThrowsAsync<CallRefusedException>(() => pool.Ended(new AttemptId(new JobId("j"), 1)));
        await Assert.ThrowsAsync<CallRefusedException>(() => cluster.Client.GetGrain<IJobGrain>("j").Fence(1, 1));
        var nobody = new Caller { Tenant = null, User = "u", Roles = CallerRoles.Reader };
        await Assert.ThrowsAsync<CallRefusedException>(() => cluster.Client.GetGrain<IJobGrain>("j").Get(nobody));
        Assert.Null(await cluster.Client.GetGrain<IJobGrain>("j").Get(nobody with { Tenant = new TenantId("t") }));

        // Neither a silo's certificate nor one of another authority does, and nothing goes without one.
        Assert.False(await Connects(cluster.Settings("silo")));
        Assert.False(await Connects(await cluster.StrangersSettings()));
        Assert.False(await Connects(cluster.SettingsWithoutTls()));
        Assert.True(await Connects(cluster.Settings("gateway")));
    }

    private static async Task<bool> Connects(string[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddCommandLine([.. settings, "--Silo:Postgres:StartWithin=00:00:02"]);
        builder.Logging.ClearProviders();
        builder.AddSchedulerClient(TimeSpan.FromSeconds(11));
        using var host = builder.Build();
        try
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<IClusterClient>().GetGrain<IPoolGrain>(CampaignCluster.Pool).GetView();
            return true;
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or Orleans.Runtime.Messaging.ConnectionFailedException)
        {
            return false;
        }
    }
}
