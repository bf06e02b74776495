using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Preemption;
using Scheduling.Reservations;

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

    /// <summary>Promises that hold, by who they are made to.</summary>
    public IReadOnlyDictionary<AttemptId, Claim> Promises => _promises;

    /// <summary>GPU thousandths that are kept free for promises.</summary>
    public long GpuMilliPromised => _claims.HeldGpuMilli;

    /// <summary>What must hold of promises, live: asserted in tests and by the simulation.</summary>
    public void CheckClaims()
    {
        _claims.CheckInvariants();
        foreach (var claim in _promises.Values)
        {
            Invariant.Holds(Find(claim.For) is { Stage: AttemptStage.Queued }, "I9", $"{claim.For} has a promise but does not wait");
            Invariant.Holds(_claims.Find(claim.For) is not null, "I8", $"the promise to {claim.For} is not kept");
        }

        Invariant.Holds(_claims.Count == _promises.Count, "I8", $"{_claims.Count} claims are kept for {_promises.Count} promises");
    }

    /// <summary>True when it is time to look who might be helped by a promise: see <see cref="PlanClaims"/>.</summary>
    public bool ClaimsDue => _claimsStale && _clock - _claimsAt >= Policy.ClaimPeriod && (_promises.Count > 0 || _queue.Owed.Any() || _queue.Blocked.Any());

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
    /// Looks at the first few gangs that wait for room: makes room by evictions where a plan is proven, and otherwise reserves nodes for the time
    /// when enough will be free. Bounded work: the rest has its turn later.
    /// </summary>
    public void PlanClaims()
    {
        _claimsStale = false;
        _claimsAt = _clock;
        _anyMayGo = null;
        var asked = TakeAnswers();
        Do(new PoolEntry { Kind = PoolEntryKind.ClaimsPlanned, Answers = asked });
        GoBy(asked);
        DropStale();
        PlanReclaims();
        var tries = 0;
        var place = 0;
        foreach (var group in _queue.Blocked.Take(Policy.MaxClaims).ToList())
        {
            place++;
            var head = group.Waiting.First;
            if (tries >= Policy.ClaimTries || head.Spec.IsOpportunistic || _clock < group.ClaimAgainAt || IsMakingRoomFor(head.Id))
            {
                _claimsStale |= tries >= Policy.ClaimTries;
                continue;
            }

            group.ClaimAgainAt = _clock + Policy.ClaimRetry;
            if (IsHopeless(head) is { } refusal && Guards.Hold(Guard.QuotaAgrees))
            {
                Refuse(group, head, refusal);
            }
            else if (_queue.KnownFull(group.Quota, r => AskedOf(head, r)) is null)
            {
                tries += TryEvict(head) || TryTurn(head) || place > Policy.MaxReservations ? 1 : TryReserve(head);
            }

            SetAsideRefused(group, head);
        }

        Forget(asked);
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

    /// <summary>The promise to this attempt is off; those who had not begun to make room go on.</summary>
    public void DropClaim(AttemptId attempt)
    {
        if (_promises.ContainsKey(attempt))
        {
            _claims.Drop(attempt);
            Do(new PoolEntry { Kind = PoolEntryKind.ClaimDropped, Attempt = attempt });
            _capacityGrew = true;
        }
    }

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
                PlanOn(attempt, claim.Target, budget, planned);
            }
        }
    }

    private void DropStale()
    {
        foreach (var broken in _claims.Broken.ToList())
        {
            DropClaim(broken.For);
        }

        foreach (var claim in _promises.Values.Where(c => _clock > c.StartAt + (c.Kind == ClaimKind.Evict ? Policy.EvictionTimeout : Policy.ReservationSlack)).ToList())
        {
            DropClaim(claim.For);
            if (Find(claim.For)?.Group is { } group)
            {
                group.ClaimAgainAt = default;
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
        if (!_active.Any(a => MayGo(a) && PreemptionRules.Judge(preemptor, ToVictim(a, a.Placement!), _clock, Policy.Limits) == VictimVerdict.Eligible))
        {
            return false;
        }

        // What is only reserved, for itself at a later time or for those who come after it, stands in nobody's way who may evict.
        foreach (var later in _promises.Values.Where(c => c.Kind == ClaimKind.Reserve && MayPass(head, c.For)).ToList())
        {
            DropClaim(later.For);
        }

        var candidates = PreemptionRules.Eligible(preemptor, Victims(), _clock, Policy.Limits);
        var options = new PreemptionOptions { Now = _clock, Pricing = Policy.Pricing, MaxVictims = PreemptionRules.Remaining(preemptor, Policy.Limits) };
        return EvictFor(head, candidates, options, plan => CheckVictims(head, plan.Victims, []));
    }

    /// <summary>Somebody borrows, or is leaving anyway: the same for all that are looked at in one pass, and looked up once.</summary>
    private bool AnyMayGo() => _anyMayGo ??= _active.Any(a => MayGo(a) && (a.StopWanted || a.Stage == AttemptStage.Freeing || IsBorrowing(a)));

    private bool EvictFor(PoolAttempt head, List<Victim> candidates, PreemptionOptions options, Action<PreemptionPlan>? check = null)
    {
        if (VictimFinder.Find(_racks.Index, head.Request, candidates, options) is not PreemptionAnswer.Evict { Plan: var plan })
        {
            return false;
        }

        check?.Invoke(plan);
        return Promise(new Claim
        {
            For = head.Id, Target = plan.Target, Roles = head.Spec.Roles, Kind = ClaimKind.Evict, StartAt = _clock + Policy.MaxGrace, Victims = plan.Victims,
        });
    }

    private void DropReservation(AttemptId attempt)
    {
        if (_promises.TryGetValue(attempt, out var claim) && claim.Kind == ClaimKind.Reserve)
        {
            DropClaim(attempt);
        }
    }

    private bool IsMakingRoomFor(AttemptId attempt) => _promises.TryGetValue(attempt, out var claim) && claim.Kind == ClaimKind.Evict;

    private bool MayPass(PoolAttempt head, AttemptId reserved) =>
        reserved == head.Id || (Find(reserved) is { } other && other.EffectivePriority < head.EffectivePriority);

    /// <summary>How many searches it cost: none for those who have not waited long enough.</summary>
    private int TryReserve(PoolAttempt head)
    {
        if (_promises.ContainsKey(head.Id) || head.Outlook?.Now is { Owed: false } || _clock - head.SubmittedAt < Policy.ReserveAfter
            || !Guards.Hold(Guard.Reservations))
        {
            return 0;
        }

        var running = new List<RunningGang>();
        foreach (var number in _planned.InOrderOfEnds(_predictor, SecondsOf(_clock)).Take(MostRunningSeen))
        {
            if (_foreseen.TryGetValue(number, out var attempt) && attempt.Placement is { } held && _claims.Unclaimed(held) is { } free)
            {
                var (p50, p90) = EndsOf(attempt);
                running.Add(new RunningGang { Attempt = attempt.Id, Placement = free, Roles = attempt.Spec.Roles, P50End = p50, P90End = p90 });
            }
        }

        if (ReservationPlanner.Plan(_racks.Index, head.Request, running, _clock, Policy.Reservations) is { } plan)
        {
            Promise(new Claim { For = head.Id, Target = plan.Target, Roles = head.Spec.Roles, Kind = ClaimKind.Reserve, StartAt = plan.StartAt, Victims = plan.WaitsFor });
        }

        return 1;
    }

    private bool Promise(Claim claim)
    {
        if (_claims.Make(claim) is not ClaimAnswer.Made)
        {
            return false;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.ClaimMade, Attempt = claim.For, Claim = claim });
        return true;
    }

    private IEnumerable<Victim> Victims()
    {
        foreach (var attempt in _active)
        {
            // What it gives up may be promised to another already: only the rest of it can be counted on.
            if (MayGo(attempt) && _claims.Unclaimed(attempt.Placement!) is { } free)
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
public readonly record struct CalledOff(AttemptId Victim, AttemptId Preemptor);
