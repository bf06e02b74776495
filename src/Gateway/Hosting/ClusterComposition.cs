using Gateway.Azure;
using Gateway.Backends;
using Gateway.Hollow;
using Gateway.Kubernetes.Hosting;
using Gateway.Leadership;
using k8s.Exceptions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Silo;
using Silo.Clustering;

namespace Gateway.Hosting;

/// <summary>What stands behind the API in the real server: the silo with its storage, and the backends that run workers.</summary>
internal static class ClusterComposition
{
    public static void Add(WebApplicationBuilder builder, CommandLine line)
    {
        var gateway = builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
        if (gateway.Silo == SiloSite.Remote)
            AddClient(builder, gateway);
        else
            builder.AddSchedulerSilo(silo => silo.DataFolder = line.Data ?? silo.DataFolder);
        if (builder.Services.Any(s => s.ServiceType == typeof(ILeaseTable)))
        {
            // Hosted first: what it leads stops before it gives leadership up.
            builder.Services.AddSingleton<StoreLeader>().AddHostedService(s => s.GetRequiredService<StoreLeader>());
        }

        if (line.Hollow is { } inventory)
            builder.AddHollowBackend(hollow => (hollow.Inventory, hollow.TimeScale) = (inventory, line.TimeScale));
        builder.AddKubernetes(line.Kubeconfig);
        if (builder.Services.Any(s => s.ServiceType == typeof(StoreLeader)))
            builder.Services.TryAddSingleton<ILeader>(s => s.GetRequiredService<StoreLeader>());
        builder.AddAzureScaleSets();
    }

    private static void AddClient(WebApplicationBuilder builder, GatewayOptions gateway)
    {
        var clustering = builder.Configuration[$"{SiloOptions.Section}:{nameof(SiloOptions.Clustering)}"];
        if (!Enum.TryParse<ClusteringKind>(clustering, ignoreCase: true, out var kind) || kind == ClusteringKind.Embedded)
            throw new ConfigurationException(["Gateway:Silo is Remote: set Silo:Clustering to Postgres or Azure, and Silo:Postgres or Silo:Azure to where the silos keep who is a member"]);
        if (ClusterSupport.WhyNot is { } why)
            throw new ConfigurationException([$"Gateway:Silo is Remote, but {why}"]);
        builder.AddSchedulerClient(gateway.ClientTimeout);
        builder.Services.TryAddSingleton<IAssignmentFeed>(s => new BoundedFeed(
            ActivatorUtilities.CreateInstance<GrainAssignmentFeed>(s), gateway.CallTimeout, s.GetRequiredService<TimeProvider>()));
    }

    /// <summary>
    /// Reads the inventory once before anything starts: a name that was mistyped is told at once. One that cannot be read later
    /// is read again and again, and nothing changes meanwhile.
    /// </summary>
    /// <exception cref="ConfigurationException">It cannot be read, or has no nodes.</exception>
    public static async Task Check(IServiceProvider services, CancellationToken cancellationToken)
    {
        foreach (var cluster in services.GetServices<ClusterHost>())
        {
            try
            {
                cluster.Prepare();
            }
            catch (Exception e) when (e is KubeConfigException or IOException or UnauthorizedAccessException or FormatException)
            {
                throw new ConfigurationException([$"cluster {cluster.Name} cannot be reached as it is set up: {e.Message}"]);
            }
        }

        if (services.GetService<InventoryNodeSource>() is not { } source)
            return;
        try
        {
            if ((await source.Read(cancellationToken)).Racks.IsEmpty)
                throw new ConfigurationException([$"--hollow: {source.Name} has no nodes"]);
        }
        catch (InventoryException e)
        {
            throw new ConfigurationException([$"--hollow {e.Message}"]);
        }
    }
}
