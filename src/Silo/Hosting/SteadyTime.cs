using Scheduling;

namespace Silo.Hosting;

/// <summary>This process's time of day, which neither goes back nor stands still when somebody sets the clock: see <see cref="SteadyClock"/>. Timers and elapsed times are the system's.</summary>
public sealed class SteadyTime : TimeProvider
{
    private readonly TimeProvider _inner;
    private readonly SteadyClock _clock;
    private readonly Lock _lock = new();
    private long _toldAt;

    public SteadyTime(TimeProvider inner)
    {
        _inner = inner;
        _toldAt = inner.GetTimestamp();
        _clock = new SteadyClock(inner.GetUtcNow());
    }

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => _inner.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var at = _inner.GetTimestamp();
            var passed = _inner.GetElapsedTime(_toldAt, at);
            _toldAt = at;
            return _clock.Tell(_inner.GetUtcNow(), passed);
        }
    }

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);
}
