using Gateway.Azure;
using Gateway.Backends;
using Gateway.Hollow;
using Gateway.Kubernetes.Hosting;
using k8s.Exceptions;
using Silo;

namespace Gateway.Hosting;

/// <summary>What stands behind the API in the real server: the silo with its storage, and the backends that run workers.</summary>
internal static class ClusterComposition
{
    public static void Add(WebApplicationBuilder builder, CommandLine line)
    {
        builder.AddSchedulerSilo(silo => silo.DataFolder = line.Data ?? silo.DataFolder);
        if (line.Hollow is { } inventory)
            builder.AddHollowBackend(hollow => (hollow.Inventory, hollow.TimeScale) = (inventory, line.TimeScale));
        builder.AddKubernetes(line.Kubeconfig);
        builder.AddAzureScaleSets();
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
