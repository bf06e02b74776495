using Gateway.Backends;
using Gateway.Health;
using Gateway.Hosting;
using Gateway.Http;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Gateway.Validation;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Kubernetes.Hosting;

/// <summary>Adds Kubernetes clusters to a host.</summary>
public static class KubernetesServiceCollectionExtensions
{
    /// <summary>Serves the clusters of the section "Kubernetes"; without any it adds nothing.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="kubeconfig">Instead of the section: one cluster, reached as this file says.</param>
    /// <exception cref="ConfigurationException">Everything that is wrong with the section.</exception>
    public static IHostApplicationBuilder AddKubernetes(this IHostApplicationBuilder builder, string? kubeconfig = null)
    {
        var settings = Read(builder.Configuration, kubeconfig);
        if (settings.Clusters.Count == 0)
        {
            return builder;
        }

        if (settings.Errors().ToList() is { Count: > 0 } errors)
        {
            throw new ConfigurationException(errors);
        }

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<INodeSink, GrainNodeSink>();
        services.TryAddSingleton<IAssignmentFeed, GrainAssignmentFeed>();
        services.TryAddSingleton<PoolClaims>();
        services.TryAddSingleton<KubernetesInstruments>();
        services.TryAddSingleton<WatchInstruments>();
        services.TryAddSingleton<ClusterServices>();
        foreach (var cluster in settings.Clusters)
        {
            // Two gateways of one machine must neither share a name nor their jitter.
            var ending = Ids.New().Value[2..10];
            services.AddSingleton(s => new ClusterHost(cluster, s.GetRequiredService<ClusterServices>(), new Random(ending.GetHashCode(StringComparison.Ordinal)), ending));
        }

        // One registration for all: services of one type are told apart by their place only.
        for (var i = 0; i < settings.Clusters.Count; i++)
        {
            var index = i;
            services.AddSingleton<IHostedService>(s => s.GetServices<ClusterHost>().ElementAt(index));
            services.AddSingleton<IHealthNote>(s => s.GetServices<ClusterHost>().ElementAt(index));
            services.AddSingleton<IPoolRules>(s => s.GetServices<ClusterHost>().ElementAt(index));
        }

        // For what one gateway does besides: who leads the first cluster does it.
        services.TryAddSingleton<ILeader>(s => s.GetServices<ClusterHost>().First().Leader);
        return builder;
    }

    private static KubernetesSettings Read(IConfiguration configuration, string? kubeconfig)
    {
        KubernetesSettings settings;
        try
        {
            settings = configuration.GetSection(KubernetesSettings.Section).Get<KubernetesSettings>() ?? new KubernetesSettings();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException([e.Message]);
        }

        if (kubeconfig is null)
        {
            return settings;
        }

        if (settings.Clusters.Count > 1)
        {
            throw new ConfigurationException(["--kubeconfig names one cluster, and Kubernetes:Clusters has several: leave one of them out"]);
        }

        // What else is set of the one cluster holds for it.
        if (settings.Clusters.Count == 0)
        {
            settings.Clusters.Add(new ClusterSettings());
        }

        var only = settings.Clusters[0];
        only.Name = only.Name.Length == 0 ? "kubernetes" : only.Name;
        only.Api.KubeConfig = kubeconfig;
        return settings;
    }
}
