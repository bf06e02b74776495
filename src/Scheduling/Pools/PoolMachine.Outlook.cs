using System.Collections.Immutable;
using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>When a waiting job is likely to start, who has what it needs, and what would start it now.</content>
public sealed partial class PoolMachine
{
    private const int MostBlockers = 5;

    /// <summary>Running attempts, the first to end first, that are put aside on trial to see with whom gone the job would start.</summary>
    private const int MostTried = 128;

    /// <summary>Of those, the ones that are put back one by one, to name nobody in vain.</summary>
    private const int MostSpared = 16;

    /// <summary>Workers.</summary>
    private const int LargeGang = 4096;

    private JobExplanation WithOutlook(JobExplanation explanation, PoolAttempt attempt, Func<TenantId, bool> maySee)
    {
        var claim = _promises.GetValueOrDefault(attempt.Id);
        var inTheWay = claim is not null ? [.. claim.Victims.Select(Find).OfType<PoolAttempt>().Where(a => a.Placement is not null)]
            : attempt.Group!.State == GroupState.QuotaFull ? UsersOf(attempt.Group.Refusal!)
            : attempt.Group.State == GroupState.NoRoom && !attempt.Group.NeverFits ? InTheWayOf(attempt)
            : [];
        var blockers = inTheWay.Take(MostBlockers).Select(a => ToBlocker(a, claim, explanation.Quota, maySee)).ToImmutableArray();
        return explanation with
        {
            EffectivePriority = attempt.EffectivePriority,
            Promise = claim is null ? null : ToView(claim),
            StartEstimate = attempt.Group!.NeverFits ? null : Estimate(attempt, claim, explanation.Position ?? 1, inTheWay),
            Blockers = blockers,
            Suggestions = inTheWay.Count is > 0 and <= MostBlockers && claim is null && explanation.Quota is null
                ? explanation.Suggestions.Add(OfEnding(blockers, inTheWay)) : explanation.Suggestions,
        };
    }

    /// <summary>
    /// The fewest found, in the order in which they are likely to end, without whom the job would start: tried on the index, which is left as it
    /// was. Empty: not found among the first few.
    /// </summary>
    private List<PoolAttempt> InTheWayOf(PoolAttempt attempt)
    {
        using var trial = _racks.Index.BeginTrial();
        List<PoolAttempt> gone = [];
        var next = 1;
        foreach (var plan in _forecast.InOrderOfEnds(_predictor, SecondsOf(_clock)).Take(MostTried))
        {
            // What somebody else was promised helps nobody.
            if (_foreseen.TryGetValue(plan, out var other) && other.Placement is { } held && _claims.Unclaimed(held) is { } free)
            {
                trial.Release(free, other.Spec.Roles);
                gone.Add(other);
                if (gone.Count == next && trial.Fits(attempt.Request))
                {
                    return Needed(trial, attempt, gone);
                }

                next = gone.Count == next ? next * 2 : next;
            }
        }

        return gone.Count > 0 && trial.Fits(attempt.Request) ? Needed(trial, attempt, gone) : [];
    }

    private List<PoolAttempt> Needed(PlacementTrial trial, PoolAttempt attempt, List<PoolAttempt> gone)
    {
        // Each try places the whole gang: of very large ones only a few are worth it.
        var most = attempt.Request.TotalWorkers > LargeGang ? 2 : MostSpared;
        for (int i = gone.Count - 1, tried = 0; i >= 0 && tried < most; i--, tried++)
        {
            var mark = trial.Mark;
            trial.Take(_claims.Unclaimed(gone[i].Placement!)!, gone[i].Spec.Roles);
            if (trial.Fits(attempt.Request))
            {
                gone.RemoveAt(i);
            }
            else
            {
                trial.UndoTo(mark);
            }
        }

        return gone;
    }

    private StartEstimate? Estimate(PoolAttempt attempt, Claim? claim, long position, List<PoolAttempt> inTheWay)
    {
        if (claim is not null)
        {
            var likely = claim.Victims.Select(Find).OfType<PoolAttempt>().Select(a => EndsOf(a).P50 ?? claim.StartAt).DefaultIfEmpty(_clock).Max();
            return new StartEstimate { P50 = likely < claim.StartAt ? likely : claim.StartAt, P90 = claim.StartAt };
        }

        var ahead = _queue.Work * Math.Min(1, (position - 1) / (double)Math.Max(1, Pending));
        var wait = _forecast.Estimate(_predictor, attempt.Features.Gpus, Capacity.FreeGpuMilli / WorkerShape.WholeGpu, ahead, Capacity.Gpus, SecondsOf(_clock));
        var last = inTheWay.Count == 0 ? (P50: null, P90: null) : EndsOf(inTheWay[^1]);
        return At(Math.Max(wait.P50, SecondsUntil(last.P50))) is not { } p50 ? null
            : new StartEstimate { P50 = p50, P90 = At(Math.Max(wait.P90, SecondsUntil(last.P90))) };
    }

    private double SecondsUntil(DateTimeOffset? time) => time is { } at ? (at - _clock).TotalSeconds : 0;

    private DateTimeOffset? At(double seconds) => seconds < TimeSpan.FromDays(3650).TotalSeconds ? _clock.AddSeconds(Math.Ceiling(seconds)) : null;

    /// <summary>
    /// Those that use what a quota level lacks, in the order in which they are likely to end, until enough would be back; where an owner is refused,
    /// those that borrow it. A spent budget comes back with time only.
    /// </summary>
    private List<PoolAttempt> UsersOf(QuotaRefusal refusal)
    {
        List<PoolAttempt> users = [];
        if (refusal.Problem is not null || refusal.Bound == QuotaBound.Budget)
        {
            return users;
        }

        var missing = refusal.Used + refusal.Kept + refusal.Asked - refusal.Limit;
        foreach (var plan in _forecast.InOrderOfEnds(_predictor, SecondsOf(_clock)).Take(MostRunningSeen))
        {
            if (missing <= 0 || users.Count == MostTried)
            {
                break;
            }

            if (_foreseen.TryGetValue(plan, out var user) && Uses(user, refusal) is > 0 and var used)
            {
                users.Add(user);
                missing -= used;
            }
        }

        return users;
    }

    private static long Uses(PoolAttempt user, QuotaRefusal refusal)
    {
        var counts = refusal.Owed
            ? refusal.Borrowers.Any(b => PreemptionRules.Borrows(user.Spec.Quota, b))
            : user.Spec.Quota.IsWithin(refusal.Path) && (refusal.Bound != QuotaBound.User || user.Spec.User == refusal.Whose);
        return !counts ? 0 : user.Amounts.FirstOrDefault(a => a.Resource == refusal.Resource).Amount;
    }

    private Blocker ToBlocker(PoolAttempt attempt, Claim? claim, QuotaShortage? quota, Func<TenantId, bool> maySee)
    {
        var visible = maySee(attempt.Spec.Tenant);
        var why = claim?.Kind switch
        {
            ClaimKind.Evict when attempt.StopWanted || attempt.Stage == AttemptStage.Freeing => "is stopping to make room",
            ClaimKind.Evict => "is asked to make room",
            ClaimKind.Reserve => "runs on nodes that are reserved for this job",
            _ when quota is not null => $"uses {quota.Resource} of {quota.Path}",
            _ => "runs on nodes that this job would take",
        };
        return new Blocker
        {
            Job = visible ? attempt.Id.Job : new JobId(""),
            Owner = visible ? $"{attempt.Spec.Tenant}/{attempt.Spec.User}" : "",
            Why = why,
            EndsAt = claim?.Kind == ClaimKind.Evict ? attempt.CheckpointBy ?? claim.StartAt : EndsOf(attempt).P50,
            GpuMilli = attempt.Spec.TotalGpuMilli,
        };
    }

    private ClaimView ToView(Claim claim) => new()
    {
        Kind = claim.Kind,
        StartAt = claim.StartAt,
        Nodes = [.. claim.Target.Racks.SelectMany(s => s.Workers.Select(w => (w.Rank, Node: NodeOf(s.Rack, w.Slot)))).OrderBy(w => w.Rank).Select(w => w.Node)],
    };

    private NodeId NodeOf(RackId rack, int slot) => _racks.Find(rack) is { } view && slot < view.Spec.Nodes.Length ? view.Spec.Nodes[slot].Name : default;

    private static Suggestion OfEnding(ImmutableArray<Blocker> blockers, List<PoolAttempt> inTheWay)
    {
        var hidden = blockers.Count(b => b.Job.Value.Length == 0);
        var named = string.Join(", ", blockers.Where(b => b.Job.Value.Length > 0).Select(b => b.Job.Value));
        var others = hidden == 0 ? "" : $"{(named.Length == 0 ? "" : " and ")}{hidden} of other tenants";
        return new Suggestion { Change = $"end {named}{others} ({inTheWay.Sum(a => a.Features.Gpus)} GPUs)", Effect = StartsNow };
    }
}
