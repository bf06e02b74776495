using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>One call at a time, in the grain's own turns.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class TurnTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task Concurrent_calls_that_read_await_and_write_lose_nothing()
    {
        var counter = fixture.Grains.GetGrain<ICounter>("turns-1");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => counter.Bump()));

        Assert.Equal(20, await counter.Value());
    }

    [Fact]
    public async Task Awaits_come_back_to_the_grain_and_Task_Run_leaves_it()
    {
        Assert.Equal("True True True", await fixture.Grains.GetGrain<ICounter>("turns-2").WhereAmI());
    }

    [Fact]
    public async Task Calls_of_one_caller_arrive_in_the_order_they_were_made()
    {
        var counter = fixture.Grains.GetGrain<ICounter>("turns-3");
        // Not while it is being activated: Orleans lets first messages overtake each other then.
        await counter.Peek();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(counter.Append));

        Assert.Equal(Enumerable.Range(0, 500), await counter.Appended());
    }

    [Fact]
    public async Task A_waiting_call_keeps_later_ones_out_until_it_ends()
    {
        var counter = fixture.Grains.GetGrain<ICounter>("turns-4");
        var held = counter.Hold();
        await Signals.Wait("turns-4:entered");

        var later = counter.Bump();
        // One that may interleave, sent after it, is answered before it.
        Assert.Equal("peeked", await counter.Peek());
        Assert.False(later.IsCompleted);

        Signals.Set("turns-4:gate");
        await Task.WhenAll(held, later);
        Assert.Equal(1, await counter.Value());
    }

    [Fact]
    public async Task Two_grains_run_at_the_same_time()
    {
        var one = fixture.Grains.GetGrain<ICounter>("turns-5a").Hold();
        var two = fixture.Grains.GetGrain<ICounter>("turns-5b").Hold();

        await Signals.Wait("turns-5a:entered");
        await Signals.Wait("turns-5b:entered");

        Signals.Set("turns-5a:gate");
        Signals.Set("turns-5b:gate");
        await Task.WhenAll(one, two);
    }

    [Fact]
    public async Task A_stateless_worker_has_several_activations_up_to_its_limit()
    {
        var worker = fixture.Grains.GetGrain<IWorker>(1);

        var calls = Enumerable.Range(0, 3).Select(_ => worker.Hold("turns-6")).ToArray();
        await Signals.Until(() => Signals.LogOf("turns-6").Length == 2);
        Signals.Set("turns-6");
        var lives = await Task.WhenAll(calls);

        Assert.Equal(2, lives.Distinct().Count());
    }

    [Fact]
    public async Task A_full_queue_refuses_the_next_call()
    {
        var counter = fixture.Grains.GetGrain<ICounter>("turns-7");
        var held = counter.Hold();
        await Signals.Wait("turns-7:entered");

        var calls = Enumerable.Range(0, ConformanceSilo.MaxQueued + 10).Select(_ => counter.Bump()).ToArray();
        var refused = await Task.WhenAny(calls);

        Assert.NotNull(refused.Exception);
        Signals.Set("turns-7:gate");
        await held;
        await Task.WhenAll(calls).ContinueWith(static _ => { }, TaskScheduler.Default);
        Assert.InRange(calls.Count(c => c.IsFaulted), 1, 11);
    }
}
