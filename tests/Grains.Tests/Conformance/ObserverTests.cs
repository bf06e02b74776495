using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>Grains calling back.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class ObserverTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task An_observer_is_told_in_order()
    {
        var watcher = new Watcher("observers-1");
        var reference = fixture.Grains.CreateObjectReference<IWatcher>(watcher);
        var watched = fixture.Grains.GetGrain<IWatched>("observers-1");
        await watched.Subscribe(reference);

        await watched.Tell("one");
        await watched.Tell("two");

        await Signals.Until(() => Signals.LogOf("observers-1").Length == 2);
        Assert.Equal(["one", "two"], Signals.LogOf("observers-1"));
        fixture.Grains.DeleteObjectReference<IWatcher>(reference);
        GC.KeepAlive(watcher);
    }

    [Fact]
    public async Task An_observer_may_answer()
    {
        var watcher = new Watcher("observers-2");
        var reference = fixture.Grains.CreateObjectReference<IWatcher>(watcher);

        Assert.Equal(0, await fixture.Grains.GetGrain<IWatched>("observers-2").Ask(reference));
        GC.KeepAlive(watcher);
    }

    [Fact]
    public async Task A_grain_may_observe()
    {
        await fixture.Grains.GetGrain<IWatchingGrain>("observers-3b").Watch("observers-3a");

        await fixture.Grains.GetGrain<IWatched>("observers-3a").Tell("hello");

        await Signals.Until(() => Signals.LogOf("observers-3b").Length == 1);
    }

    [Fact]
    public async Task An_object_that_is_no_reference_cannot_be_sent()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => fixture.Grains.GetGrain<IWatched>("observers-4").Subscribe(new Watcher("observers-4")));
    }
}
