using Grains.Configuration;
using Grains.Storage;
using Grains.WhatIf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Runtime.Hosting;
using Silo.Clustering;
using Silo.Hosting;
using Silo.Reconcile;
using Silo.Storage;
using Silo.Storage.Blobs;
using Silo.Storage.Postgres;
using Silo.WhatIf;

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
        var section = AddOptions(builder, configure);
        AddStorage(builder.Services, Early(section, configure));
        builder.Services.TryAddSingleton<IWhatIfDriver, ThreadedWhatIf>();
        builder.Services.AddSchedulerGrains(builder.Configuration);

        var options = Early(section, configure);
        builder.Services.AddSingleton<TurnClock>().AddSingleton<LocalProbe>();
        builder.UseOrleans(silo => ClusterHosting.Configure(silo, options));
        ClusterHosting.AddLease(builder.Services, options);

        // After the silo: hosted services start in the order in which they were added.
        builder.Services.AddHostedService<JobReconciler>();
        builder.Services.AddHostedService<PoolAuditService>();
        builder.Services.AddHostedService<ReplayAuditService>();
        builder.Services.AddSiloVitality();
        return builder;
    }

    /// <summary>
    /// Adds a client of the cluster that the section "Silo" names, and what of its storage is read without a grain. Grains run in silos elsewhere.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="responseTimeout">After this a call is given up. A client cannot tell that the silo it waits for has died.</param>
    public static IHostApplicationBuilder AddSchedulerClient(this IHostApplicationBuilder builder, TimeSpan responseTimeout)
    {
        var section = AddOptions(builder, null);
        var options = Early(section, null);
        AddStorage(builder.Services, options);
        ClusterHosting.AddClient(builder, options, responseTimeout);
        return builder;
    }

    /// <summary>Looks, again and again, whether the silo works.</summary>
    internal static void AddSiloVitality(this IServiceCollection services)
    {
        if (services.Any(s => s.ServiceType == typeof(ISiloVitality)))
            return;
        services.AddSingleton<SiloVitality>().AddSingleton<ISiloVitality>(s => s.GetRequiredService<SiloVitality>());
        services.AddHostedService(s => s.GetRequiredService<SiloVitality>());
    }

    private static IConfigurationSection AddOptions(IHostApplicationBuilder builder, Action<SiloOptions>? configure)
    {
        var section = builder.Configuration.GetSection(SiloOptions.Section);
        builder.Services.AddOptions<SiloOptions>().Bind(section).Configure(o => configure?.Invoke(o)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SiloOptions>, SiloOptionsValidator>());
        return section;
    }

    /// <summary>Ports, and which parts there are, are wanted while the host is built, before options exist.</summary>
    private static SiloOptions Early(IConfigurationSection section, Action<SiloOptions>? configure)
    {
        var options = section.Get<SiloOptions>() ?? new SiloOptions();
        configure?.Invoke(options);
        return options;
    }

    private static void AddStorage(IServiceCollection services, SiloOptions options)
    {
        if (options.Storage == StorageKind.Postgres)
            services.TryAddSingleton<ILeaseTable>(s => new PostgresLeases(s.GetRequiredService<IOptions<SiloOptions>>().Value.Postgres));
        if (options.Storage == StorageKind.Azure)
            services.TryAddSingleton<ILeaseTable>(s => new BlobLeases(s.GetRequiredService<IOptions<SiloOptions>>().Value.Azure));
        services.AddMetrics();
        services.TryAddSingleton<TimeProvider>(new SteadyTime(TimeProvider.System));
        services.TryAddSingleton<StorageInstruments>();
        services.TryAddSingleton(SiloStorage.Open);
        services.TryAddSingleton(s => s.GetRequiredService<SiloStorage>().Journals);
        services.TryAddSingleton(s => s.GetRequiredService<SiloStorage>().Jobs);
        services.AddHostedService<StorageOpener>();
        foreach (var name in GrainStorageNames)
            services.AddGrainStorage(name, (s, _) => s.GetRequiredService<SiloStorage>().Grains);
    }
}
