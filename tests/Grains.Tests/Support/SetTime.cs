namespace Grains.Tests.Support;

/// <summary>Time that passes when a test says so; the time of day can be set apart from it.</summary>
internal sealed class SetTime : TimeProvider
{
    private TimeSpan _passed;

    public DateTimeOffset Wall { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time) => (_passed, Wall) = (_passed + time, Wall + time);

    public override DateTimeOffset GetUtcNow() => Wall;

    public override long GetTimestamp() => _passed.Ticks;
}
