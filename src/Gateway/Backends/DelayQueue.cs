namespace Gateway.Backends;

/// <summary>
/// Hands keys over when they are due: one timer and one heap for all of them, so a hundred thousand waiting keys cost memory only.
/// A key has one due time; setting it again replaces it.
/// </summary>
internal sealed class DelayQueue<TKey> : IDisposable where TKey : notnull
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(30);

    private readonly TimeProvider _time;
    private readonly Action<TKey> _due;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, DateTimeOffset> _wanted = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _heap = new();
    private DateTimeOffset _armed = DateTimeOffset.MaxValue;

    /// <param name="time">The clock.</param>
    /// <param name="due">Called without a lock held, once for each key that is due; must be quick.</param>
    public DelayQueue(TimeProvider time, Action<TKey> due)
    {
        _time = time;
        _due = due;
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Entries kept, including those of keys that were set again.</summary>
    internal int HeapSize
    {
        get
        {
            lock (_lock)
            {
                return _heap.Count;
            }
        }
    }

    public void Set(TKey key, DateTimeOffset at)
    {
        lock (_lock)
        {
            _wanted[key] = at;
            _heap.Enqueue(key, at);
            DropStale();
            Arm();
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            _wanted.Remove(key);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        List<TKey> due = [];
        lock (_lock)
        {
            _armed = DateTimeOffset.MaxValue;
            var now = _time.GetUtcNow();
            while (_heap.TryPeek(out var key, out var at) && at <= now)
            {
                _heap.Dequeue();
                if (_wanted.TryGetValue(key, out var wanted) && wanted == at)
                {
                    _wanted.Remove(key);
                    due.Add(key);
                }
            }

            Arm();
        }

        foreach (var key in due)
        {
            _due(key);
        }
    }

    private void Arm()
    {
        if (_heap.TryPeek(out _, out var first) && first < _armed)
        {
            _armed = first;
            var wait = first - _time.GetUtcNow();

            // Timers take at most about 49 days; a far due time is simply looked at again on the way.
            _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait > MaxWait ? MaxWait : wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Keys that were set again leave old entries in the heap; once they are the larger part, the heap is built anew.</summary>
    private void DropStale()
    {
        if (_heap.Count > 1024 && _heap.Count > 2 * _wanted.Count)
        {
            _heap.Clear();
            _heap.EnqueueRange(_wanted.Select(w => (w.Key, w.Value)));
        }
    }
}
