using System.Diagnostics;

namespace Gateway.Tests.Hollow;

/// <summary>A clock that stands still until it is told to go on; timers fire inside <see cref="Advance"/>, in order of their due times.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that will fire.</summary>
    public int Armed
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        DateTimeOffset until;
        lock (_lock)
        {
            until = _now + by;
        }

        while (TakeDue(until) is { } timer)
        {
            timer.Callback();
        }
    }

    /// <summary>
    /// Goes on step by step until <paramref name="awaited"/> is done. How many steps that takes depends on the machine, so a test may
    /// say how much time has passed at least, never at most.
    /// </summary>
    public async Task AdvanceUntil(Task awaited, TimeSpan step)
    {
        var limit = Stopwatch.StartNew();
        while (!awaited.IsCompleted && limit.Elapsed < TimeSpan.FromSeconds(60))
        {
            Advance(step);
            await Task.Yield();
        }

        await awaited.WaitAsync(TimeSpan.Zero);
    }

    private ManualTimer? TakeDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= until).MinBy(t => t.Due);
            if (next is null)
            {
                _now = until;
                return null;
            }

            _now = next.Due > _now ? next.Due : _now;
            next.Next();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, Action callback) : ITimer
    {
        private TimeSpan _period;

        public Action Callback => callback;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime == TimeSpan.Zero)
                {
                    // Due at once: as with a real timer, on another thread and without anybody advancing the clock.
                    ThreadPool.QueueUserWorkItem(_ => Callback());
                }
                else if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._now + dueTime;
                    time._timers.Add(this);
                }

                return true;
            }
        }

        public void Next()
        {
            if (_period > TimeSpan.Zero)
            {
                Due += _period;
            }
            else
            {
                time._timers.Remove(this);
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
