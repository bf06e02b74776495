using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.WhatIf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Grains.Configuration;

/// <summary>What grains need beside storage.</summary>
public static class GrainServices
{
    /// <param name="services">The silo's.</param>
    /// <param name="configuration">Where the sections Pools, Racks, Quotas, Nodes and WhatIf are read from; null leaves the defaults.</param>
    public static IServiceCollection AddSchedulerGrains(this IServiceCollection services, IConfiguration? configuration = null)
    {
        services.AddMetrics();
        services.AddSingleton<PoolInstruments>();
        services.AddSingleton<ReplayGate>();
        services.TryAddSingleton<IWhatIfDriver, SlicedWhatIf>();
        services.AddSingleton<TurnWatch>();
        Add<PoolOptions, PoolOptionsValidator>(services, configuration?.GetSection(PoolOptions.Section));
        Add<RackOptions, RackOptionsValidator>(services, configuration?.GetSection(RackOptions.Section));
        Add<QuotaOptions, QuotaOptionsValidator>(services, configuration?.GetSection(QuotaOptions.Section));
        Add<NodeOptions, NodeOptionsValidator>(services, configuration?.GetSection(NodeOptions.Section));
        Add<WhatIfSettings, WhatIfSettingsValidator>(services, configuration?.GetSection(WhatIfSettings.Section));
        return services;
    }

    private static void Add<TOptions, TValidator>(IServiceCollection services, IConfiguration? section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        var options = services.AddOptions<TOptions>().ValidateOnStart();
        if (section is not null)
        {
            options.Bind(section);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
    }
}
