using System.Collections.Immutable;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <content>
/// The pool's recipe, in the order in which its grain carries it out: give back what is over; promises; plan the next few in order, charge them, commit
/// them. Messages arrive at once and once.
/// </content>
public sealed partial class WhatIfRun
{
    /// <summary>Until nothing is left to decide at this moment.</summary>
    private void Pump(bool plan = true)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            _kicked = false;
            GiveBack();
            if (plan)
            {
                if (_machine.ClaimsDue)
                {
                    Ask();
                    _machine.PlanClaims();
                    Evict(standing: false);
                }

                IReadOnlyList<PoolAttempt> planned;
                do
                {
                    planned = _machine.Plan(_options.RoundSize);
                    LearnAnswers();
                    Carry(planned);
                }
                while (planned.Count > 0);
            }

            CallOff();
            if (_machine.TakeEntries() is { Count: > 0 } entries)
            {
                Decided?.Invoke(entries);
            }

            if (!_kicked)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The pool does not come to rest at {_now:O}.");
    }

    private void GiveBack()
    {
        var freed = new HashSet<QuotaPath>();
        foreach (var over in _machine.TakeFreeing())
        {
            TreeOf(over.Spec.Quota.Cohort).Refund(over.Ref, _now, freed);
            _machine.Free(over.Ref);
        }

        foreach (var content in _machine.TakeLetGo())
        {
            TreeOf(content.Spec.Quota.Cohort).CallOff(content.Id, freed);
        }

        TellOfRoom(freed);
    }

    private void TellOfRoom(HashSet<QuotaPath> freed)
    {
        foreach (var path in freed.OrderBy(p => p.Value, StringComparer.Ordinal))
        {
            _machine.QuotaFreed(path);
            _kicked = true;
        }
    }

    private QuotaRefusal? ChargeAtOnce(PoolAttempt attempt, ImmutableArray<ResourceAmount> amounts)
    {
        var tree = TreeOf(attempt.Spec.Quota.Cohort);
        tree.PassTime(_now, _freed);
        return _answers[attempt.Id] = tree.Charge(ChargeOf(attempt, amounts, _machine.LastPlan + 1), _now, _freed);
    }

    /// <summary>What a pool would hear with the answers to its charges.</summary>
    private void LearnAnswers()
    {
        if (_answers.Count == 0)
        {
            return;
        }

        foreach (var (cohort, tree) in _trees)
        {
            Learn(cohort, tree);
        }

        TellOfRoom(_freed);
        _freed.Clear();
    }

    private static QuotaCharge ChargeOf(PoolAttempt attempt, ImmutableArray<ResourceAmount> amounts, long plan) => new()
    {
        Attempt = attempt.Id, Path = attempt.Spec.Quota, Amounts = amounts, Plan = plan, Priority = attempt.Spec.Priority, User = attempt.Spec.User,
    };

    /// <summary>One charge a tree; what is granted commits, at once or after the delay; what is refused waits for its quota.</summary>
    private void Carry(IReadOnlyList<PoolAttempt> planned)
    {
        foreach (var group in planned.GroupBy(a => a.Spec.Quota.Cohort).ToList())
        {
            var tree = TreeOf(group.Key);
            var freed = new HashSet<QuotaPath>();
            tree.PassTime(_now, freed);
            foreach (var attempt in group)
            {
                if ((_answers.TryGetValue(attempt.Id, out var said) ? said : tree.Charge(ChargeOf(attempt, attempt.Amounts, attempt.Plan), _now, freed)) is { } refusal)
                {
                    _machine.BeginUndo(attempt.Ref);
                    _machine.Abort(attempt.Ref, refusal);
                    _kicked = true;
                }
                else if (_jobs.TryGetValue(attempt.Id.Job, out var job) && _options.CommitDelay > TimeSpan.Zero)
                {
                    Add(_now + _options.CommitDelay, new Occurrence(OccurrenceKind.Commits, job, attempt.Plan));
                }
                else
                {
                    Commit(job, attempt);
                }
            }

            Learn(group.Key, tree);
            TellOfRoom(freed);
        }

        _answers.Clear();
    }

    private void Commit(WhatIfJob job, long plan)
    {
        if (_machine.Find(job.Attempt) is { Stage: AttemptStage.Placing } attempt && attempt.Plan == plan)
        {
            Commit(job, attempt);
        }
    }

    private void Commit(WhatIfJob? job, PoolAttempt attempt)
    {
        if (job is not null && JobDecider.Place(job.State, attempt.Id.Number, attempt.Plan, _machine.Epoch, attempt.Placement!, _now) is JobDecision.Change placed)
        {
            NoteNodes(job, attempt.Placement!);
            _machine.Commit(attempt.Ref);
            Become(job, placed);
            Start(job);
            return;
        }

        // The job is past this attempt: it is not queued again.
        var freed = new HashSet<QuotaPath>();
        _machine.End(attempt.Id);
        _machine.BeginUndo(attempt.Ref);
        TreeOf(attempt.Spec.Quota.Cohort).Refund(attempt.Ref, _now, freed);
        _machine.Abort(attempt.Ref, null);
        TellOfRoom(freed);
        _kicked = true;
    }

    private void NoteNodes(WhatIfJob job, GangPlacement placement)
    {
        if (job.Guest is { Nodes.IsEmpty: true } guest)
        {
            guest.Nodes =
            [
                .. placement.Racks.SelectMany(s => s.Workers.Select(w => _machine.FindRack(s.Rack) is { } view ? view.Spec.Nodes[w.Slot].Name : default)).Distinct()
                    .OrderBy(n => n.Value, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>What the trees say to those that would get a promise, and of those that run.</summary>
    private void Ask()
    {
        var heads = _machine.HeadsToHelp();
        if (heads.Count == 0)
        {
            return;
        }

        foreach (var group in _machine.WhoMayBorrow())
        {
            var tree = TreeOf(group.Key);
            _machine.SeeBorrowing(group, group.Select(a => a.Id).Where(tree.Tree.IsBorrowing).ToHashSet());
        }

        foreach (var head in heads)
        {
            var tree = TreeOf(head.Spec.Quota.Cohort);
            _machine.SeeOutlook(head.Id, tree.Foresee(_machine.ChargeOf(head), [], keep: false, _now));
            Learn(head.Spec.Quota.Cohort, tree);
        }
    }

    private void Evict(bool standing)
    {
        _kicked = true;
        if (_machine.Promises.Count == 0)
        {
            return;
        }

        var agreed = new HashSet<AttemptId>();
        foreach (var claim in _machine.ClaimsToConfirm(standing))
        {
            // One that stood a moment ago may have gone with another.
            if (_machine.Find(claim.For) is { } waiting && _machine.Promises.TryGetValue(claim.For, out var still) && ReferenceEquals(still, claim))
            {
                var outlook = TreeOf(waiting.Spec.Quota.Cohort).Foresee(_machine.ChargeOf(waiting), _machine.GoneFor(claim), keep: true, _now);
                if (_machine.Confirm(claim.For, outlook))
                {
                    agreed.Add(claim.For);
                }
            }
        }

        foreach (var (victim, preemptor) in _machine.WantedEvictions().Where(w => !w.Victim.PreemptionAsked && agreed.Contains(w.Preemptor)).ToList())
        {
            victim.PreemptionAsked = true;
            if (_jobs.TryGetValue(victim.Id.Job, out var job))
            {
                var wanted = victim.Spec.Checkpoint?.Grace ?? TimeSpan.Zero;
                var grace = wanted < _machine.Policy.MaxGrace ? wanted : _machine.Policy.MaxGrace;
                Become(job, JobDecider.Preempt(job.State, victim.Id.Number, preemptor, grace, $"makes room for {preemptor.Job}", _now));
            }
        }
    }

    private void CallOff()
    {
        foreach (var off in _machine.TakeCalledOff())
        {
            if (_jobs.TryGetValue(off.Victim.Job, out var job))
            {
                Become(job, JobDecider.CallOffPreemption(job.State, off.Victim.Number, off.Preemptor, _now));
            }
        }
    }

    /// <summary>As a pool on its retry timer: time may have changed what can be promised.</summary>
    private void Review()
    {
        _reviewAt = null;
        var freed = new HashSet<QuotaPath>();
        foreach (var tree in _trees.Values)
        {
            tree.PassTime(_now, freed);
        }

        TellOfRoom(freed);
        _machine.ReviewClaims();
        foreach (var (victim, _) in _machine.WantedEvictions())
        {
            victim.PreemptionAsked = false;
        }

        Evict(standing: true);
        _machine.AskQuotaAgain();
    }

    private void Learn(string cohort, WhatIfTree tree)
    {
        if (_machine.KnownVersion(cohort) != tree.Tree.Version)
        {
            _machine.SetLevels(CohortLevels.Of(cohort, tree.Tree.Version, tree.Tree.Settings));
        }
    }
}
