using System.Collections.Concurrent;
using Gateway.Hosting;
using Grains.Pools;
using Grains.Storage;
using Scheduling.Model;

namespace Gateway.Calls;

/// <summary>
/// Keeps a tenant from submitting without end: asks the pool how many wait there at most once a second, and the index how many there are in all,
/// with those that wait outside of the queue for a time or for other jobs, now and then; and counts what was let in since. The pool
/// enforces its own limit; these turn a flood away before it costs a write.
/// </summary>
public sealed class PendingLimit(IGrainFactory grains, GrainCalls calls, IJobIndex index, GatewayOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(1);

    /// <summary>Counting all jobs takes longer the more there are: it is done at most so often, and takes at most 2 % of the time.</summary>
    private static readonly TimeSpan s_liveAge = TimeSpan.FromSeconds(5);
    private const int LiveShare = 50;
    private const int MaxCounts = 10_000;

    private sealed class Count(int known, long at)
    {
        public readonly int Known = known;
        public readonly long At = at;
        public int Since;
    }

    private sealed record LiveCounts(IReadOnlyDictionary<TenantId, int> Known, long At, TimeSpan MaxAge)
    {
        public ConcurrentDictionary<TenantId, int> Since { get; } = new();
    }

    private readonly ConcurrentDictionary<(PoolId, TenantId), Count> _counts = new();
    private readonly SemaphoreSlim _counting = new(1);
    private volatile LiveCounts? _live;

    /// <summary>Null when one more may come in; otherwise what is full, for the user.</summary>
    public async ValueTask<string?> TryEnter(PoolId pool, TenantId tenant, CancellationToken cancellationToken)
    {
        if (!_counts.TryGetValue((pool, tenant), out var count) || time.GetElapsedTime(count.At) >= s_maxAge)
            count = await Refresh(pool, tenant, cancellationToken);
        if (count.Known + Interlocked.Increment(ref count.Since) > options.PendingJobsPerTenant)
            return $"{options.PendingJobsPerTenant} jobs of this tenant wait in pool {pool.Value} already.";
        var live = await Live(cancellationToken);
        return live.Known.GetValueOrDefault(tenant) + live.Since.AddOrUpdate(tenant, 1, static (_, since) => since + 1) > options.LiveJobsPerTenant
            ? $"{options.LiveJobsPerTenant} jobs of this tenant have not ended yet."
            : null;
    }

    public void Dispose() => _counting.Dispose();

    private async ValueTask<Count> Refresh(PoolId pool, TenantId tenant, CancellationToken cancellationToken)
    {
        if (_counts.Count >= MaxCounts)
            _counts.Clear();
        var at = time.GetTimestamp();
        var known = await calls.Repeat((grains, pool, tenant), static s => s.grains.GetGrain<IPoolGrain>(s.pool.Value).CountPending(s.tenant), cancellationToken);
        return _counts[(pool, tenant)] = new Count(known, at);
    }

    private async ValueTask<LiveCounts> Live(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
            return known;
        await _counting.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } counted)
                return counted;
            var at = time.GetTimestamp();
            var counts = await index.CountLive(cancellationToken);
            var maxAge = LiveShare * time.GetElapsedTime(at);
            return _live = new LiveCounts(counts, at, maxAge > s_liveAge ? maxAge : s_liveAge);
        }
        finally
        {
            _counting.Release();
        }
    }

    private LiveCounts? Fresh() => _live is { } live && time.GetElapsedTime(live.At) < live.MaxAge ? live : null;
}
