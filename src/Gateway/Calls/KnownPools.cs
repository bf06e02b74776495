using System.Collections.Immutable;
using Grains.Clusters;
using Scheduling.Model;

namespace Gateway.Calls;

/// <summary>Which pools and quota trees there are, at most a second old; an unknown name is looked up anew before it is refused.</summary>
public sealed class KnownPools(IGrainFactory grains, GrainCalls calls, TimeProvider time)
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_minAge = TimeSpan.FromMilliseconds(100);

    private sealed record Snapshot(DirectoryView View, long At);

    private Snapshot? _last;

    public async ValueTask<DirectoryView> Get(CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _last);
        return last is not null && time.GetElapsedTime(last.At) < s_maxAge ? last.View : await Refresh(cancellationToken);
    }

    public async ValueTask<bool> Exists(PoolId pool, CancellationToken cancellationToken)
    {
        var known = await Get(cancellationToken);
        if (known.Pools.Contains(pool))
            return true;
        var last = Volatile.Read(ref _last);
        if (last is not null && time.GetElapsedTime(last.At) < s_minAge)
            return false;
        return (await Refresh(cancellationToken)).Pools.Contains(pool);
    }

    private async ValueTask<DirectoryView> Refresh(CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var view = await calls.Repeat(grains, static g => g.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).GetView(), cancellationToken);
        Volatile.Write(ref _last, new Snapshot(view, at));
        return view;
    }

    /// <summary>For people.</summary>
    public static string Names(ImmutableArray<PoolId> pools) => string.Join(", ", pools.Take(50).Select(p => p.Value));
}
