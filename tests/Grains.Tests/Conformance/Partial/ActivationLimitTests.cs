using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Grains.Tests.Conformance.Partial;

/// <summary>An activation that takes too long, in a silo with little patience: the real one's limit is too long to wait for.</summary>
public sealed class ActivationLimitTests
{
    [Fact]
    public Task An_activation_that_never_ends_is_given_up() => GivesUp("deaf");

    [Fact]
    public Task An_activation_that_looks_at_its_token_learns_that_it_takes_too_long() => GivesUp("patient");

    [Fact]
    public Task What_an_activation_waits_for_at_its_first_stages_is_cancelled_too() => GivesUp("staged");

    [Fact]
    public async Task An_activation_that_is_up_in_time_stays()
    {
        using var host = await Start();
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISlowToStart>("quick");

        await grain.Touch();
    }

    private static async Task GivesUp(string key)
    {
        using var host = await Start();
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISlowToStart>(key);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(grain.Touch);
    }

    private static async Task<IHost> Start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleans(static silo =>
        {
            silo.UseLocalhostClustering();
            silo.Configure<GrainCollectionOptions>(o => o.ActivationTimeout = TimeSpan.FromMilliseconds(50));
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}

public interface ISlowToStart : IGrainWithStringKey
{
    Task Touch();
}

internal sealed class SlowToStartGrain : Grain, ISlowToStart, ILifecycleParticipant<IGrainLifecycle>, ILifecycleObserver
{
    public void Participate(IGrainLifecycle lifecycle) => lifecycle.Subscribe("slow", GrainLifecycleStage.SetupState, this);

    public Task OnStart(CancellationToken cancellationToken = default) =>
        this.GetPrimaryKeyString() == "staged" ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask;

    public Task OnStop(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetPrimaryKeyString() switch
    {
        "deaf" => new TaskCompletionSource().Task,
        "patient" => Task.Delay(Timeout.Infinite, cancellationToken),
        _ => Task.CompletedTask,
    };

    public Task Touch() => Task.CompletedTask;
}
