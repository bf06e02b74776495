using System.Diagnostics;
using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>Timers of activations.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class TimerTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task Ticks_wait_while_a_call_awaits()
    {
        var timed = await Started("timers-1", t => t.Start(interleave: false, periodMs: 1));

        var held = timed.HoldAndCount();
        await Signals.Wait("timers-1:entered");
        // Time enough for many ticks: another grain's timer of the same period has run that often.
        var other = await Started("timers-1-clock", t => t.Start(interleave: true, periodMs: 1));
        await Ticks("timers-1-clock", 10);
        Signals.Set("timers-1:gate");

        Assert.Equal(0, await held);
        await timed.End();
        await other.End();
    }

    [Fact]
    public async Task Interleaving_ticks_run_while_a_call_awaits()
    {
        var timed = await Started("timers-2", t => t.Start(interleave: true, periodMs: 1));

        var held = timed.HoldAndCount();
        await Signals.Wait("timers-2:entered");
        await Ticks("timers-2", Signals.LogOf("timers-2:ticks").Length + 3);
        Signals.Set("timers-2:gate");

        Assert.InRange(await held, 1, int.MaxValue);
        await timed.End();
    }

    [Fact]
    public async Task The_period_counts_from_the_end_of_a_tick_and_ticks_never_overlap()
    {
        var timed = fixture.Grains.GetGrain<ITimed>("timers-3");
        await timed.StartSlow(tickMs: 20, periodMs: 30);
        while (await timed.Ticks() is >= 0 and < 3)
        {
            await Task.Yield();
        }

        var times = await timed.Times();
        await timed.End();

        Assert.True(await timed.Ticks() >= 0);
        Assert.All(times.Zip(times.Skip(1)), pair =>
            Assert.True(Stopwatch.GetElapsedTime(pair.First.End, pair.Second.Start) >= TimeSpan.FromMilliseconds(25)));
    }

    [Fact]
    public async Task A_failing_tick_does_not_stop_the_timer()
    {
        var timed = await Started("timers-4", t => t.StartFailing());

        await Ticks("timers-4", 3);
        await timed.End();
    }

    [Fact]
    public async Task An_infinite_period_ticks_once()
    {
        await Started("timers-5", t => t.StartOnce());
        await Ticks("timers-5", 1);

        var clock = await Started("timers-5-clock", t => t.Start(interleave: true, periodMs: 1));
        await Ticks("timers-5-clock", 10);

        Assert.Single(Signals.LogOf("timers-5:ticks"));
        await clock.End();
    }

    [Fact]
    public async Task A_timer_may_end_itself_in_its_tick()
    {
        await Started("timers-6", t => t.StartStopping());
        await Ticks("timers-6", 1);

        var clock = await Started("timers-6-clock", t => t.Start(interleave: true, periodMs: 1));
        await Ticks("timers-6-clock", 10);

        Assert.Single(Signals.LogOf("timers-6:ticks"));
        await clock.End();
    }

    [Fact]
    public async Task A_timer_may_be_changed()
    {
        await Started("timers-7", t => t.StartChanging());

        await Ticks("timers-7", 1);
    }

    [Fact]
    public async Task Timers_end_with_their_activation()
    {
        var timed = await Started("timers-8", t => t.Start(interleave: true, periodMs: 1));
        await Ticks("timers-8", 3);

        await timed.End();
        // The next life has none.
        var ticks = await timed.Ticks();
        var clock = await Started("timers-8-clock", t => t.Start(interleave: true, periodMs: 1));
        await Ticks("timers-8-clock", 10);

        Assert.Equal(0, ticks);
        Assert.Equal(0, await timed.Ticks());
        await clock.End();
    }

    private static Task Ticks(string key, int count) => Signals.Until(() => Signals.LogOf(key + ":ticks").Length >= count);

    private async Task<ITimed> Started(string key, Func<ITimed, Task> start)
    {
        var timed = fixture.Grains.GetGrain<ITimed>(key);
        await start(timed);
        return timed;
    }
}
