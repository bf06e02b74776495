using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Silo.Clustering;

/// <summary>The shim of Orleans hosts grains in one process: there is nothing to join.</summary>
internal static class ClusterHosting
{
    /// <summary>Why several silos cannot be had; null where they can.</summary>
    public static string? WhyNot =>
        "this program was built with src/Shims instead of Microsoft Orleans, which hosts one silo in one process: build it with Feed=full (build/detect-feed.sh)";

    public static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort);
        silo.UseInMemoryReminderService();
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = options.ResponseTimeout);
        silo.Services.AddSingleton<ISiloHealth, AloneHealth>();
    }

    public static void AddLease(IServiceCollection services, SiloOptions options)
    {
        // One silo alone has nothing to renew.
    }

    public static void AddClient(IHostApplicationBuilder builder, SiloOptions options, TimeSpan responseTimeout) =>
        throw new InvalidOperationException($"A gateway without a silo is not to be had: {WhyNot}.");

    private sealed class AloneHealth(LocalProbe probe) : ISiloHealth
    {
        public int Silos => 1;

        public bool DoesChores => true;

        public TimeSpan SinceTurn => probe.SinceTurn;

        public Task<string?> Fault(CancellationToken cancellationToken) => probe.Fault(cancellationToken);
    }
}
