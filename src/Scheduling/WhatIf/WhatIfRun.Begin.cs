using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <content>The first moment: the pool as it stood, and the changes.</content>
public sealed partial class WhatIfRun
{
    private void Begin()
    {
        var snapshot = Prepared();
        if (snapshot is not null)
        {
            _machine.Restore(snapshot);
        }

        _machine.Advance(_now);
        foreach (var rack in _scenario.Start.Racks)
        {
            _machine.SeeRack(_scenario.Changed(rack, isCleared: false));
        }

        AddTrees(snapshot);
        _machine.AttachClaims();
        AddLive(snapshot);
        Requeue();
        AddComing();
        foreach (var (path, spec) in _scenario.Quotas)
        {
            TreeOf(path.Cohort).Set(path, spec, _now);
        }

        foreach (var submission in _scenario.Submissions)
        {
            Submit(submission);
        }

        Clear();
        TakeUpPlacing();
        _kicked = true;
        Decide();
    }

    /// <summary>What was between plan and commit goes on, or back.</summary>
    private void TakeUpPlacing()
    {
        var placing = _machine.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Placing).OrderBy(a => a.Plan).ToList();
        foreach (var attempt in placing.Where(a => a.Undoing))
        {
            _machine.Abort(attempt.Ref, null);
        }

        Carry([.. placing.Where(a => a.Stage == AttemptStage.Placing)]);
    }

    /// <summary>The snapshot with the changes that are made in it.</summary>
    private PoolSnapshot? Prepared()
    {
        if (_scenario.Start.Snapshot is not { } snapshot)
        {
            return null;
        }

        var attempts = snapshot.Attempts;
        if (!_scenario.Priorities.IsEmpty)
        {
            attempts = [.. attempts.Select(a => a with { Spec = _scenario.Changed(a.Attempt.Job, a.Spec) })];
        }

        return _scenario.Requeues
            ? snapshot with { Attempts = [.. attempts.Where(a => a.Stage != AttemptStage.Queued)], Claims = [] }
            : snapshot with { Attempts = attempts };
    }

    /// <summary>With the charges that this pool's attempts have, whatever a tree said at another moment.</summary>
    private void AddTrees(PoolSnapshot? snapshot)
    {
        var own = (snapshot?.Attempts ?? []).Where(a => a.Stage is AttemptStage.Running or AttemptStage.Freeing)
            .ToLookup(a => a.Spec.Quota.Cohort, StringComparer.Ordinal);
        foreach (var tree in _scenario.Start.Trees)
        {
            var ids = own[tree.Cohort].Select(a => a.Attempt).ToHashSet();
            _trees[tree.Cohort] = new WhatIfTree(
                QuotaTree.Restore(tree with
                {
                    // Plan numbers begin anew with the run, and what was spent after its beginning is not spent yet.
                    Refunded = [],
                    Levels = _past is null ? tree.Levels : [.. tree.Levels.Select(l => l with { Clock = null })],
                    Charges =
                    [
                        .. tree.Charges.Where(c => !ids.Contains(c.Attempt)),
                        .. own[tree.Cohort].Select(a => new QuotaCharge
                        {
                            Attempt = a.Attempt, Path = a.Spec.Quota, Amounts = a.Amounts, Plan = a.Plan, Priority = a.Spec.Priority, User = a.Spec.User,
                        }),
                    ],
                }), _scenario.Start.EarmarkLease);
        }

        foreach (var group in own.Where(g => !_trees.ContainsKey(g.Key)))
        {
            var tree = TreeOf(group.Key);
            foreach (var attempt in group)
            {
                tree.Charge(new QuotaCharge { Attempt = attempt.Attempt, Path = attempt.Spec.Quota, Amounts = attempt.Amounts, Plan = attempt.Plan }, _now, []);
            }
        }
    }

    private WhatIfTree TreeOf(string cohort)
    {
        if (!_trees.TryGetValue(cohort, out var tree))
        {
            _trees.Add(cohort, tree = new WhatIfTree(new QuotaTree(cohort), _scenario.Start.EarmarkLease));
        }

        return tree;
    }

    /// <summary>The jobs that are there. What is over is given back by the first look.</summary>
    private void AddLive(PoolSnapshot? snapshot)
    {
        var going = (snapshot?.Claims ?? []).Where(c => c.Kind == ClaimKind.Evict).SelectMany(c => c.Victims.Select(v => (Victim: v, c.For)))
            .DistinctBy(v => v.Victim).ToDictionary(v => v.Victim, v => v.For);
        foreach (var record in snapshot?.Attempts ?? [])
        {
            if (record.EndWanted || record.Stage == AttemptStage.Freeing || _machine.FindJob(record.Attempt.Job)?.Id != record.Attempt)
            {
                continue;
            }

            var runs = record.Stage == AttemptStage.Running;
            var job = NewJob(record.Attempt, record.Spec, record.SubmittedAt, countsWait: !runs && record is { Attempt.Number: 1, RanBefore: 0 }, guest: null);
            job.Work = WorkOf(
                record.Spec, _past is not null && _past.Runs.TryGetValue(record.Attempt.Job, out var known) ? known : null, TimeSpan.FromSeconds(record.RanBefore),
                runs && _now > record.CommittedAt ? _now - record.CommittedAt : TimeSpan.Zero, _machine.Find(record.Attempt));
            if (runs)
            {
                AddRunning(job, record, going.TryGetValue(record.Attempt, out var preemptor) ? preemptor : null);
            }
            else if (_past is not null && _past.Leaves.TryGetValue(record.Attempt.Job, out var leaves))
            {
                Add(leaves, new Occurrence(OccurrenceKind.Leaves, job));
            }

            WatchClock(job);
        }
    }

    private void AddRunning(WhatIfJob job, PoolAttemptRecord record, AttemptId? preemptor)
    {
        job.State = job.State with
        {
            Phase = JobPhase.Running,
            Plan = record.Plan,
            Placement = record.Placement,
            PlacedAt = record.CommittedAt,
            StartedAt = record.CommittedAt,
            HasStarted = true,
            LastCheckpointAt = record.CheckpointedAt,
        };
        (job.HasWorkers, job.RunsFrom, job.SavedAt) = (true, record.CommittedAt, record.CheckpointedAt);
        job.Fate.HasRun = true;
        Expect(job);
        if (record.StopWanted)
        {
            // Its workers were told to stop: for another, if one is promised their place, and else for good.
            job.State = job.State with { Phase = JobPhase.Stopping, After = preemptor is null ? JobPhase.Cancelled : JobPhase.Pending };
            Add(_now + _options.StopDelay, new Occurrence(OccurrenceKind.Gone, job, job.Run));
        }
        else if (record.CheckpointBy is { } stopAt && preemptor is { } other)
        {
            job.State = job.State with { Preemption = new JobPreemption { Preemptor = other, AskedAt = _now, StopAt = stopAt, Reason = $"makes room for {other.Job}" } };
            Add(_now + _options.SaveTime, new Occurrence(OccurrenceKind.Saves, job, job.Run));
        }
    }

    /// <summary>Under another order policy those that wait join the queue again, in the order in which they came.</summary>
    private void Requeue()
    {
        if (!_scenario.Requeues)
        {
            return;
        }

        foreach (var record in _scenario.Start.Snapshot!.Attempts.Where(a => a.Stage == AttemptStage.Queued).OrderBy(a => a.SubmittedAt).ThenBy(a => a.Attempt.Job))
        {
            var spec = _scenario.Changed(record.Attempt.Job, record.Spec);
            var job = NewJob(record.Attempt, spec, record.SubmittedAt, countsWait: record is { Attempt.Number: 1, RanBefore: 0 }, guest: null);
            job.Work = WorkOf(
                spec, _past is not null && _past.Runs.TryGetValue(record.Attempt.Job, out var known) ? known : null, TimeSpan.FromSeconds(record.RanBefore), TimeSpan.Zero, null);
            if (_past is not null && _past.Leaves.TryGetValue(record.Attempt.Job, out var leaves))
            {
                Add(leaves, new Occurrence(OccurrenceKind.Leaves, job));
            }

            Enqueue(job);
            WatchClock(job);
        }
    }

    private void AddComing()
    {
        for (var i = 0; i < _past?.Arrivals.Length; i++)
        {
            Add(_past.Arrivals[i].At, new Occurrence(OccurrenceKind.Comes, Number: i));
        }

        for (var i = 0; i < _past?.Racks.Length; i++)
        {
            Add(_past.Racks[i].At, new Occurrence(OccurrenceKind.RackSeen, Number: i));
        }
    }

    private void Submit(WhatIfSubmission submission)
    {
        var id = new AttemptId(new JobId(string.Create(CultureInfo.InvariantCulture, $"what-if-{submission.Change}")), 1);
        var job = NewJob(id, submission.Spec, _now, countsWait: false, new WhatIfGuest(submission.Change));
        job.Work = submission.RunsFor ?? WorkOf(submission.Spec, null, TimeSpan.Zero, TimeSpan.Zero, null);
        _guests.Add(job);
        Enqueue(job);
        WatchClock(job);
    }

    /// <summary>What runs on nodes that are taken away leaves first; then they are gone.</summary>
    private void Clear()
    {
        if (_scenario.Removed.IsEmpty)
        {
            return;
        }

        foreach (var job in _jobs.Values.Where(j => j.HasWorkers && j.State.Phase is JobPhase.Starting or JobPhase.Running && IsOnRemoved(j)).OrderBy(j => j.State.Id).ToList())
        {
            Become(job, JobDecider.Evict(job.State, job.State.Attempt, "its node is gone", _now));
            Gone(job, job.Run);
        }

        Pump(plan: false);
        foreach (var rack in _scenario.Start.Racks.Where(r => _scenario.Removed.ContainsKey(r.Spec.Rack)))
        {
            See(rack);
        }
    }

    private bool IsOnRemoved(WhatIfJob job) => _machine.Find(job.Attempt)?.Placement is { } placement
        && placement.Racks.Any(s => _scenario.Removed.TryGetValue(s.Rack, out var gone) && s.Workers.Any(w => (gone >> w.Slot & 1) != 0));

    private TimeSpan? WorkOf(JobSpec spec, WhatIfRuns? known, TimeSpan ranBefore, TimeSpan runsSince, PoolAttempt? attempt)
    {
        if (known is { For: { } exactly })
        {
            return exactly;
        }

        if (known is null && spec.RunFor is { } said)
        {
            return said / _options.RunForScale;
        }

        var atLeast = known?.AtLeast > runsSince ? known.Value.AtLeast : runsSince;
        var likely = attempt is null ? _machine.LikelyRun(spec, ranBefore + atLeast) : _machine.LikelyRun(attempt, ranBefore + atLeast);
        if (likely is not { } total)
        {
            return null;
        }

        Predicted++;
        var least = atLeast + TimeSpan.FromSeconds(1);
        return total - ranBefore > least ? total - ranBefore : least;
    }
}
