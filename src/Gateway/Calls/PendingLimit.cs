using System.Collections.Concurrent;
using Gateway.Hosting;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Calls;

/// <summary>
/// Keeps a tenant from queueing without end: asks the pool at most once a second and counts what was let in since. The pool
/// enforces its own limit; this one turns a flood away before it costs a write.
/// </summary>
public sealed class PendingLimit(IGrainFactory grains, GrainCalls calls, GatewayOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(1);
    private const int MaxCounts = 10_000;

    private sealed class Count(int known, long at)
    {
        public readonly int Known = known;
        public readonly long At = at;
        public int Since;
    }

    private readonly ConcurrentDictionary<(PoolId, TenantId), Count> _counts = new();

    /// <summary>False when as many wait as may.</summary>
    public async ValueTask<bool> TryEnter(PoolId pool, TenantId tenant, CancellationToken cancellationToken)
    {
        if (!_counts.TryGetValue((pool, tenant), out var count) || time.GetElapsedTime(count.At) >= s_maxAge)
            count = await Refresh(pool, tenant, cancellationToken);
        return count.Known + Interlocked.Increment(ref count.Since) <= options.PendingJobsPerTenant;
    }

    private async ValueTask<Count> Refresh(PoolId pool, TenantId tenant, CancellationToken cancellationToken)
    {
        if (_counts.Count >= MaxCounts)
            _counts.Clear();
        var at = time.GetTimestamp();
        var known = await calls.Repeat((grains, pool, tenant), static s => s.grains.GetGrain<IPoolGrain>(s.pool.Value).CountPending(s.tenant), cancellationToken);
        return _counts[(pool, tenant)] = new Count(known, at);
    }
}
