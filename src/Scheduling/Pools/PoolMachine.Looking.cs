using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Scheduling.Model;
using Scheduling.Preemption;
using Scheduling.Quotas;
using Scheduling.Reservations;

namespace Scheduling.Pools;

/// <content>
/// What is the same for all who are looked at in one pass: who could be asked to leave, and when what runs is expected to have ended. Both take a walk over all that
/// runs, so they are found out once, by whoever needs them first, and hold until something is applied.
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Whom <see cref="MayGo"/> lets go, by plan.</summary>
    private readonly List<(PoolAttempt Attempt, VictimFacts Facts)> _candidates = [];
    private bool _hasCandidates;
    private RunningEnds? _ends;

    /// <summary>Something changed, or time passed.</summary>
    private void ForgetLook()
    {
        _placeless.Clear();
        _hasCandidates = false;
        _ends = null;
    }

    private ReadOnlySpan<(PoolAttempt Attempt, VictimFacts Facts)> Candidates()
    {
        if (!_hasCandidates)
        {
            _candidates.Clear();
            foreach (var attempt in _active.InOrder)
            {
                if (MayGo(attempt))
                {
                    _candidates.Add((attempt, FactsOf(attempt)));
                }
            }

            _hasCandidates = true;
        }

        return CollectionsMarshal.AsSpan(_candidates);
    }

    private bool AnyEligible(Preemptor preemptor)
    {
        foreach (ref readonly var candidate in Candidates())
        {
            if (PreemptionRules.Judge(preemptor, candidate.Facts, _clock, Policy.Limits) == VictimVerdict.Eligible)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whose room the preemptor may count on. Of what they hold, only what is not promised to others already.</summary>
    private List<Victim> EligibleFor(Preemptor preemptor)
    {
        List<Victim> eligible = [];
        foreach (ref readonly var candidate in Candidates())
        {
            if (PreemptionRules.MayCountOn(PreemptionRules.Judge(preemptor, candidate.Facts, _clock, Policy.Limits))
                && _claims.Unclaimed(candidate.Attempt.Placement!) is { } free)
            {
                eligible.Add(ToVictim(candidate.Attempt, free));
            }
        }

        return eligible;
    }

    /// <summary>The same for an owner who was refused: those count as borrowing of whom its tree says so.</summary>
    private List<Victim> EligibleFor(Preemptor preemptor, QuotaRefusal refusal)
    {
        List<Victim> eligible = [];
        ImmutableArray<QuotaPath> named = [.. refusal.Borrowers.Select(b => b.Path).Distinct()];
        foreach (ref readonly var candidate in Candidates())
        {
            var isNamed = false;
            foreach (var borrower in refusal.Borrowers)
            {
                isNamed |= PreemptionRules.Borrows(candidate.Facts.Quota, borrower);
            }

            var facts = candidate.Facts with { IsBorrowing = candidate.Facts.IsBorrowing || isNamed };
            if (!PreemptionRules.MayCountOn(PreemptionRules.Judge(preemptor, facts, _clock, Policy.Limits, named))
                || (refusal.Owed && !facts.IsStopping && !isNamed && !IsLower(preemptor, facts.IsOpportunistic, facts.Priority)))
            {
                continue;
            }

            if (_claims.Unclaimed(candidate.Attempt.Placement!) is { } free)
            {
                eligible.Add(ToVictim(candidate.Attempt, free) with { IsBorrowing = facts.IsBorrowing });
            }
        }

        return eligible;
    }

    /// <summary>The first of those that run to end, with what a reservation may count on when they have.</summary>
    private RunningEnds Ends()
    {
        if (_ends is null)
        {
            var running = new List<RunningGang>();
            foreach (var number in _planned.InOrderOfEnds(_predictor, SecondsOf(_clock)).Take(MostRunningSeen))
            {
                if (_foreseen.TryGetValue(number, out var attempt) && attempt.Placement is { } held && _claims.Unclaimed(held) is { } free)
                {
                    var (p50, p90) = EndsOf(attempt);
                    running.Add(new RunningGang { Attempt = attempt.Id, Placement = free, Roles = attempt.Spec.Roles, P50End = p50, P90End = p90 });
                }
            }

            _ends = ReservationPlanner.EndsOf(_racks.Index, running, _clock, Policy.Reservations);
        }

        return _ends;
    }

    private VictimFacts FactsOf(PoolAttempt attempt) => new(
        attempt.Id.Job, attempt.Spec.Priority, attempt.Spec.Quota, IsBorrowing(attempt), attempt.Spec.IsOpportunistic,
        attempt.StopWanted || attempt.Stage == AttemptStage.Freeing, attempt.CommittedAt, _evictions.Suffered(attempt.Id.Job, _clock), MinRuntimeOf(attempt));
}
