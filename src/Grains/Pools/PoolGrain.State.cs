using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <content>The whole state, for those who compute with it elsewhere: taken in one turn, handed out in pages.</content>
internal sealed partial class PoolGrain
{
    private const int StatePage = 1000;

    /// <summary>Younger than this, a state is handed to the next who asks too.</summary>
    private static readonly TimeSpan StateIsFresh = TimeSpan.FromSeconds(1);

    private PoolStateTaken? _taken;
    private long _takings;

    public Task<PoolStatePage?> GetState(long token, int after)
    {
        if (token == 0 && _core.IsAttached && !(_taken is { } last && time.GetElapsedTime(last.Timestamp) < StateIsFresh))
        {
            var now = _core.Tell().Clock;
            _taken = new PoolStateTaken(
                (_core.Machine.Epoch << 24) + ++_takings, now, time.GetTimestamp(), Machine.ToSnapshot(),
                [.. Machine.KnownRacks.OrderBy(r => r.Value, StringComparer.Ordinal).Select(Machine.FindRack).OfType<RackView>()]);
        }

        return Task.FromResult(_taken is { } taken && _core.IsAttached && (token == 0 || token == taken.Token) ? PageOf(taken, Math.Max(0, after)) : null);
    }

    /// <summary>Attempts first, then racks; what is on them is in the attempts.</summary>
    private PoolStatePage PageOf(PoolStateTaken taken, int after)
    {
        var all = taken.Snapshot.Attempts;
        var attempts = after < all.Length ? all.AsSpan(after, Math.Min(StatePage, all.Length - after)).ToArray() : [];
        var firstRack = Math.Max(0, after - all.Length);
        var racks = attempts.Length > 0 ? [] : taken.Racks.Skip(firstRack).Take(StatePage).Select(r => r with { Allocations = [] }).ToImmutableArray();
        var next = after + attempts.Length + racks.Length;
        var isLast = next >= all.Length + taken.Racks.Length;
        if (isLast)
        {
            _taken = null;
        }

        return new PoolStatePage
        {
            Token = taken.Token, At = taken.At, Snapshot = after == 0 ? taken.Snapshot with { Attempts = [] } : null, Attempts = [.. attempts], Racks = racks,
            Next = isLast ? null : next,
        };
    }

    private sealed record PoolStateTaken(long Token, DateTimeOffset At, long Timestamp, PoolSnapshot Snapshot, ImmutableArray<RackView> Racks);
}
