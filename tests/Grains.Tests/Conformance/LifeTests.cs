using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>How activations begin and end.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class LifeTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task Deactivation_lets_the_present_call_end_and_gives_queued_ones_to_a_new_life()
    {
        var lived = fixture.Grains.GetGrain<ILived>("life-1");
        var first = lived.EndAndHold();
        await Signals.Wait("life-1:entered");
        var second = lived.Life();

        Signals.Set("life-1:gate");

        Assert.NotEqual(await first, await second);
        Assert.Equal(["activated", "held call ends", "deactivated ApplicationRequested", "activated"], Signals.LogOf("life-1"));
    }

    [Fact]
    public async Task A_failed_activation_answers_with_its_error_and_the_next_call_tries_again()
    {
        var fragile = fixture.Grains.GetGrain<IFragile>("life-2");

        await Assert.ThrowsAsync<InvalidDataException>(() => fragile.Attempts());
        await Assert.ThrowsAsync<InvalidDataException>(() => fragile.Attempts());

        Assert.Equal(3, await fragile.Attempts());
    }

    [Fact]
    public async Task A_constructor_that_fails_answers_with_its_error()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => fixture.Grains.GetGrain<IBrokenConstructor>("life-3").Touch());

        Assert.Contains("cannot be made", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructors_get_services()
    {
        Assert.Equal("hello 42 True", await fixture.Grains.GetGrain<IGreeter>(42).Greet());
    }

    [Fact]
    public async Task A_grain_s_id_is_its_type_s_name_and_its_key()
    {
        var grain = fixture.Grains.GetGrain<ILived>("a/b key");

        Assert.Equal("a/b key lived/a/b key lived lived/a/b key lived/a/b key", await grain.Keys());
        Assert.Equal("lived/a/b key", grain.GetGrainId().ToString());
        Assert.Equal("conformance.counter/x", fixture.Grains.GetGrain<ICounter>("x").GetGrainId().ToString());
        Assert.Equal("greeter/2A", fixture.Grains.GetGrain<IGreeter>(42).GetGrainId().ToString());
        Assert.Equal(42, fixture.Grains.GetGrain<IGreeter>(42).GetPrimaryKeyLong());
        Assert.Equal(-1, fixture.Grains.GetGrain<IGreeter>(-1).GetPrimaryKeyLong());
    }

    [Fact]
    public void References_to_one_grain_are_equal()
    {
        Assert.Equal(fixture.Grains.GetGrain<ILived>("same"), fixture.Grains.GetGrain<ILived>("same"));
        Assert.NotEqual(fixture.Grains.GetGrain<ILived>("same"), fixture.Grains.GetGrain<ILived>("other"));
    }

    [Fact]
    public async Task Collection_ends_idle_activations_and_spares_busy_ones()
    {
        var idle = fixture.Grains.GetGrain<ILived>("life-4-idle");
        var busy = fixture.Grains.GetGrain<ILived>("life-4-busy");
        var before = await idle.Life();
        var held = busy.HoldLife();
        await Signals.Wait("life-4-busy:entered");

        await fixture.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

        await Signals.Until(() => Signals.LogOf("life-4-idle").Contains("deactivated ActivationIdle"));
        Assert.NotEqual(before, await idle.Life());
        Signals.Set("life-4-busy:gate");
        Assert.Equal(await held, await busy.Life());
    }

    [Fact]
    public async Task A_deactivation_asked_for_by_an_interleaving_call_waits_for_what_runs()
    {
        var lived = fixture.Grains.GetGrain<ILived>("life-5");
        var held = lived.HoldLife();
        await Signals.Wait("life-5:entered");

        await lived.EndNow();
        var next = lived.Life();
        Signals.Set("life-5:gate");

        Assert.NotEqual(await held, await next);
        Assert.Equal(["activated", "held call ends", "deactivated ApplicationRequested", "activated"], Signals.LogOf("life-5"));
    }

    [Fact]
    public async Task Stopping_the_host_deactivates_every_grain()
    {
        await using var host = new ConformanceHost();
        await host.StartAsync();
        await host.Grains.GetGrain<ILived>("life-6").Life();

        await host.StopAsync();

        Assert.Equal(["activated", "deactivated ShuttingDown"], Signals.LogOf("life-6"));
    }
}
