using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Pools;

/// <content>
/// Machines that were bought for a gang are its own until it starts, is over, or their time is over: they come one by one, and without that each would
/// be taken by whoever is small enough for it.
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Gangs that have machines of their own, at once; those after them wait as without.</summary>
    public const int MaxEarmarks = 1024;

    /// <summary>No machine is kept for a gang for longer, whatever was asked for.</summary>
    public static readonly TimeSpan LongestEarmark = TimeSpan.FromDays(1);

    private readonly EarmarkBook _earmarks;
    private bool _earmarksStale;

    /// <summary>In the order in which they were set.</summary>
    public IReadOnlyCollection<MachineEarmark> Earmarks => _earmarks.All;

    /// <summary>Machines were bought for it.</summary>
    public bool OwnsMachines(AttemptId attempt) => _earmarks.Has(attempt);

    /// <summary>
    /// From whoever buys machines: these are these attempts' own, in place of what was said of them before; other attempts keep theirs. What cannot be
    /// so is left out: attempts that do not wait, machines that are another's or have work on them. Repeatable.
    /// </summary>
    public void SetEarmarks(IReadOnlyCollection<MachineEarmark> earmarks)
    {
        var set = Acceptable([.. earmarks.DistinctBy(e => e.For)]);
        if (set.Length > 0)
        {
            Do(new PoolEntry { Kind = PoolEntryKind.EarmarksSet, Earmarks = set });
        }
    }

    /// <summary>What must hold of earmarks, live.</summary>
    private void CheckEarmarks()
    {
        _earmarks.Check();
        foreach (var mark in _earmarks.All)
        {
            Invariant.Holds(
                Find(mark.For) is { Stage: AttemptStage.Queued or AttemptStage.Placing, EndWanted: false }, "I9", $"{mark.For} has machines of its own and does not wait");
        }

        if (_earmarks.Count > 0)
        {
            foreach (var attempt in _active.InOrder)
            {
                if (attempt.Stage == AttemptStage.Placing)
                {
                    CheckEarmarked(attempt, attempt.Placement!);
                }
            }
        }
    }

    /// <summary>I9: nobody is placed on a machine that was bought for another and is kept for it.</summary>
    private void CheckEarmarked(PoolAttempt attempt, GangPlacement placement)
    {
        if (_earmarks.Count == 0)
        {
            return;
        }

        foreach (var slice in placement.Racks)
        {
            foreach (var worker in slice.Workers)
            {
                Invariant.Holds(
                    (_earmarks.HeldOn(slice.Rack) >> worker.Slot & 1) == 0, "I9", $"{attempt.Id} is placed on {slice.Rack} slot {worker.Slot}, which is kept for another");
            }
        }
    }

    private ImmutableArray<MachineEarmark> Acceptable(ImmutableArray<MachineEarmark> asked)
    {
        var named = asked.Select(e => e.For).ToHashSet();
        var taken = _earmarks.All.Where(e => !named.Contains(e.For)).SelectMany(e => e.Nodes).ToHashSet();
        var places = PlacesOf(asked.SelectMany(e => e.Nodes).ToHashSet());
        var room = MaxEarmarks - _earmarks.Count;
        var set = ImmutableArray.CreateBuilder<MachineEarmark>();
        foreach (var mark in asked)
        {
            var known = _earmarks.Find(mark.For);
            var until = mark.Until < _clock + LongestEarmark ? mark.Until : _clock + LongestEarmark;
            var mayHave = until > _clock && (known is not null || room > 0) && Find(mark.For) is { Stage: AttemptStage.Queued or AttemptStage.Placing, EndWanted: false };
            var own = known?.Nodes.ToHashSet() ?? [];
            var nodes = !mayHave ? [] : mark.Nodes.Distinct().Where(n => (own.Contains(n) || IsFree(n)) && taken.Add(n)).OrderBy(n => n.Value, StringComparer.Ordinal).ToImmutableArray();
            var next = new MachineEarmark { For = mark.For, Nodes = nodes, Until = until };
            if (known is null ? !nodes.IsEmpty : !next.Equals(known))
            {
                room -= known is null ? 1 : 0;
                set.Add(next);
            }
        }

        return set.ToImmutable();

        bool IsFree(NodeId node) => _earmarks.IsHeld(node) || !places.TryGetValue(node, out var place)
            || ((_racks.Index.IdleNodes(place.Rack) | _racks.Index.ClosedNodes(place.Rack)) >> place.Slot & 1) != 0;
    }

    /// <summary>Where they are, of those that have joined.</summary>
    private Dictionary<NodeId, (RackId Rack, int Slot)> PlacesOf(HashSet<NodeId> nodes)
    {
        Dictionary<NodeId, (RackId, int)> places = [];
        foreach (var rack in nodes.Count == 0 ? [] : _racks.Racks)
        {
            var all = _racks.Find(rack)!.Spec.Nodes;
            for (var slot = 0; slot < all.Length; slot++)
            {
                if (nodes.Contains(all[slot].Name))
                {
                    places[all[slot].Name] = (rack, slot);
                }
            }
        }

        return places;
    }

    private void ApplyEarmarks(ImmutableArray<MachineEarmark> earmarks) => Freed(_earmarks.Set(earmarks));

    private void EndEarmark(AttemptId attempt)
    {
        if (_earmarks.Has(attempt))
        {
            Freed(_earmarks.End(attempt));
        }
    }

    private void Freed(IReadOnlyCollection<RackId> racks)
    {
        foreach (var rack in racks)
        {
            _claims.OnFreed(rack);
        }

        (_earmarksStale, _capacityGrew, _claimsStale) = (true, true, true);
    }

    /// <summary>On what is free, and on its own.</summary>
    private bool TryPlace(PoolAttempt attempt)
    {
        if (_earmarks.Has(attempt.Id))
        {
            return _earmarks.Lifted(attempt.Id, () => _racks.Index.TryPlace(attempt.Request, _placed));
        }

        if (IsPlaceless(attempt.Request, reserved: 0))
        {
            return false;
        }

        if (_racks.Index.TryPlace(attempt.Request, _placed))
        {
            return true;
        }

        _placeless.Add((attempt.Request, 0));
        return false;
    }

    /// <summary>Attempts that stand behind others of their like, or were thought to have no room: their own machines may be enough by now.</summary>
    private void PlanEarmarked(int budget, List<PoolAttempt> planned)
    {
        if (!_earmarksStale)
        {
            return;
        }

        var waiting = _earmarks.All.Select(e => Find(e.For)).OfType<PoolAttempt>().Where(a => a.Group is { State: not GroupState.QuotaFull }).ToList();
        waiting.Sort(QueueOrder.Instance);
        foreach (var attempt in waiting)
        {
            if (!MayPlan(budget, planned))
            {
                return;
            }

            if (attempt.Group is { State: not GroupState.QuotaFull } group && WaitsForQuotaOf(attempt) is null
                && _queue.KnownFull(group.Quota, attempt) is null
                && (TryPlace(attempt) || (ReservedFor(attempt.Id) is not null && TryOwn(attempt))))
            {
                PlanAsPlaced(group, attempt, budget, planned);
            }
        }

        _earmarksStale = false;
    }
}
