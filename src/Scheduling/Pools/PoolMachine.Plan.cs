using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
    /// What found no place as things are, with so many of the latest reservations out of the way: of groups that ask for the same only the first is tried. Forgotten with whatever changes.
    /// </summary>
    private readonly HashSet<(GangRequest Request, int Reserved)> _placeless = new(SameRequest.Instance);

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
            _placeless.Clear();
            if ((_capacityGrew || _reservationsChanged) && Guards.Hold(Guard.WakeForRoom))
            {
                WakeReserved();
            }

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
    private bool MayChange(int budget) => _sharesStale || _queue.AnyAsleep || ((_capacityGrew || _reservationsChanged) && _queue.AnyBlocked)
        || (MayPlan(budget, []) && ((_earmarksStale && _earmarks.Count > 0) || _queue.NextReady() is not null
            || _claims.Complete.Any(c => Find(c.For) is { Stage: AttemptStage.Queued } attempt && WaitsForQuotaOf(attempt) is null)));

    private bool MayPlan(int budget, List<PoolAttempt> planned) => planned.Count < budget && Placing < Limits.MaxPlacing;

    private void PlanReady(int budget, List<PoolAttempt> planned)
    {
        while (MayPlan(budget, planned) && _queue.NextReady() is { } group)
        {
            var head = group.Waiting.First;
            if (_queue.KnownFull(group.Quota, head) is { } full)
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
            else if (TryReserved(group) is { } reserved)
            {
                PlanAsPlaced(group, reserved, budget, planned);
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
            _makingWay.Clear();
            TakeBack(placement);
            DropClaim(attempt.Id);
            Refuse(group, attempt, refusal);
        }
        else
        {
            PlanOn(attempt, placement, amounts, budget, planned);
            ReserveElsewhere();
        }
    }

    /// <summary>Nobody was planned there after all.</summary>
    private void TakeBack(GangPlacement placement)
    {
        _racks.Index.Release(_placed);
        KeepForOthers(placement);
        _placeless.Clear();
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

    private bool IsPlaceless(GangRequest request, int reserved) => _placeless.Count > 0 && _placeless.Contains((request, reserved));

    /// <summary>On nodes that are reserved, when it will surely have ended before their time.</summary>
    private bool TryBackfill(PoolAttempt head)
    {
        if (_promises.Count == 0 || head.ExpectedAtMost is not { } runtime)
        {
            return false;
        }

        var notBefore = BackfillRule.EndsBy(_clock, runtime, Policy.BackfillSafety);
        var (reserved, held) = _claims.ReservationsFrom(notBefore);
        if (reserved == 0 || IsPlaceless(head.Request, reserved) || !_racks.Index.CouldFitWith(held, head.Request))
        {
            return false;
        }

        if (!_claims.WithBackfill(notBefore, () => _racks.Index.TryPlace(head.Request, _placed)))
        {
            _placeless.Add((head.Request, reserved));
            return false;
        }

        _tally = _tally with { Backfilled = _tally.Backfilled + 1 };
        return true;
    }

    private ImmutableArray<ResourceAmount> AmountsOf(JobSpec spec, GangPlacement placement)
    {
        long cpu = 0, memory = 0, gpu = 0;
        List<(string Model, long Amount)> models = [];
        foreach (var slice in placement.Racks)
        {
            foreach (ref readonly var worker in slice.Workers.AsSpan())
            {
                var shape = spec.Roles[worker.Role].Shape;
                (cpu, memory, gpu) = (cpu + shape.CpuMilli, memory + shape.MemoryMiB, gpu + shape.TotalGpuMilli);
                if (shape.Gpus > 0 && _racks.ModelOf(slice.Rack, worker.Slot) is { } model)
                {
                    AddModel(model, shape.TotalGpuMilli);
                }
            }
        }

        List<ResourceAmount> amounts = new(models.Count + 3);
        AddAmount(ResourceNames.Cpu, cpu);
        AddAmount(ResourceNames.Memory, memory);
        AddAmount(ResourceNames.Gpu, gpu);
        models.ForEach(m => AddAmount(ResourceNames.GpuOf(m.Model), m.Amount));
        amounts.Sort(static (x, y) => string.CompareOrdinal(x.Resource, y.Resource));
        return [.. amounts];

        void AddAmount(string resource, long amount)
        {
            if (amount > 0)
            {
                amounts.Add(new ResourceAmount(resource, amount));
            }
        }

        void AddModel(string model, long amount)
        {
            var at = models.FindIndex(m => m.Model == model);
            if (at < 0)
            {
                models.Add((model, amount));
            }
            else
            {
                models[at] = (model, models[at].Amount + amount);
            }
        }
    }

    /// <summary>What an attempt asks of a resource before it is known where it goes: no model is counted unless only one will do.</summary>
    internal static long AskedOf(PoolAttempt attempt, string resource)
    {
        long asked = 0;
        foreach (var role in attempt.Spec.Roles)
        {
            asked += role.Count * (resource switch
            {
                ResourceNames.Cpu => role.Shape.CpuMilli,
                ResourceNames.Memory => role.Shape.MemoryMiB,
                ResourceNames.Gpu => role.Shape.TotalGpuMilli,
                _ when role.Shape.GpuModels is [var only] && resource == ResourceNames.GpuOf(only) => role.Shape.TotalGpuMilli,
                _ => 0L,
            });
        }

        return asked;
    }

    /// <summary>Requests that are alike are one object: see <see cref="NewAttempt"/>.</summary>
    private sealed class SameRequest : IEqualityComparer<(GangRequest Request, int Reserved)>
    {
        public static SameRequest Instance { get; } = new();

        public bool Equals((GangRequest Request, int Reserved) x, (GangRequest Request, int Reserved) y) => ReferenceEquals(x.Request, y.Request) && x.Reserved == y.Reserved;

        public int GetHashCode((GangRequest Request, int Reserved) what) => RuntimeHelpers.GetHashCode(what.Request) ^ what.Reserved;
    }
}
