using Scheduling.Preemption;

namespace Scheduling.Pools;

/// <content>Counts what is decided live; what is read back from the journal was counted when it happened.</content>
public sealed partial class PoolMachine
{
    private PoolTally _tally;

    /// <summary>What happened since the last call.</summary>
    public PoolTally TakeTally()
    {
        var taken = _tally;
        _tally = default;
        return taken;
    }

    /// <summary>Looks at an entry before it is applied.</summary>
    private void Tally(PoolEntry entry)
    {
        switch (entry.Kind)
        {
            case PoolEntryKind.ClaimMade:
                Tally(entry.Claim!.Kind, t => t with { Made = t.Made + 1 });
                _tally = _tally with { Asked = _tally.Asked + (entry.Claim.Kind == ClaimKind.Evict ? entry.Claim.Victims.Length : 0) };
                break;
            case PoolEntryKind.ClaimDropped when _promises.TryGetValue(entry.Attempt, out var dropped):
                Tally(dropped.Kind, t => t with { Dropped = t.Dropped + 1 });
                break;
            case PoolEntryKind.Planned when _promises.TryGetValue(entry.Attempt, out var promised):
                var kept = ReferenceEquals(promised.Target, entry.Placement);
                Tally(promised.Kind, t => kept ? t with { Kept = t.Kept + 1 } : t with { Elsewhere = t.Elsewhere + 1 });
                break;
            case PoolEntryKind.Freed when Find(entry.Attempt) is { EvictedFor: not null }:
                _tally = _tally with { MadeRoom = _tally.MadeRoom + 1 };
                break;
        }
    }

    private void Tally(ClaimKind kind, Func<PromiseTally, PromiseTally> change) => _tally = kind == ClaimKind.Evict
        ? _tally with { Evictions = change(_tally.Evictions) }
        : _tally with { Reservations = change(_tally.Reservations) };
}
