namespace Scheduling.Pools;

/// <summary>
/// Attempts that have something on racks, by plan: the same order whatever happened before. All of them are gone through at every look for promises, so
/// they lie beside each other; plans grow, so a new one comes last or nearly so.
/// </summary>
internal sealed class ActiveAttempts
{
    /// <summary>An attempt that belongs further from the end than this comes with many of its like: a pool is read back, and put in order once.</summary>
    private const int MostMoved = 4096;

    private readonly List<PoolAttempt> _attempts = [];
    private bool _isSorted = true;

    /// <summary>All of them, in order. Not to be changed.</summary>
    public List<PoolAttempt> InOrder
    {
        get
        {
            if (!_isSorted)
            {
                _attempts.Sort(static (x, y) => x.Plan.CompareTo(y.Plan));
                _isSorted = true;
            }

            return _attempts;
        }
    }

    public void Add(PoolAttempt attempt)
    {
        var at = !_isSorted || _attempts.Count == 0 || attempt.Plan > _attempts[^1].Plan ? _attempts.Count : PlaceOf(attempt);
        if (_attempts.Count - at > MostMoved)
        {
            (at, _isSorted) = (_attempts.Count, false);
        }

        _attempts.Insert(at, attempt);
    }

    /// <summary>Whoever is not here is ignored.</summary>
    public void Remove(PoolAttempt attempt)
    {
        var attempts = InOrder;
        var at = PlaceOf(attempt);
        if (at < attempts.Count && ReferenceEquals(attempts[at], attempt))
        {
            attempts.RemoveAt(at);
        }
    }

    /// <summary>The first that is not before it.</summary>
    private int PlaceOf(PoolAttempt attempt)
    {
        int low = 0, high = _attempts.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_attempts[middle].Plan < attempt.Plan)
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
