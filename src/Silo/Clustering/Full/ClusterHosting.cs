using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.Placement;
using Silo.Telemetry;

namespace Silo.Clustering;

/// <summary>Puts a silo, or a client, into a cluster of real Orleans.</summary>
internal static class ClusterHosting
{
    private static readonly TimeSpan ConnectAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Why several silos cannot be had; null where they can.</summary>
    public static string? WhyNot => null;

    public static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = options.ResponseTimeout);
        if (IsTraced(silo.Configuration))
            silo.AddActivityPropagation();
        if (options.Clustering == ClusteringKind.Embedded)
        {
            silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort);
            silo.UseInMemoryReminderService();
            silo.Services.AddSingleton<ISiloHealth, MemberHealth>();
            return;
        }

        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ClusterId));
        silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = options.Name ?? $"{Environment.MachineName}-{options.SiloPort}");
        silo.ConfigureEndpoints(Address(options), options.SiloPort, options.GatewayPort);
        silo.Configure<ClusterMembershipOptions>(o => Tune(o, options.Membership));
        AddMembership(silo.Services, options);
        silo.Services.AddSingleton<IMembershipTable>(s => s.GetRequiredService<ISiloTable>());
        silo.Services.AddSingleton<MembershipLease>();
        silo.Services.AddSingleton<ISiloHealth, MemberHealth>();
        silo.AddIncomingGrainCallFilter<LeaseFilter>();
        silo.AddIncomingGrainCallFilter<GatewayCallFilter>();

        if (options.Tls.IsUsed)
            Transport.Secure(silo, options.Tls);

        // Few grains on idle silos would mostly share one of them if load decided.
        silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
        silo.Services.AddSingleton<IPlacementStrategyResolver, PoolPlacementResolver>();
        silo.AddPlacementDirector<PoolPlacement, PoolPlacementDirector>();
    }

    /// <summary>After the silo, so that there is a row to renew.</summary>
    public static void AddLease(IServiceCollection services, SiloOptions options)
    {
        if (options.Clustering != ClusteringKind.Embedded)
            services.AddHostedService(s => s.GetRequiredService<MembershipLease>());
    }

    /// <summary>Grains are called from here, and run elsewhere.</summary>
    public static void AddClient(IHostApplicationBuilder builder, SiloOptions options, TimeSpan responseTimeout)
    {
        AddMembership(builder.Services, options);
        builder.Services.AddSingleton<IGatewayListProvider, SiloGatewayList>();
        builder.Services.AddSingleton<ISiloHealth, ClientHealth>();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ClusterId));
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = responseTimeout);
            if (options.Tls.IsUsed)
                Transport.Secure(client, options.Tls);
            if (IsTraced(client.Configuration))
                client.AddActivityPropagation();
            client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = options.Membership.RefreshEvery);
            client.Services.AddSingleton<IClientConnectionRetryFilter>(s =>
                new PatientClient(options.Clustering == ClusteringKind.Azure ? options.Azure.StartWithin : options.Postgres.StartWithin, ConnectAgainAfter, s.GetRequiredService<TimeProvider>()));
        });
    }

    /// <summary>Calls carry the trace that they belong to only where somebody collects traces: it costs each of them.</summary>
    private static bool IsTraced(IConfiguration configuration) => configuration[$"{OtlpOptions.Section}:{nameof(OtlpOptions.Endpoint)}"] is not null;

    private static void AddMembership(IServiceCollection services, SiloOptions options) =>
        services.AddSingleton<ISiloTable>(options.Clustering == ClusteringKind.Azure ? AzureMembership.Of : PostgresMembership.Of);

    private static void Tune(ClusterMembershipOptions tuned, MembershipOptions options)
    {
        (tuned.ProbeTimeout, tuned.MaxProbeTimeout) = (options.ProbeTimeout, options.MaxProbeTimeout);
        (tuned.NumMissedProbesLimit, tuned.NumVotesForDeathDeclaration) = (options.MissedProbes, options.Votes);
        (tuned.TableRefreshTimeout, tuned.IAmAliveTablePublishTimeout) = (options.RefreshEvery, options.RefreshEvery);
        tuned.DefunctSiloExpiration = TimeSpan.FromDays(1);
    }

    /// <summary>What was set, or this machine's own first address: never the one that only this machine can reach, unless it has no other.</summary>
    private static IPAddress Address(SiloOptions options) =>
        options.Address is { } set ? IPAddress.Parse(set)
        : NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses.Select(a => a.Address))
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork)
        ?? IPAddress.Loopback;

    /// <summary>A client that starts before the silos waits for them.</summary>
    private sealed class PatientClient(TimeSpan within, TimeSpan wait, TimeProvider time) : IClientConnectionRetryFilter
    {
        private readonly long _began = time.GetTimestamp();

        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            if (time.GetElapsedTime(_began) >= within)
                return false;
            await Task.Delay(wait, time, cancellationToken);
            return true;
        }
    }
}
