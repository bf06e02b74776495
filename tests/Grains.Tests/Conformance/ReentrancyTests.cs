using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>Which call may run beside which.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class ReentrancyTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task A_reentrant_grain_loses_updates_across_an_await()
    {
        var counter = fixture.Grains.GetGrain<IReentrantCounter>("reentrant-1");
        var held = counter.Hold();
        await Signals.Wait("reentrant-1:entered");

        // All of them are let in while one is held.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => counter.Bump()));

        Assert.InRange(await counter.Value(), 1, 19);
        Signals.Set("reentrant-1:gate");
        await held;
    }

    [Fact]
    public async Task Read_only_calls_run_beside_each_other()
    {
        var counter = fixture.Grains.GetGrain<ICounter>("reentrant-2");

        var one = counter.ReadAndHold("one");
        var two = counter.ReadAndHold("two");
        await Signals.Wait("reentrant-2:one");
        await Signals.Wait("reentrant-2:two");

        Signals.Set("reentrant-2:gate");
        await Task.WhenAll(one, two);
    }

    [Fact]
    public async Task A_writing_call_waits_for_a_read_only_one()
    {
        var counter = fixture.Grains.GetGrain<ICounter>("reentrant-3");
        var read = counter.ReadAndHold("one");
        await Signals.Wait("reentrant-3:one");

        var write = counter.Bump();
        await counter.Peek();
        Assert.False(write.IsCompleted);

        Signals.Set("reentrant-3:gate");
        await Task.WhenAll(read, write);
    }

    [Fact]
    public async Task The_class_s_own_predicate_lets_calls_in_by_their_arguments()
    {
        var choosy = fixture.Grains.GetGrain<IChoosy>("reentrant-4");
        var held = choosy.Hold();
        await Signals.Wait("reentrant-4:entered");

        var later = choosy.Say("later");
        Assert.Equal("now", await choosy.Say("now"));
        Assert.False(later.IsCompleted);

        Signals.Set("reentrant-4:gate");
        await held;
        Assert.Equal("later", await later);
    }

    [Fact]
    public async Task A_call_that_comes_back_to_its_waiting_caller_ends_in_a_timeout()
    {
        var chain = fixture.Grains.GetGrain<IChain>("reentrant-5a");

        await Assert.ThrowsAsync<TimeoutException>(() => chain.GoRound("reentrant-5b", allow: false));
    }

    [Fact]
    public async Task An_open_section_lets_the_call_chain_come_back()
    {
        var chain = fixture.Grains.GetGrain<IChain>("reentrant-6a");

        Assert.Equal("touched", await chain.GoRound("reentrant-6b", allow: true));
    }
}
