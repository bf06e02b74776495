using Silo.Hosting;

namespace Silo.Tests.Hosting;

public sealed class SteadyTimeTests
{
    private readonly SetTime _system = new();

    [Fact]
    public void An_hour_that_the_clock_jumps_ahead_and_back_is_not_told()
    {
        var time = new SteadyTime(_system);
        var start = time.GetUtcNow();
        (_system.Wall, _system.Passed) = (_system.Wall.AddHours(1).AddSeconds(5), TimeSpan.FromSeconds(5));
        Assert.Equal(start.AddSeconds(5), time.GetUtcNow());
        (_system.Wall, _system.Passed) = (_system.Wall.AddHours(-1).AddSeconds(5), TimeSpan.FromSeconds(10));
        Assert.Equal(start.AddSeconds(10), time.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(10), time.GetElapsedTime(0));
    }

    [Fact]
    public void A_clock_that_is_put_back_stops_nothing()
    {
        var time = new SteadyTime(_system);
        var start = time.GetUtcNow();
        (_system.Wall, _system.Passed) = (_system.Wall.AddHours(-1), TimeSpan.FromMinutes(2));
        Assert.Equal(start.AddMinutes(1), time.GetUtcNow());
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
