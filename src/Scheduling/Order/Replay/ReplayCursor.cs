namespace Scheduling.Order.Replay;

/// <summary>Walks a queue in order among the sizes that still fit a shrinking number of GPUs.</summary>
internal sealed class ReplayCursor : IDisposable
{
    private readonly List<SortedSet<ReplayAttempt>.Enumerator> _open = [];
    private int _at = -1;

    public ReplayCursor(ReplayQueue queue)
    {
        foreach (var group in queue.Groups)
        {
            if (group.Waiting.Count == 0)
                continue;
            var walk = group.Waiting.GetEnumerator();
            walk.MoveNext();
            _open.Add(walk);
        }
    }

    /// <summary>The next in order; null at the end.</summary>
    public ReplayAttempt? Current => _at < 0 ? null : _open[_at].Current;

    /// <summary>Leaves out sizes above this.</summary>
    public void Narrow(int gpus)
    {
        _at = -1;
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].Current.Gpus > gpus)
            {
                _open[i].Dispose();
                _open.RemoveAt(i);
            }
        }

        for (var i = 0; i < _open.Count; i++)
        {
            if (_at < 0 || _open[i].Current.Key < _open[_at].Current.Key)
                _at = i;
        }
    }

    public void Advance(int gpus)
    {
        var walk = _open[_at];
        if (walk.MoveNext())
        {
            _open[_at] = walk;
        }
        else
        {
            walk.Dispose();
            _open.RemoveAt(_at);
        }

        Narrow(gpus);
    }

    public void Dispose()
    {
        foreach (var walk in _open)
            walk.Dispose();
    }
}
