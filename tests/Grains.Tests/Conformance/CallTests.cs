using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>Results, errors, timeouts, cancellation and the values that travel with a call.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class CallTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task An_exception_with_a_serializer_keeps_its_members()
    {
        var error = await Assert.ThrowsAsync<MarkedException>(() => Callee("calls-1").ThrowMarked("bad", 7));

        Assert.Equal(("bad", 7), (error.Message, error.Code));
    }

    [Fact]
    public async Task An_exception_without_one_arrives_too_within_a_silo()
    {
        var error = await Assert.ThrowsAsync<UnmarkedException>(() => Callee("calls-2").ThrowUnmarked("bad"));

        Assert.Equal("bad", error.Message);
    }

    [Fact]
    public async Task A_method_that_throws_before_it_is_asynchronous_fails_the_call_all_the_same()
    {
        var call = Callee("calls-3").ThrowAtOnce("bad");

        await Assert.ThrowsAsync<InvalidOperationException>(() => call);
    }

    [Fact]
    public async Task Value_tasks_and_many_arguments_work()
    {
        var callee = Callee("calls-4");

        Assert.Equal(5, await callee.Add(2, 3));
        await callee.Nothing();
        Assert.Equal(
            "1 b 3 4.5 True f 00000000-0000-0000-0000-000000000000 h 9",
            await callee.Many(1, "b", 3, 4.5, true, 'f', Guid.Empty, "h", 9));
    }

    [Fact]
    public async Task A_one_way_call_is_done_before_its_callee_and_its_error_is_lost()
    {
        var callee = Callee("calls-5");

        await callee.Forget("calls-5", fail: true);

        Signals.Set("calls-5:gate");
        await Signals.Wait("calls-5:done");
        Assert.Equal("still here", await callee.Echo("still here"));
    }

    [Fact]
    public async Task A_timeout_leaves_the_callee_running_and_the_next_call_waits_behind_it()
    {
        var callee = Callee("calls-6");
        var slow = callee.Slow("calls-6");
        await Signals.Wait("calls-6:entered");

        await Assert.ThrowsAsync<TimeoutException>(() => slow);

        var next = callee.Echo("next");
        Assert.False(next.IsCompleted);
        Signals.Set("calls-6:gate");
        await Signals.Wait("calls-6:done");
        Assert.Equal("next", await next);
    }

    [Fact]
    public async Task A_queued_call_times_out_too()
    {
        var callee = Callee("calls-7");
        var slow = callee.Slow("calls-7");
        await Signals.Wait("calls-7:entered");

        await Assert.ThrowsAsync<TimeoutException>(() => callee.QuickOnly());

        await Assert.ThrowsAsync<TimeoutException>(() => slow);
        Signals.Set("calls-7:gate");
    }

    [Fact]
    public async Task Cancelling_reaches_the_callee_and_ends_the_caller_s_wait()
    {
        using var source = new CancellationTokenSource();
        var call = Callee("calls-8").WaitCancelled("calls-8", source.Token);
        await Signals.Wait("calls-8:entered");

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Signals.Wait("calls-8:seen");
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_fails_as_cancelled()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Callee("calls-9").WaitCancelled("calls-9", source.Token));
    }

    [Fact]
    public async Task Values_travel_with_calls_and_not_back()
    {
        RequestContext.Set("colour", "red");
        try
        {
            Assert.Equal("red", await Callee("calls-10").Context("colour"));
            Assert.Equal("red", await Callee("calls-10").ContextOfNext("colour", "calls-10b"));
            Assert.Equal("blue", await Callee("calls-10").SetContext("colour", "blue"));
            Assert.Equal("red", RequestContext.Get("colour"));
        }
        finally
        {
            RequestContext.Clear();
        }

        Assert.Equal("none", await Callee("calls-10").Context("colour"));
    }

    private ICallee Callee(string key) => fixture.Grains.GetGrain<ICallee>(key);
}
