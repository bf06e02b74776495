using Azure.Core;
using Azure.Identity;
using Azure.ResourceManager;
using Gateway.Azure.Hooks;
using Gateway.Hosting;
using Gateway.Leadership;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Azure;

/// <summary>Adds Azure's scale sets to a host.</summary>
internal static class AzureServiceCollectionExtensions
{
    /// <summary>Nothing is added when the section "Azure" names no scale set. One process of a cluster acts: the one that leads.</summary>
    /// <exception cref="ConfigurationException">Everything that is wrong with the section.</exception>
    public static IHostApplicationBuilder AddAzureScaleSets(this IHostApplicationBuilder builder)
    {
        var options = Bind(builder.Configuration);
        if (options.ScaleSets.Count == 0)
        {
            return builder;
        }

        if (AzureOptionsCheck.Errors(options).ToList() is { Count: > 0 } errors)
        {
            throw new ConfigurationException(errors);
        }

        var services = builder.Services;
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ArmClientOptions>();
        services.TryAddSingleton<TokenCredential>(_ => CredentialOf(options));
        services.AddSingleton(s => new ArmAccess(
            new Uri(options.Endpoint), s.GetRequiredService<TokenCredential>(), s.GetRequiredService<ArmClientOptions>(), options.Reconcile.CallTimeout));
        services.AddSingleton<ArmScaleSetCloud>();
        services.AddSingleton<IScaleSetCloud>(s => s.GetRequiredService<ArmScaleSetCloud>());
        services.AddSingleton<ICloudUsages>(s => s.GetRequiredService<ArmScaleSetCloud>());
        services.AddSingleton<IMachineProtection>(s => s.GetRequiredService<ArmScaleSetCloud>());
        services.AddSingleton<IScaleSetIntents, GrainScaleSetIntents>();
        services.AddSingleton<IScalingGrains, ScalingGrains>();
        services.AddSingleton<ScaleBoard>();
        services.AddSingleton(new HookSecrets(options.Hooks)).AddSingleton<CloudSignals>();

        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<AzureScaling>(s, LeaderOf(s)));
        if (options.Hooks.Tell.Count > 0)
        {
            services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<ScaleTeller>(s, LeaderOf(s), ClientOf(options)));
        }

        return builder;
    }

    /// <summary>The first cluster's lease says who acts on scale sets too. Without a cluster there is one process, and it leads.</summary>
    private static ILeader LeaderOf(IServiceProvider services) => services.GetService<ILeader>() ?? SoleLeader.Instance;

    /// <summary>Follows no redirects: what is signed goes where it was meant to go.</summary>
    private static HttpClient ClientOf(AzureOptions options) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = options.Reconcile.UsagesEvery * 5, MaxConnectionsPerServer = 4 });

    private static AzureOptions Bind(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(AzureOptions.Section).Get<AzureOptions>() ?? new AzureOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException([e.Message]);
        }
    }

    /// <summary>Workload identity in a cluster (its token file is renewed by the kubelet), managed identity on a machine of Azure's. No secrets.</summary>
    private static ChainedTokenCredential CredentialOf(AzureOptions options)
    {
        // Set to null it would not take what a pod's environment names (AZURE_CLIENT_ID).
        var workload = new WorkloadIdentityCredentialOptions();
        if (options.ClientId is { Length: > 0 } named)
            workload.ClientId = named;
        return new ChainedTokenCredential(
            new WorkloadIdentityCredential(workload),
            new ManagedIdentityCredential(options.ClientId is { Length: > 0 } id ? ManagedIdentityId.FromUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned));
    }
}
