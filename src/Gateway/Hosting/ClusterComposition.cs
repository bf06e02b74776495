using Gateway.Hollow;
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
    }
}
