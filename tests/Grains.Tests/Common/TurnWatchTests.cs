namespace Grains.Tests.Common;

public sealed class TurnWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly SetTime _time = new();

    [Fact]
    public async Task A_turn_that_does_not_end_is_told_of_until_it_does()
    {
        var watch = new TurnWatch(_time);
        await Turn(() => watch.Watch("pool p"));
        Assert.Null(watch.Stuck(Patience));
        await Turn(() => true);

        using var gate = new ManualResetEventSlim();
        var stuck = Turn(() => gate.Wait(Timeout.Infinite));
        Assert.Null(watch.Stuck(Patience));
        _time.Passed = TimeSpan.FromSeconds(9);
        Assert.Null(watch.Stuck(Patience));
        _time.Passed = TimeSpan.FromSeconds(10);
        Assert.Equal("pool p has not ended its turn for 10 s", watch.Stuck(Patience));

        gate.Set();
        await stuck;
        await Turn(() => true);
        Assert.Null(watch.Stuck(Patience));
    }

    [Fact]
    public async Task An_activation_that_has_ended_is_not_waited_for()
    {
        var watch = new TurnWatch(_time);
        var watched = await Turn(() => watch.Watch("pool p"));
        using var gate = new ManualResetEventSlim();
        var stuck = Turn(() => gate.Wait(Timeout.Infinite));
        Assert.Null(watch.Stuck(Patience));
        watched.Dispose();
        _time.Passed = TimeSpan.FromMinutes(1);
        Assert.Null(watch.Stuck(Patience));
        gate.Set();
        await stuck;
    }

    private Task<T> Turn<T>(Func<T> turn) => Task.Factory.StartNew(turn, CancellationToken.None, TaskCreationOptions.None, _turns);

    private sealed class SetTime : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => TimeSpan.TicksPerDay + Passed.Ticks;
    }
}
