using Gateway.Backends;
using Gateway.Hollow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Gateway.Tests.Hollow;

public sealed class HollowOptionsTests
{
    [Fact]
    public void The_defaults_need_only_an_inventory()
    {
        var validator = new HollowOptionsValidator();
        Assert.True(validator.Validate(null, new HollowOptions { Inventory = "nodes.csv" }).Succeeded);
        Assert.True(validator.Validate(null, new HollowOptions { Inventory = "synthetic:10x8:A100" }).Succeeded);
        Assert.Contains("Inventory is not set", validator.Validate(null, new HollowOptions()).FailureMessage!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synthetic:")]
    [InlineData("synthetic:0x8")]
    [InlineData("synthetic:-1x8")]
    [InlineData("synthetic:10x65")]
    [InlineData("synthetic:10")]
    [InlineData("synthetic:10x8:T 4")]
    [InlineData("synthetic:10x8:T4:x")]
    [InlineData("synthetic:10x8:rack=0")]
    [InlineData("synthetic:10x8:rack=65")]
    [InlineData("synthetic:10x8:wheels=4")]
    [InlineData("synthetic:99999999999x8")]
    public void A_synthetic_inventory_that_makes_no_sense_is_refused(string inventory) =>
        Assert.Contains(
            "write synthetic:NODESxGPUS",
            new HollowOptionsValidator().Validate(null, new HollowOptions { Inventory = inventory }).FailureMessage!,
            StringComparison.Ordinal);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var wrong = new HollowOptions
        {
            Pool = "Open B", TimeScale = double.NaN, FailureProbability = 1.5, StopDelay = TimeSpan.FromSeconds(-1),
            Reconcile = new ReconcileOptions { WatchWait = TimeSpan.FromSeconds(11), OfferConcurrency = 0 },
        };
        var failures = new HollowOptionsValidator().Validate(null, wrong).Failures!.ToList();
        Assert.Equal(7, failures.Count);
        Assert.All(failures, f => Assert.StartsWith("Hollow: ", f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_call_adds_what_makes_jobs_run_on_hollow_nodes()
    {
        var services = new ServiceCollection();
        var nodes = new FakeNodes();
        var feed = new FakeFeed();
        services.AddLogging();
        services.AddSingleton<INodeSink>(nodes);
        services.AddSingleton<IAssignmentFeed>(feed);
        services.AddHollowBackend(o => o.Inventory = "synthetic:40x8");
        await using var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().ToList();
        Assert.Equal(2, hosted.Count);
        feed.Set(Make.Assignment("a", runFor: TimeSpan.FromTicks(1)));
        foreach (var service in hosted)
        {
            await service.StartAsync(CancellationToken.None);
        }

        await feed.Next((_, r) => r is { AllSucceeded: true, Gone: true });
        foreach (var service in hosted)
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    [Fact]
    public void Wrong_options_stop_the_start()
    {
        var services = new ServiceCollection();
        services.AddHollowBackend(o => o.TimeScale = 0);
        using var provider = services.BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<HollowOptions>>().Value);
    }
}
