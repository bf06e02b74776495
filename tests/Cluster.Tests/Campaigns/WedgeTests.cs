using Grains.Pools;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>A silo that hangs says so to its probes, or does not answer them: it is started anew.</summary>
public sealed class WedgeTests(PostgresServer database) : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"wedge-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_turn_of_a_pool_that_never_ends_fails_both_probes_by_its_name()
    {
        var settings = await Processes.OverPostgres(database);
        await using var silo = Processes.SiloThatCanHang(_file, Processes.FreePort(), [.. settings, "--Silo:WedgedAfter=00:00:10"]);
        silo.Start();
        await silo.UntilReady();
        using var client = Client(settings);
        await client.StartAsync(TestContext.Current.CancellationToken);
        var pool = client.Services.GetRequiredService<IClusterClient>().GetGrain<IPoolGrain>("p");
        await pool.GetView();
        Assert.Equal(200, await silo.Probe("/healthz/live"));

        await File.WriteAllTextAsync(_file, "turn", TestContext.Current.CancellationToken);
        pool.GetView().Ignore();
        await SchedulerCluster.Until(async () => await silo.Probe("/healthz/live") == 503, () => $"the silo says that it hangs\n{silo.Output}");
        Assert.Equal(503, await silo.Probe("/healthz/ready"));
        Assert.Contains("pool p has not ended its turn", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_without_a_thread_to_run_on_passes_no_probe()
    {
        await using var silo = Processes.SiloThatCanHang(_file, Processes.FreePort(), await Processes.OverPostgres(database));
        silo.Start();
        await silo.UntilReady();
        await File.WriteAllTextAsync(_file, "threads", TestContext.Current.CancellationToken);
        await SchedulerCluster.Until(async () => await silo.Probe("/healthz/live") != 200, () => $"the silo hangs\n{silo.Output}");
        Assert.NotEqual(200, await silo.Probe("/healthz/ready"));
    }

    private static IHost Client(string[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddCommandLine(settings);
        builder.Logging.ClearProviders();
        builder.AddSchedulerClient(TimeSpan.FromSeconds(11));
        return builder.Build();
    }
}
