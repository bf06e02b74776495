using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>
/// Taking back what was lent. An owner that was refused what it is owed gets the place it would go to, and the cheapest borrowers that give back
/// enough are asked to leave; its tree keeps for it what they give back. It is planned when all of them are gone.
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Promises whose victims give back quota, and what was said. They are planned on when all the victims are gone.</summary>
    private readonly Dictionary<AttemptId, QuotaRefusal> _quotaWaits = [];

    /// <summary>Promises of evictions that their trees have not agreed to, or must be told again that they still stand.</summary>
    /// <param name="standing">Those that wait for quota, whether or not somebody is still to be asked.</param>
    public IReadOnlyList<Claim> ClaimsToConfirm(bool standing) =>
    [
        .. _promises.Values.Where(c => c.Kind == ClaimKind.Evict && ((standing && _quotaWaits.ContainsKey(c.For))
            || c.Victims.Any(v => Find(v) is { Stage: AttemptStage.Running, StopWanted: false, PreemptionAsked: false }))),
    ];

    /// <summary>Whose charges will be gone when a promise's victims are: they, and whoever is leaving anyway.</summary>
    public ImmutableArray<AttemptId> GoneFor(Claim claim)
    {
        const int MostLeaving = 1000;
        var cohort = Find(claim.For)?.Spec.Quota.Cohort;
        return
        [
            .. claim.Victims,
            .. _active.InOrder.Where(a => (a.StopWanted || a.Stage == AttemptStage.Freeing || a.EvictedFor is not null) && a.Spec.Quota.Cohort == cohort).Take(MostLeaving)
                .Select(a => a.Id).Where(a => !claim.Victims.Contains(a)),
        ];
    }

    /// <summary>
    /// What its tree said to the charge of an attempt that others are to leave for. False: they would leave for nothing, so the promise is off and
    /// the attempt waits for its quota.
    /// </summary>
    public bool Confirm(AttemptId attempt, ChargeOutlook outlook)
    {
        if (!IsMakingRoomFor(attempt) || Find(attempt) is not { Stage: AttemptStage.Queued, Group: { } group } waiting)
        {
            return false;
        }

        if (outlook.Then is { } refusal && Guards.Hold(Guard.QuotaAgrees))
        {
            Do(new PoolEntry { Kind = PoolEntryKind.ClaimConfirmed, Attempt = attempt, Outlook = new ChargeOutlook { Then = refusal } });
            DropClaim(attempt);
            LetGoOfQuota(waiting);
            Refuse(group, waiting, refusal);
            return false;
        }

        if (outlook.Now is { } now)
        {
            if (!_quotaWaits.TryGetValue(attempt, out var before) || !QuotaRefusal.Same(now, before))
            {
                Do(new PoolEntry { Kind = PoolEntryKind.ClaimConfirmed, Attempt = attempt, Outlook = new ChargeOutlook { Now = now } });
            }

            _quotaWaits[attempt] = now;
            _kept.Add(attempt);
            return true;
        }

        // There is quota already; and if there is room as well, nobody needs to leave.
        if (_quotaWaits.ContainsKey(attempt))
        {
            Do(new PoolEntry { Kind = PoolEntryKind.ClaimConfirmed, Attempt = attempt, Outlook = new ChargeOutlook() });
            _quotaWaits.Remove(attempt);
        }

        return !_claims.IsComplete(attempt);
    }

    /// <summary>What was said to it, while victims that give back quota for it are still there.</summary>
    private QuotaRefusal? WaitsForQuotaOf(PoolAttempt attempt)
    {
        if (!_quotaWaits.TryGetValue(attempt.Id, out var refusal) || !_promises.TryGetValue(attempt.Id, out var claim))
        {
            return null;
        }

        foreach (var victim in claim.Victims)
        {
            if (Find(victim) is { Stage: not AttemptStage.Queued } there && there.EvictedFor == attempt.Id)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Nobody makes room for it and its quota would refuse it: it is the quota that it waits for.</summary>
    private void SetAsideRefused(PendingGroup group, PoolAttempt head)
    {
        if (head.Outlook?.Now is { Owed: false } refusal && group.State == GroupState.NoRoom && !_promises.ContainsKey(head.Id))
        {
            Refuse(group, head, refusal);
        }

        head.Outlook = null;
    }

    /// <summary>A refusal that no eviction of others would change: there is no use in making room for it.</summary>
    private static QuotaRefusal? IsHopeless(PoolAttempt head) =>
        head.Outlook?.Now is { } refusal && (refusal.Problem is not null || refusal.Asked > refusal.Limit
            || refusal.Bound is QuotaBound.User or QuotaBound.Priority or QuotaBound.Budget) ? refusal : null;

    private bool TryReclaim(PoolAttempt head, QuotaRefusal refusal)
    {
        var preemptor = PreemptorOf(head, refusal.Owed || IsOwed(head));
        var own = ReservationOf(head);
        List<Victim> candidates = [];
        var options = new PreemptionOptions
        {
            Now = _clock, Pricing = Policy.Pricing, MaxVictims = PreemptionRules.Remaining(preemptor, Policy.Limits), Reclaim = NeedsOf(refusal),
        };
        if (FindVictims(head, own, () => candidates = EligibleFor(preemptor, refusal), options) is not { } plan
            || plan.Victims.IsEmpty || TakesTooMuch(preemptor, refusal, candidates, plan.Victims))
        {
            return false;
        }

        CheckVictims(head, plan.Victims, refusal.Borrowers);
        return PromiseRoom(head, plan, own, refusal);
    }

    private Preemptor PreemptorOf(PoolAttempt head, bool owed) => new()
    {
        Attempt = head.Id, Priority = head.Spec.Priority, Quota = head.Spec.Quota, IsOwed = owed, EvictionsCaused = _evictions.Caused(head.Id.Job),
    };

    /// <summary>It may be evicted for its priority alone, whoever borrows.</summary>
    private static bool IsLower(Preemptor preemptor, bool isOpportunistic, int priority) => isOpportunistic || priority < preemptor.Priority;

    private ImmutableArray<ReclaimNeed> NeedsOf(QuotaRefusal refusal)
    {
        if (!refusal.Owed)
        {
            return [Less(new ReclaimNeed(refusal.Resource, refusal.Used + refusal.Kept + refusal.Asked - refusal.Limit, [refusal.Path]))];
        }

        return
        [
            .. refusal.ToReclaim.Select(r => Less(new ReclaimNeed(r.Resource, r.Amount, []) { Borrowers = [.. refusal.Borrowers.Where(b => b.Resource == r.Resource)] })),
        ];
    }

    /// <summary>What those give back who leave for others is counted already, as kept: it need not be found twice.</summary>
    private ReclaimNeed Less(ReclaimNeed need)
    {
        var left = need.Amount;
        foreach (var attempt in _active.InOrder)
        {
            if (attempt.EvictedFor is not null && need.SourceOf(attempt.Spec.Quota) >= 0)
            {
                left -= QuotaBounds.AmountOf(attempt.Amounts, need.Resource) ?? 0;
            }
        }

        return need with { Amount = Math.Max(0, left) };
    }

    /// <summary>
    /// Somebody would be made to leave although those of his account that leave already give back all that it borrows: what is owed to it is
    /// not taken, but for the rest of one gang.
    /// </summary>
    private static bool TakesTooMuch(Preemptor preemptor, QuotaRefusal refusal, List<Victim> candidates, ImmutableArray<AttemptId> victims)
    {
        foreach (var borrower in refusal.Borrowers)
        {
            long sum = 0, most = 0;
            foreach (var victim in candidates)
            {
                if (!victims.Contains(victim.Attempt) || IsLower(preemptor, victim.IsOpportunistic, victim.Priority) || !PreemptionRules.Borrows(victim.Quota, borrower))
                {
                    continue;
                }

                var amount = QuotaBounds.AmountOf(victim.Amounts, borrower.Resource) ?? 0;
                sum += amount;
                most = Math.Max(most, amount);
            }

            if (sum - most >= borrower.Above && sum > most)
            {
                return true;
            }
        }

        return false;
    }
}
