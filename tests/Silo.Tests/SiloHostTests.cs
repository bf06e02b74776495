using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Memory;
using Silo.Storage.Sqlite;
using Silo.Tests.Support;

namespace Silo.Tests;

public sealed class SiloHostTests
{
    [Fact]
    public async Task The_embedded_silo_keeps_its_records_over_a_restart()
    {
        using var folder = new TemporaryFolder();
        for (var start = 1; start <= 2; start++)
        {
            using var host = Build(o => o.DataFolder = folder.Path);
            await host.StartAsync();
            var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("default");
            Assert.Same(storage, host.Services.GetRequiredKeyedService<IGrainStorage>("Default"));
            Assert.IsType<SqliteGrainStorage>(storage);
            var position = (await host.Services.GetRequiredService<IJournalStore>().Read("s")).Position;
            Assert.Equal(start - 1, position);
            await host.Services.GetRequiredService<IJournalStore>().Append("s", position, "x");
            Assert.Empty(await host.Services.GetRequiredService<IJobIndex>().Scan(null, 1, true));
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_does_not_start_and_says_why()
    {
        using var folder = new TemporaryFolder();
        using var first = Build(o => o.DataFolder = folder.Path);
        await first.StartAsync();
        using var second = Build(o => o.DataFolder = folder.Path);
        var error = await Assert.ThrowsAsync<StorageStartupException>(() => second.StartAsync());

        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
        await first.StopAsync();
    }

    [Fact]
    public async Task In_memory_a_medium_that_the_test_registers_outlives_the_host()
    {
        var medium = new InMemoryMedium();
        for (var start = 0; start < 2; start++)
        {
            using var host = Build(o => o.Storage = StorageKind.Memory, services => services.AddSingleton(medium));
            await host.StartAsync();
            Assert.IsType<InMemoryGrainStorage>(host.Services.GetRequiredKeyedService<IGrainStorage>("default"));
            await host.Services.GetRequiredService<IJournalStore>().Append("s", start, "x");
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task Everything_wrong_in_the_options_is_told_at_once_before_anything_starts()
    {
        using var host = Build(o =>
        {
            o.DataFolder = " ";
            o.ReadConnections = 0;
            o.ResponseTimeout = TimeSpan.Zero;
            o.GroupCommit.MaxOps = 0;
            o.GroupCommit.QueueLength = -1;
        });
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(5, error.Failures.Count());
        Assert.All(error.Failures, f => Assert.StartsWith("Silo:", f, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_come_from_the_configuration_section_and_then_from_code()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Silo:Storage"] = "Memory";
        builder.Configuration["Silo:GroupCommit:MaxOps"] = "7";
        builder.Configuration["Silo:ReadConnections"] = "9";
        builder.AddSchedulerSilo(o => o.ReadConnections = 2);
        using var host = builder.Build();
        var options = host.Services.GetRequiredService<IOptions<SiloOptions>>().Value;

        Assert.Equal(StorageKind.Memory, options.Storage);
        Assert.Equal(7, options.GroupCommit.MaxOps);
        Assert.Equal(2, options.ReadConnections);
    }

    [Fact]
    public void Grain_options_come_from_their_sections_and_keep_their_defaults_otherwise()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Pools:RoundSize"] = "7";
        builder.Configuration["Pools:Limits:MaxPlacing"] = "9";
        builder.Configuration["Racks:MaxLease"] = "00:01:00";
        builder.Configuration["Quotas:RetryPeriod"] = "00:00:01";
        builder.Configuration["Nodes:EvictionsAtOnce"] = "3";
        builder.AddSchedulerSilo(o => o.Storage = StorageKind.Memory);
        using var host = builder.Build();
        var pools = host.Services.GetRequiredService<IOptions<PoolOptions>>().Value;

        Assert.Equal((7, 4, 9, 1_000_000), (pools.RoundSize, pools.MaxRounds, pools.Limits.MaxPlacing, pools.Limits.MaxPendingJobs));
        Assert.Equal(TimeSpan.FromMinutes(1), host.Services.GetRequiredService<IOptions<RackOptions>>().Value.MaxLease);
        Assert.Equal(TimeSpan.FromSeconds(1), host.Services.GetRequiredService<IOptions<QuotaOptions>>().Value.RetryPeriod);
        Assert.Equal((3, 512), host.Services.GetRequiredService<IOptions<NodeOptions>>().Value is var nodes ? (nodes.EvictionsAtOnce, nodes.MaxReasonLength) : default);
    }

    [Fact]
    public async Task Everything_wrong_with_a_grain_section_is_told_at_once()
    {
        using var host = Build(o => o.Storage = StorageKind.Memory, services => services.Configure<PoolOptions>(o =>
        {
            (o.RoundSize, o.MaxRounds, o.StepTries, o.FeedLength, o.AttachConcurrency) = (0, 0, 0, 0, 0);
            (o.HoldLease, o.RetryPeriod, o.Limits, o.PlacementPolicy) = (TimeSpan.Zero, TimeSpan.Zero, null!, "NoSuch");
        }));
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(9, error.Failures.Count());
        Assert.Contains("Pools:PlacementPolicy is 'NoSuch'; it is one of ByLevel, BestFit, DotProd, FGD, Foresight, GpuClustering, GpuPacking.", error.Failures);
        Assert.All(error.Failures, f => Assert.StartsWith("Pools:", f, StringComparison.Ordinal));
    }

    private static IHost Build(Action<SiloOptions> configure, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        services?.Invoke(builder.Services);
        builder.AddSchedulerSilo(configure);
        return builder.Build();
    }
}
