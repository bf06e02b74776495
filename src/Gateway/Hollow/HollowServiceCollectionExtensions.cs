using Gateway.Backends;
using Gateway.Leadership;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Hollow;

/// <summary>Adds hollow nodes to a host.</summary>
public static class HollowServiceCollectionExtensions
{
    /// <summary>
    /// Offers the inventory's machines to the grains and runs the workers placed on them. Wrong options stop the start with every
    /// error at once. One process of a cluster runs it.
    /// </summary>
    public static IServiceCollection AddHollowBackend(this IServiceCollection services, Action<HollowOptions> configure)
    {
        services.AddOptions<HollowOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HollowOptions>, HollowOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<INodeSink, GrainNodeSink>();
        services.TryAddSingleton<IAssignmentFeed, GrainAssignmentFeed>();
        services.AddSingleton<InventoryNodeSource>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<HollowBackend>(s, s.GetRequiredService<InventoryNodeSource>()));

        // By factory, because another backend adds reconcilers of the same classes. Whoever leads a cluster does not matter to nodes that only this process has.
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<NodeReconciler>(
            s, s.GetRequiredService<InventoryNodeSource>(), Options(s).Reconcile, SoleLeader.Instance));
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<WorkloadReconciler>(
            s, s.GetRequiredService<HollowBackend>(), Options(s).Reconcile, SoleLeader.Instance));
        return services;
    }

    /// <inheritdoc cref="AddHollowBackend(IServiceCollection, Action{HollowOptions})"/>
    public static IHostApplicationBuilder AddHollowBackend(this IHostApplicationBuilder builder, Action<HollowOptions> configure)
    {
        builder.Services.AddHollowBackend(configure);
        return builder;
    }

    private static HollowOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<HollowOptions>>().Value;
}
