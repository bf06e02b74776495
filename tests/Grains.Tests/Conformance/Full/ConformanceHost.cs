using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Grains.Tests.Conformance;

/// <summary>The suite's silo with Feed=full: real Orleans, the referee.</summary>
public sealed class ConformanceHost : IConformanceHost
{
    private readonly InProcessTestCluster _cluster;

    public ConformanceHost()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo(static (_, silo) => ConformanceSilo.Configure(silo));
        _cluster = builder.Build();
    }

    public IGrainFactory Grains => _cluster.GetSiloServiceProvider().GetRequiredService<IGrainFactory>();

    public Task StartAsync() => _cluster.DeployAsync();

    public Task StopAsync() => _cluster.StopAllSilosAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();
}
