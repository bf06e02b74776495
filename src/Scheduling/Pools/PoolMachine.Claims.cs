using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>
/// What is promised to attempts that do not fit now: named nodes and GPUs, because others are asked to make room, or at the time when
/// what runs there is expected to have ended. Promises are journaled; what they hold in the index is derived from them.
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>In the order in which they were made: made again in that order they stand beside each other again.</summary>
    private readonly OrderedDictionary<AttemptId, Claim> _promises = [];
    /// <summary>Running attempts, the first to end first, that a reservation may wait for.</summary>
    private const int MostRunningSeen = 4096;

    private readonly List<CalledOff> _calledOff = [];
    private readonly StandingCounts _standings = new();
    private readonly ClaimBook _claims;
    private readonly EvictionBook _evictions;
    private DateTimeOffset _claimsAt;
    private bool _claimsStale = true;
    private bool? _anyMayGo;

    /// <summary>Trees were asked before this pass, and answered.</summary>
    private bool _anyOutlook;

    /// <summary>Promises that hold, by who they are made to.</summary>
    public IReadOnlyDictionary<AttemptId, Claim> Promises => _promises;

    /// <summary>GPU thousandths that are kept free for promises.</summary>
    public long GpuMilliPromised => _claims.HeldGpuMilli + _earmarks.HeldGpuMilli;

    /// <summary>What must hold of promises, live: asserted in tests and by the simulation.</summary>
    public void CheckClaims()
    {
        _claims.CheckInvariants();
        CheckEarmarks();
        foreach (var claim in _promises.Values)
        {
            Invariant.Holds(Find(claim.For) is { Stage: AttemptStage.Queued }, "I9", $"{claim.For} has a promise but does not wait");
            Invariant.Holds(_claims.Find(claim.For) is not null, "I8", $"the promise to {claim.For} is not kept");
        }

        Invariant.Holds(_claims.Count == _promises.Count, "I8", $"{_claims.Count} claims are kept for {_promises.Count} promises");
    }

    /// <summary>True when it is time to look who might be helped by a promise: see <see cref="PlanClaims"/>.</summary>
    public bool ClaimsDue => _claimsStale && _clock - _claimsAt >= Policy.ClaimPeriod && (_promises.Count > 0 || _queue.Owed.Count > 0 || _queue.Blocked.Count > 0);

    /// <summary>Something happened that may call for other promises.</summary>
    /// <remarks>Not journaled: it only decides when <see cref="PlanClaims"/> is called.</remarks>
    public void ReviewClaims() => _claimsStale = true;

    /// <summary>After an activation began and its racks were seen: promises take their capacity again, or are off.</summary>
    public void AttachClaims()
    {
        if (_promises.Count == 0)
        {
            return;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.ClaimsAttached });
        foreach (var claim in _promises.Values.ToList())
        {
            if (_claims.Find(claim.For) is null && _claims.Make(claim) is not ClaimAnswer.Made)
            {
                Do(new PoolEntry { Kind = PoolEntryKind.ClaimDropped, Attempt = claim.For });
            }
        }
    }

    /// <summary>
    /// Attempts that are to make room and have not begun to stop. Asked again until it is so; see <see cref="PoolAttempt.PreemptionAsked"/>.
    /// </summary>
    public IEnumerable<(PoolAttempt Victim, AttemptId Preemptor)> WantedEvictions()
    {
        foreach (var claim in _promises.Values.Where(c => c.Kind == ClaimKind.Evict))
        {
            foreach (var victim in claim.Victims)
            {
                if (Find(victim) is { Stage: AttemptStage.Running, StopWanted: false } running)
                {
                    yield return (running, claim.For);
                }
            }
        }
    }

    /// <summary>See <see cref="TakeCalledOff"/>.</summary>
    public bool HasCalledOff => _calledOff.Count > 0;

    /// <summary>Evictions that are needed no longer, each answered once.</summary>
    public IReadOnlyList<CalledOff> TakeCalledOff()
    {
        var taken = _calledOff.ToList();
        _calledOff.Clear();
        return taken;
    }

    /// <summary>Attempts that save their work to make room for somebody, and nobody wants their place. Whom they were asked for is not known any more.</summary>
    public IReadOnlyList<CalledOff> SaveForNobody() => !Guards.Hold(Guard.CallOff) ? []
        : [.. _active.InOrder.Where(a => a is { Stage: AttemptStage.Running, StopWanted: false, EvictedFor: null, CheckpointBy: not null }).Select(a => new CalledOff(a.Id, default))];

    /// <summary>Attempts for which all that was promised is free now: they are planned on it.</summary>
    private void PlanPromised(int budget, List<PoolAttempt> planned)
    {
        foreach (var complete in _claims.Complete.ToList())
        {
            if (!MayPlan(budget, planned))
            {
                return;
            }

            var attempt = Find(complete.For)!;
            if (WaitsForQuotaOf(attempt) is null && attempt.Stage == AttemptStage.Queued && _claims.TryComplete(complete.For) is { } claim)
            {
                var amounts = AmountsOf(attempt.Spec, claim.Target);

                // Others had to leave for it: it is planned whatever the answer, and goes the way of those that are refused.
                _ = ChargeAtOnce?.Invoke(attempt, amounts);
                PlanOn(attempt, claim.Target, amounts, budget, planned);
            }
        }
    }

    private bool TryEvict(PoolAttempt head)
    {
        if (!Policy.Preemption || !head.Spec.MayPreempt)
        {
            return false;
        }

        if (head.Outlook?.Now is { } refusal && Guards.Hold(Guard.QuotaAgrees))
        {
            return TryReclaim(head, refusal);
        }

        // Most of the time nobody has a lesser claim than anybody else: that is known without looking at each.
        if (!_standings.AnyBelow(head.Spec.Priority) && !(MayReclaim && AnyMayGo()))
        {
            return false;
        }

        var preemptor = PreemptorOf(head, IsOwed(head));
        if (!AnyEligible(preemptor))
        {
            return false;
        }

        // What is only reserved, for itself at a later time or for those who come after it, stands in nobody's way who may evict.
        var lifted = _promises.Values.Where(c => c.Kind == ClaimKind.Reserve && MayPass(head, c.For)).Select(c => c.For).ToList();
        var options = new PreemptionOptions { Now = _clock, Pricing = Policy.Pricing, MaxVictims = PreemptionRules.Remaining(preemptor, Policy.Limits) };
        if (FindVictims(head, lifted, () => EligibleFor(preemptor), options) is not { } plan)
        {
            return false;
        }

        CheckVictims(head, plan.Victims, []);
        return PromiseRoom(head, plan, lifted);
    }

    /// <summary>Somebody borrows, or is leaving anyway: the same for all that are looked at in one pass, and looked up once.</summary>
    private bool AnyMayGo() => _anyMayGo ??= _active.InOrder.Any(a => MayGo(a) && (a.StopWanted || a.Stage == AttemptStage.Freeing || IsBorrowing(a)));

    /// <summary>One search, with some reservations out of the way: they stay as they are.</summary>
    private PreemptionPlan? FindVictims(PoolAttempt head, IReadOnlyCollection<AttemptId> lifted, Func<List<Victim>> candidates, PreemptionOptions options)
    {
        _searches++;
        return _claims.Without(
            lifted, () => VictimFinder.Find(_racks.Index, head.Request, candidates(), options) is PreemptionAnswer.Evict { Plan: var plan } ? plan : null);
    }

    /// <summary>It gets the place, in place of its own reservation and of those that were out of the way and are in it.</summary>
    private bool PromiseRoom(PoolAttempt head, PreemptionPlan plan, IReadOnlyCollection<AttemptId> lifted, QuotaRefusal? refusal = null)
    {
        foreach (var later in lifted.Where(l => l == head.Id || MeetsOnANode(_promises[l].Target, plan.Target)))
        {
            DropClaim(later);
        }

        return Promise(new Claim
        {
            For = head.Id, Target = plan.Target, Roles = head.Spec.Roles, Kind = ClaimKind.Evict, StartAt = _clock + Policy.MaxGrace,
            Victims = plan.Victims, Refusal = refusal,
        });
    }

    private static bool MeetsOnANode(GangPlacement a, GangPlacement b) =>
        a.Racks.Any(r => b.Racks.Any(o => o.Rack == r.Rack && r.Workers.Any(w => o.Workers.Any(v => v.Slot == w.Slot))));

    /// <summary>Its own reservation, if it has one.</summary>
    private IReadOnlyCollection<AttemptId> ReservationOf(PoolAttempt head) => ReservedFor(head.Id) is null ? [] : [head.Id];

    private bool IsMakingRoomFor(AttemptId attempt) => _promises.TryGetValue(attempt, out var claim) && claim.Kind == ClaimKind.Evict;

    private bool MayPass(PoolAttempt head, AttemptId reserved) =>
        reserved == head.Id || (Find(reserved) is { } other && other.EffectivePriority < head.EffectivePriority);

    private void TryReserve(PoolAttempt head, bool inTurn)
    {
        // Of whom nobody asked the tree, while it was asked about others, its quota may refuse it: its turn comes.
        if (_promises.ContainsKey(head.Id) || (head.Outlook is null ? _anyOutlook : head.Outlook.Now is { Owed: false }) || _clock - head.SubmittedAt < Policy.ReserveAfter || _clock < head.Group!.ReserveAgainAt
            || !Guards.Hold(Guard.Reservations) || !MayReserve(head, inTurn, out var instead))
        {
            return;
        }

        _searches++;
        if (PlanReservation(head) is not { } plan)
        {
            return;
        }

        if (instead is { } later)
        {
            DropClaim(later);
        }
        else if (inTurn && _promises.Values.Count(c => c.Kind == ClaimKind.Reserve) >= Policy.MaxReservations)
        {
            _roundSlot = head.Id;
        }

        Reserve(head, plan);
    }

    private bool Promise(Claim claim)
    {
        if (IsOneTooMany(claim.Kind) || _claims.Make(claim) is not ClaimAnswer.Made)
        {
            return false;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.ClaimMade, Attempt = claim.For, Claim = claim });
        _reservationsChanged |= claim.Kind == ClaimKind.Reserve;
        return true;
    }

    private IEnumerable<Victim> AsVictims(IEnumerable<PoolAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            // What it gives up may be promised to another already: only the rest of it can be counted on.
            if (_claims.Unclaimed(attempt.Placement!) is { } free)
            {
                yield return ToVictim(attempt, free);
            }
        }
    }

    private static bool MayGo(PoolAttempt attempt) => attempt.Stage != AttemptStage.Placing && attempt.EvictedFor is null;

    private Victim ToVictim(PoolAttempt attempt, GangPlacement free) => new()
    {
        Attempt = attempt.Id, Placement = free, Roles = attempt.Spec.Roles, Priority = attempt.Spec.Priority, Quota = attempt.Spec.Quota,
        IsBorrowing = IsBorrowing(attempt), IsOpportunistic = attempt.Spec.IsOpportunistic,
        IsStopping = attempt.StopWanted || attempt.Stage == AttemptStage.Freeing,
        StartedAt = attempt.CommittedAt, LastCheckpointAt = attempt.CheckpointedAt, Evictions = _evictions.Suffered(attempt.Id.Job, _clock),
        MinRuntime = MinRuntimeOf(attempt), Amounts = attempt.Amounts,
    };

    private TimeSpan MinRuntimeOf(PoolAttempt attempt)
    {
        var wanted = attempt.Spec.IsOpportunistic ? TimeSpan.Zero : attempt.Spec.MinRuntime ?? Policy.MinRuntime;
        return wanted < Policy.LongestMinRuntime ? wanted : Policy.LongestMinRuntime;
    }

    private void ApplyClaimMade(Claim claim)
    {
        Keep(claim);
        if (claim.Kind == ClaimKind.Evict)
        {
            _evictions.Record(claim.For.Job, claim.Victims, Now);
        }
    }

    private void Keep(Claim claim)
    {
        _promises.Add(claim.For, claim);
        if (claim.Refusal is { } refusal)
        {
            _quotaWaits[claim.For] = refusal;
        }

        if (Find(claim.For) is { } owner)
        {
            _racks.JoinSet(owner, claim.Target);
        }

        if (claim.Kind != ClaimKind.Evict)
        {
            return;
        }

        foreach (var victim in claim.Victims)
        {
            if (Find(victim) is { } attempt)
            {
                attempt.EvictedFor = claim.For;
            }
        }
    }

    /// <summary>The promise is kept or off. Victims that had not begun to stop go on.</summary>
    private void ApplyClaimEnded(AttemptId attempt)
    {
        if (!_promises.Remove(attempt, out var claim))
        {
            return;
        }

        _quotaWaits.Remove(attempt);
        if (Find(attempt) is { } owner)
        {
            _racks.LeaveSet(owner, claim.Target);
        }

        if (claim.Kind != ClaimKind.Evict)
        {
            return;
        }

        foreach (var victim in claim.Victims)
        {
            if (Find(victim) is { } going && going.EvictedFor == attempt)
            {
                going.EvictedFor = null;
                going.PreemptionAsked = false;
                if (going is { Stage: AttemptStage.Running, StopWanted: false } && Guards.Hold(Guard.CallOff))
                {
                    _evictions.CallOff(attempt.Job, victim.Job);
                    _calledOff.Add(new CalledOff(victim, attempt));
                }
            }
        }
    }
}

/// <summary>An eviction that is not needed any more.</summary>
/// <param name="Victim">Who may stay.</param>
/// <param name="Preemptor">Who wanted its place; default: whoever did.</param>
public readonly record struct CalledOff(AttemptId Victim, AttemptId Preemptor);
