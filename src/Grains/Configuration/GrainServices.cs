using Grains.Pools;
using Microsoft.Extensions.DependencyInjection;

namespace Grains.Configuration;

/// <summary>What grains need beside storage.</summary>
public static class GrainServices
{
    public static IServiceCollection AddSchedulerGrains(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<PoolInstruments>();
        services.AddOptions<PoolOptions>();
        return services;
    }
}
