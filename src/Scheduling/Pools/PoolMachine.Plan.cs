using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;
using Scheduling.Reservations;

namespace Scheduling.Pools;

/// <content>Who is planned next, and where.</content>
public sealed partial class PoolMachine
{
    private readonly PlacementBuffer _placed = new();

    /// <summary>
    /// Charges an attempt before it is planned, where that takes no message: what would be refused is set aside at once, with all that ask for as much, and not planned
    /// to be taken back. Null, as it is in a pool's grain: a plan is durable before anybody hears of it.
    /// </summary>
    internal Func<PoolAttempt, ImmutableArray<ResourceAmount>, QuotaRefusal?>? ChargeAtOnce { get; init; }

    /// <summary>
    /// Plans up to <paramref name="budget"/> attempts, in order. Each is an intent: its capacity is taken here and its entry
    /// waits in <see cref="TakeEntries"/>. A group that does not fit never stands in the way of one that does.
    /// </summary>
    public IReadOnlyList<PoolAttempt> Plan(int budget)
    {
        if (!MayChange(budget))
        {
            return [];
        }

        ShareCapacity();

        // A level that gave something last time may have more; what the last round took of it is known by now.
        _queue.WakeMoreOfQuota();
        List<PoolAttempt> planned = [];
        bool again;
        do
        {
            var before = planned.Count;
            var asleep = false;
            if (_capacityGrew)
            {
                _capacityGrew = false;
                _earmarksStale = true;
                asleep = Guards.Hold(Guard.WakeForRoom) && _claims.WithBackfill(_clock, () => _queue.WakeNoRoom(_racks.Index.CouldFitNow));
            }

            PlanPromised(budget, planned);
            PlanReady(budget, planned);
            PlanEarmarked(budget, planned);

            // Others were left asleep; those woken took what there was to take, or there may be more.
            _capacityGrew |= asleep && planned.Count > before;
            again = _capacityGrew && MayPlan(budget, planned);
        }
        while (again);

        if (planned.Count == 0)
        {
            Do(new PoolEntry { Kind = PoolEntryKind.PassedOver, Budget = budget });
        }

        return planned;
    }

    /// <summary>False: a pass would plan nobody and leave everything as it is. Such a pass is no input, so it is left out, journal and all.</summary>
    private bool MayChange(int budget) => _sharesStale || _queue.AnyAsleep || (_capacityGrew && _queue.AnyBlocked)
        || (MayPlan(budget, []) && ((_earmarksStale && _earmarks.Count > 0) || _queue.NextReady() is not null
            || _claims.Complete.Any(c => Find(c.For) is { Stage: AttemptStage.Queued } attempt && WaitsForQuotaOf(attempt) is null)));

    private bool MayPlan(int budget, List<PoolAttempt> planned) => planned.Count < budget && Placing < Limits.MaxPlacing;

    private void PlanReady(int budget, List<PoolAttempt> planned)
    {
        while (MayPlan(budget, planned) && _queue.NextReady() is { } group)
        {
            var head = group.Waiting.First;
            if (_queue.KnownFull(group.Quota, r => AskedOf(head, r)) is { } full)
            {
                _queue.SetQuotaFull(group, full);
            }
            else if (WaitsForQuotaOf(head) is { } lent)
            {
                _queue.SetQuotaFull(group, lent);
            }
            else if (TryPlace(head) || TryBackfill(head))
            {
                PlanAsPlaced(group, head, budget, planned);
            }
            else if (!Guards.Hold(Guard.HeadStandsAside))
            {
                return;
            }
            else
            {
                _queue.SetNoRoom(group, never: !_racks.Index.CouldFitEmpty(group.Request));
                _claimsStale = true;
                _earmarksStale |= _earmarks.Count > 0;
            }
        }
    }

    /// <summary>On what was just found for it, if its quota has nothing against it.</summary>
    private void PlanAsPlaced(PendingGroup group, PoolAttempt attempt, int budget, List<PoolAttempt> planned)
    {
        var placement = _placed.ToPlacement();
        var amounts = AmountsOf(attempt.Spec, placement);

        // It found room elsewhere: whoever was to make room for it may stay.
        _claims.Drop(attempt.Id);
        if (ChargeAtOnce?.Invoke(attempt, amounts) is { } refusal)
        {
            TakeBack(placement);
            DropClaim(attempt.Id);
            Refuse(group, attempt, refusal);
        }
        else
        {
            PlanOn(attempt, placement, amounts, budget, planned);
        }
    }

    /// <summary>Nobody was planned there after all.</summary>
    private void TakeBack(GangPlacement placement)
    {
        _racks.Index.Release(_placed);
        KeepForOthers(placement);
    }

    /// <summary>Of what was just released: what is promised to others is theirs before anybody else can look.</summary>
    private void KeepForOthers(GangPlacement released)
    {
        foreach (var slice in released.Racks)
        {
            _earmarks.OnFreed(slice.Rack);
            if (Guards.Hold(Guard.FreedForItsClaim))
            {
                _claims.OnFreed(slice.Rack);
            }
        }
    }

    private void PlanOn(PoolAttempt attempt, GangPlacement placement, ImmutableArray<ResourceAmount> amounts, int budget, List<PoolAttempt> planned)
    {
        CheckEarmarked(attempt, placement);
        Do(new PoolEntry
        {
            Kind = PoolEntryKind.Planned, Attempt = attempt.Id, Plan = LastPlan + 1, Placement = placement, Amounts = amounts,
            Budget = planned.Count == 0 ? budget : 0,
        });
        planned.Add(attempt);
    }

    /// <summary>On nodes that are reserved, when it will surely have ended before their time.</summary>
    private bool TryBackfill(PoolAttempt head)
    {
        if (_promises.Count == 0 || head.ExpectedAtMost is not { } runtime)
        {
            return false;
        }

        var notBefore = BackfillRule.EndsBy(_clock, runtime, Policy.BackfillSafety);
        if (!_claims.HasReservationFrom(notBefore) || !_claims.WithBackfill(notBefore, () => _racks.Index.TryPlace(head.Request, _placed)))
        {
            return false;
        }

        _tally = _tally with { Backfilled = _tally.Backfilled + 1 };
        return true;
    }

    private ImmutableArray<ResourceAmount> AmountsOf(JobSpec spec, GangPlacement placement)
    {
        SortedDictionary<string, long> amounts = new(StringComparer.Ordinal);
        foreach (var slice in placement.Racks)
        {
            foreach (var worker in slice.Workers)
            {
                var shape = spec.Roles[worker.Role].Shape;
                Add(ResourceNames.Cpu, shape.CpuMilli);
                Add(ResourceNames.Memory, shape.MemoryMiB);
                Add(ResourceNames.Gpu, shape.TotalGpuMilli);
                if (shape.Gpus > 0 && _racks.ModelOf(slice.Rack, worker.Slot) is { } model)
                {
                    Add(ResourceNames.GpuOf(model), shape.TotalGpuMilli);
                }
            }
        }

        return [.. amounts.Select(a => new ResourceAmount(a.Key, a.Value))];

        void Add(string resource, long amount)
        {
            if (amount > 0)
            {
                amounts[resource] = amounts.GetValueOrDefault(resource) + amount;
            }
        }
    }

    /// <summary>What an attempt asks of a resource before it is known where it goes: no model is counted unless only one will do.</summary>
    internal static long AskedOf(PoolAttempt attempt, string resource) => attempt.Spec.Roles.Sum(role => role.Count * (resource switch
    {
        ResourceNames.Cpu => role.Shape.CpuMilli,
        ResourceNames.Memory => role.Shape.MemoryMiB,
        ResourceNames.Gpu => role.Shape.TotalGpuMilli,
        _ when role.Shape.GpuModels is [var only] && resource == ResourceNames.GpuOf(only) => role.Shape.TotalGpuMilli,
        _ => 0L,
    }));
}
