using Grains.Configuration;
using Grains.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Silo.Reconcile;
using Silo.Storage;

namespace Silo;

/// <summary>Puts a silo with its storage into a host.</summary>
public static class SiloHost
{
    /// <summary>The storage provider that grains name, and the one they get when they name none.</summary>
    private static readonly string[] GrainStorageNames = ["default", "Default"];

    /// <summary>
    /// Adds the silo, its grain storage, <see cref="IJournalStore"/> and <see cref="IJobIndex"/>. Options come from the
    /// configuration section "Silo", then from <paramref name="configure"/>.
    /// </summary>
    public static IHostApplicationBuilder AddSchedulerSilo(this IHostApplicationBuilder builder, Action<SiloOptions>? configure = null)
    {
        var section = builder.Configuration.GetSection(SiloOptions.Section);
        builder.Services.AddOptions<SiloOptions>().Bind(section).Configure(o => configure?.Invoke(o)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SiloOptions>, SiloOptionsValidator>());
        AddStorage(builder.Services);
        builder.Services.AddSchedulerGrains(builder.Configuration);

        // Ports are wanted while the host is built, before options exist.
        var options = section.Get<SiloOptions>() ?? new SiloOptions();
        configure?.Invoke(options);
        builder.UseOrleans(silo => Configure(silo, options));

        // After the silo: hosted services start in the order in which they were added.
        builder.Services.AddHostedService<JobReconciler>();
        builder.Services.AddHostedService<PoolAuditService>();
        builder.Services.AddHostedService<ReplayAuditService>();
        return builder;
    }

    private static void AddStorage(IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StorageInstruments>();
        services.TryAddSingleton(SiloStorage.Open);
        services.TryAddSingleton(s => s.GetRequiredService<SiloStorage>().Journals);
        services.TryAddSingleton(s => s.GetRequiredService<SiloStorage>().Jobs);
        services.AddHostedService<StorageOpener>();
        foreach (var name in GrainStorageNames)
            services.AddGrainStorage(name, (s, _) => s.GetRequiredService<SiloStorage>().Grains);
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort);
        silo.UseInMemoryReminderService();
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = options.ResponseTimeout);
    }
}
