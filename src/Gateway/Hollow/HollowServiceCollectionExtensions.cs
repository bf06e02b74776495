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
    /// error at once. Of several processes that share a store one runs them: who leads.
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

        // By factory, because another backend adds reconcilers of the same classes. Whoever leads a cluster does not matter to nodes that only these processes have.
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<NodeReconciler>(
            s, s.GetRequiredService<InventoryNodeSource>(), Options(s).Reconcile, LeaderOf(s)));
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<WorkloadReconciler>(
            s, s.GetRequiredService<HollowBackend>(), Options(s).Reconcile, LeaderOf(s)));
        return services;
    }

    /// <inheritdoc cref="AddHollowBackend(IServiceCollection, Action{HollowOptions})"/>
    public static IHostApplicationBuilder AddHollowBackend(this IHostApplicationBuilder builder, Action<HollowOptions> configure)
    {
        builder.Services.AddHollowBackend(configure);
        return builder;
    }

    private static ILeader LeaderOf(IServiceProvider services) => services.GetService<StoreLeader>() as ILeader ?? SoleLeader.Instance;

    private static HollowOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<HollowOptions>>().Value;
}
