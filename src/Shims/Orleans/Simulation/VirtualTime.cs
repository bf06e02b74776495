namespace Orleans.Simulation;

/// <summary>The simulated clock. Stands still while a step runs; its timers are events of the simulation.</summary>
internal sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long Due, long Number)> _timers = new();
    private readonly long _start = start.UtcTicks;
    private long _now;
    private long _number;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Ticks since the start.</summary>
    public long Now => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => new(_start + Now, TimeSpan.Zero);

    public override long GetTimestamp() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void AdvanceTo(long ticks) => Volatile.Write(ref _now, Math.Max(Now, ticks));

    /// <summary>When the next timer is due, or long.MaxValue.</summary>
    public long NextDue()
    {
        lock (_gate)
        {
            while (_timers.TryPeek(out var entry, out var at))
            {
                if (entry.Timer.Version == entry.Version)
                {
                    return at.Due;
                }

                _timers.Dequeue();
            }

            return long.MaxValue;
        }
    }

    /// <summary>Fires the timer that is due first; those due together fire in the order they were set.</summary>
    public void FireNext()
    {
        VirtualTimer timer;
        lock (_gate)
        {
            timer = _timers.Dequeue().Timer;
        }

        timer.Fire();
    }

    private void Add(VirtualTimer timer, long version, long due)
    {
        lock (_gate)
        {
            _timers.Enqueue((timer, version), (due, _number++));
        }
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>Grows with every change: entries of an older one are void.</summary>
        public long Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time.Add(this, Version, time.Now + dueTime.Ticks);
            }

            return true;
        }

        public void Fire()
        {
            Version++;
            if (_period > TimeSpan.Zero)
            {
                time.Add(this, Version, time.Now + _period.Ticks);
            }

            callback(state);
        }

        public void Dispose() => Version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
