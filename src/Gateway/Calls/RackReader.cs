using System.Collections.Immutable;
using Grains.Pools;
using Grains.Racks;
using Scheduling.Model;

namespace Gateway.Calls;

/// <summary>Reads racks, one or many.</summary>
public sealed class RackReader(IGrainFactory grains, GrainCalls calls)
{
    /// <summary>Racks asked at once.</summary>
    private const int Concurrency = 64;

    /// <summary>Null when there is no such rack.</summary>
    public ValueTask<RackView?> Find(RackId rack, CancellationToken cancellationToken) =>
        calls.Repeat((grains, rack), static s => s.grains.GetGrain<IRackGrain>(s.rack.Value).GetView(), cancellationToken);

    /// <summary>The pool's racks in name order after <paramref name="after"/>, each as its own ledger has it now.</summary>
    public async ValueTask<ImmutableArray<RackView>> List(PoolId pool, string? after, int limit, CancellationToken cancellationToken)
    {
        var names = await calls.Repeat(
            (grains, pool, after, limit), static s => s.grains.GetGrain<IPoolGrain>(s.pool.Value).ListRacks(s.after, s.limit), cancellationToken);
        var views = ImmutableArray.CreateBuilder<RackView>(names.Length);
        foreach (var some in names.Chunk(Concurrency))
        {
            views.AddRange((await Task.WhenAll(some.Select(r => Find(r, cancellationToken).AsTask()))).OfType<RackView>());
        }

        return views.ToImmutable();
    }

    /// <summary>These racks; those that are no more are left out.</summary>
    public async ValueTask<Dictionary<RackId, RackView>> Views(IEnumerable<RackId> racks, CancellationToken cancellationToken)
    {
        var views = await Task.WhenAll(racks.Select(r => Find(r, cancellationToken).AsTask()));
        return views.OfType<RackView>().ToDictionary(v => v.Spec.Rack);
    }
}
