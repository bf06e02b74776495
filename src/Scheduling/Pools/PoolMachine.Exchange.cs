using Scheduling.Model;
using Scheduling.Preemption;
using Scheduling.Reservations;

namespace Scheduling.Pools;

/// <content>
/// Gangs that hold a part of what they need by reservation. Each starts on that and on whatever else is free, and on what is held for a gang whose time
/// is no sooner, if that one can have as much elsewhere as soon: what the first was waiting for is free for it. So of gangs that each hold a part of what
/// all need one always starts, nobody is later than promised for it, and no reservation waits for another that waits for it (I12).
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Whose reservations that which was just found (<see cref="_placed"/>) cuts into, the soonest first.</summary>
    private readonly List<AttemptId> _makingWay = [];

    /// <summary>There are others than before: what one of them holds may be of use to another.</summary>
    private bool _reservationsChanged;

    /// <summary>What is reserved for an attempt; null when nothing is.</summary>
    private Claim? ReservedFor(AttemptId attempt) =>
        _promises.TryGetValue(attempt, out var claim) && claim.Kind == ClaimKind.Reserve ? claim : null;

    /// <summary>Who holds a part of what it needs is looked at whenever there is more, however many wait before it: there are few of them.</summary>
    private void WakeReserved()
    {
        _reservationsChanged = false;
        foreach (var attempt in Reserved)
        {
            if (attempt.Group is { State: GroupState.NoRoom } group
                && _racks.Index.CouldFitWith(_claims.ReservationsFrom(_promises[attempt.Id].StartAt).GpuMilli, attempt.Request))
            {
                _queue.Wake(group);
            }
        }
    }

    /// <summary>The first of a group that starts with what is reserved for it; others of its like may stand before it in the group.</summary>
    private PoolAttempt? TryReserved(PendingGroup group) => _promises.Count == 0 ? null
        : Reserved.Where(a => ReferenceEquals(a.Group, group)).Order(QueueOrder.Instance).FirstOrDefault(a => TryOwn(a) || TryExchange(a));

    /// <summary>On what is free, what is reserved for it and what was bought for it.</summary>
    private bool TryOwn(PoolAttempt attempt) => (_earmarks.Has(attempt.Id) || _racks.Index.CouldFitWith(_claims.HeldGpuMilliOf(attempt.Id), attempt.Request))
        && _earmarks.Lifted(attempt.Id, () => _claims.Without([attempt.Id], () => _racks.Index.TryPlace(attempt.Request, _placed)));

    /// <summary>Also on what is reserved for others, who then get as much elsewhere: see <see cref="ReserveElsewhere"/>.</summary>
    private bool TryExchange(PoolAttempt attempt)
    {
        var own = _promises[attempt.Id];
        var (reserved, held) = _claims.ReservationsFrom(own.StartAt);
        if (reserved == 1 || IsPlaceless(attempt.Request, reserved) || !_racks.Index.CouldFitWith(held, attempt.Request))
        {
            return false;
        }

        if (!_claims.WithBackfill(own.StartAt, () => _racks.Index.TryPlace(attempt.Request, _placed)))
        {
            _placeless.Add((attempt.Request, reserved));
            return false;
        }

        var placement = _placed.ToPlacement();
        var others = _promises.Values
            .Where(c => c.Kind == ClaimKind.Reserve && c.StartAt >= own.StartAt && c.For != own.For && MeetsOnANode(c.Target, placement)).OrderBy(c => c.StartAt).ToList();
        if (!others.TrueForAll(o => HasAsMuchAsSoon(o, own)))
        {
            TakeBack(placement);
            return false;
        }

        _makingWay.AddRange(others.Select(o => o.For));
        return true;
    }

    /// <summary>What was just found is taken: would there still be a place for the other one, once the reservation of this one is off?</summary>
    private bool HasAsMuchAsSoon(Claim other, Claim own) => Find(other.For) is { } attempt && _claims.Without([own.For, other.For], () =>
    {
        // What ends is of use to nobody but those for whom it is reserved: it is not the same for the two.
        _ends = null;
        var plan = PlanReservation(attempt);
        _ends = null;
        return plan is not null && plan.StartAt <= DueAt(other);
    });

    /// <summary>When all that a reservation waits for has ended, as it looks by now: what runs longer than most of its like is expected to end later than it was.</summary>
    private DateTimeOffset DueAt(Claim reserved)
    {
        var due = reserved.StartAt;
        foreach (var victim in reserved.Victims)
        {
            if (Find(victim) is { Stage: AttemptStage.Running } running && EndsOf(running).P90 is { } end)
            {
                end = end > _clock ? end : _clock + Policy.Reservations.Overrun;
                due = end > due ? end : due;
            }
        }

        return due;
    }

    /// <summary>Who was to have what another has got has a reservation anew.</summary>
    private void ReserveElsewhere()
    {
        if (_makingWay.Count == 0)
        {
            return;
        }

        _makingWay.ForEach(DropClaim);
        foreach (var id in _makingWay)
        {
            if (Find(id) is { Stage: AttemptStage.Queued } attempt && PlanReservation(attempt) is { } plan)
            {
                Reserve(attempt, plan);
            }
        }

        _makingWay.Clear();
    }

    private Reservation? PlanReservation(PoolAttempt attempt) => ReservationPlanner.Plan(_racks.Index, attempt.Request, Ends(), _clock, Policy.Reservations);

    private void Reserve(PoolAttempt attempt, Reservation plan) => Promise(new Claim
    {
        For = attempt.Id, Target = plan.Target, Roles = attempt.Spec.Roles, Kind = ClaimKind.Reserve, StartAt = plan.StartAt, Victims = plan.WaitsFor,
    });
}
