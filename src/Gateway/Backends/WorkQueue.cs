using System.Threading.Channels;

namespace Gateway.Backends;

/// <summary>
/// A queue of keys in which each stands at most once and is never worked on twice at the same time: a key added while it is being
/// worked on comes back when that is done. Bounded by the number of live keys.
/// </summary>
internal sealed class WorkQueue<TKey> where TKey : notnull
{
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly Lock _lock = new();
    private readonly HashSet<TKey> _waiting = [];
    private readonly HashSet<TKey> _working = [];

    /// <summary>Keys that wait to be taken.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_waiting.Add(key) && !_working.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>The next key; the taker calls <see cref="Done"/> with it, whatever happened.</summary>
    public async ValueTask<TKey> Take(CancellationToken cancellationToken)
    {
        var key = await _ready.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            _waiting.Remove(key);
            _working.Add(key);
        }

        return key;
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            _working.Remove(key);
            if (_waiting.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }
}
