namespace Scheduling.Pools;

/// <summary>
/// The order of attempts on one account: higher effective priority, then smaller key (what the order policy made of it), then earlier
/// first submit, then job id, so that no two attempts are equal.
/// </summary>
public sealed class QueueOrder : IComparer<PoolAttempt>
{
    public static QueueOrder Instance { get; } = new();

    public int Compare(PoolAttempt? x, PoolAttempt? y)
    {
        if (ReferenceEquals(x, y))
        {
            return 0;
        }

        var byPriority = y!.EffectivePriority.CompareTo(x!.EffectivePriority);
        if (byPriority != 0)
        {
            return byPriority;
        }

        var byKey = x.Key.CompareTo(y.Key);
        if (byKey != 0)
        {
            return byKey;
        }

        var byTime = x.SubmittedAt.CompareTo(y.SubmittedAt);
        return byTime != 0 ? byTime : x.Id.Job.CompareTo(y.Id.Job);
    }
}

/// <summary>
/// Attempts in <see cref="QueueOrder"/>. A sorted array with a moving head: arrivals mostly go to the end and departures
/// mostly leave from the front, both O(1) amortised; anything else is a binary search and a move of references.
/// </summary>
internal sealed class OrderedAttempts
{
    private readonly List<PoolAttempt> _items = [];
    private int _head;

    public int Count => _items.Count - _head;

    public PoolAttempt First => _items[_head];

    public IEnumerable<PoolAttempt> All => _items.Skip(_head);

    public void Add(PoolAttempt attempt)
    {
        if (Count == 0 || QueueOrder.Instance.Compare(_items[^1], attempt) < 0)
        {
            _items.Add(attempt);
            return;
        }

        _items.Insert(Find(attempt), attempt);
    }

    public void Remove(PoolAttempt attempt)
    {
        var at = Find(attempt);
        Invariant.Holds(at < _items.Count && ReferenceEquals(_items[at], attempt), "I4", $"{attempt.Id} is not in its queue");
        if (at != _head)
        {
            _items.RemoveAt(at);
            return;
        }

        _items[_head++] = null!;
        if (_head > 64 && _head * 2 > _items.Count)
        {
            _items.RemoveRange(0, _head);
            _head = 0;
        }
    }

    /// <summary>How many stand before <paramref name="attempt"/>, whether or not it is here itself.</summary>
    public int CountBefore(PoolAttempt attempt) => Find(attempt) - _head;

    private int Find(PoolAttempt attempt)
    {
        int low = _head, high = _items.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (QueueOrder.Instance.Compare(_items[middle], attempt) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
