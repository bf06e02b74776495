using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>
/// Which pools were refused at which levels, to be told when room appears there. Bounded, and not stored: a pool of which it is not
/// known where it waits is told of everything once.
/// </summary>
public sealed class QuotaWaiters
{
    /// <summary>Levels remembered per pool; one that waits at more is told of everything.</summary>
    public const int MaxPathsPerPool = 256;

    private readonly SortedDictionary<string, HashSet<QuotaPath>?> _pools = new(StringComparer.Ordinal);

    /// <summary>This pool may wait anywhere.</summary>
    public void AddEverywhere(PoolId pool) => _pools[pool.Value] = null;

    /// <summary>This pool was refused at this level.</summary>
    public void Add(PoolId pool, QuotaPath path)
    {
        if (!_pools.TryGetValue(pool.Value, out var paths))
            _pools.Add(pool.Value, paths = []);
        if (paths is not null && paths.Add(path) && paths.Count > MaxPathsPerPool)
            _pools[pool.Value] = null;
    }

    /// <summary>
    /// Room appeared at these levels: the pools that wait there, each with its levels among them, in name order. They are forgotten, for
    /// they will ask again.
    /// </summary>
    public IReadOnlyList<(PoolId Pool, IReadOnlyList<QuotaPath> Paths)> Take(IReadOnlyCollection<QuotaPath> freed)
    {
        List<(PoolId, IReadOnlyList<QuotaPath>)> told = [];
        foreach (var (pool, waiting) in _pools)
        {
            var paths = freed.Where(p => waiting is null || waiting.Contains(p)).OrderBy(p => p.Value, StringComparer.Ordinal).ToList();
            if (paths.Count > 0)
                told.Add((new PoolId(pool), paths));
        }

        foreach (var (pool, paths) in told)
        {
            if (_pools[pool.Value] is not { } waiting || waiting.Count == paths.Count)
                _pools.Remove(pool.Value);
            else
                waiting.ExceptWith(paths);
        }

        return told;
    }
}
