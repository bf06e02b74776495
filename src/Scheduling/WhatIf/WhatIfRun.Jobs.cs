using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.WhatIf;

/// <content>Jobs and their workers, as job grains and a backend lead them.</content>
public sealed partial class WhatIfRun
{
    private WhatIfJob NewJob(AttemptId attempt, JobSpec spec, DateTimeOffset submittedAt, bool countsWait, WhatIfGuest? guest)
    {
        var state = JobDecider.Submit(attempt.Job, spec, "", submittedAt) with { Attempt = attempt.Number, Unmet = [], Timeline = [] };
        var fate = new WhatIfFate(spec, attempt, submittedAt) { CountsWait = countsWait };
        var job = new WhatIfJob(fate, state) { Guest = guest };
        _fates.Add(fate);
        _jobs.Add(attempt.Job, job);
        return job;
    }

    private void Come(WhatIfArrival arrival)
    {
        var spec = _scenario.Changed(arrival.Attempt.Job, arrival.Spec);
        if (_jobs.TryGetValue(arrival.Attempt.Job, out var same))
        {
            // It had left and came again, and has not got so far here: it has the more to do.
            same.Work += arrival.Runs.For ?? TimeSpan.Zero;
            return;
        }

        var job = NewJob(arrival.Attempt, spec, arrival.SubmittedAt, countsWait: arrival.Attempt.Number == 1, guest: null);
        job.Work = WorkOf(spec, arrival.Runs, TimeSpan.Zero, TimeSpan.Zero, null);
        Enqueue(job);
        if (arrival.LeavesAt is { } leaves)
        {
            Add(leaves, new Occurrence(OccurrenceKind.Leaves, job));
        }

        WatchClock(job);
    }

    private void TakeBack(WhatIfJob job)
    {
        if (job.State.Phase == JobPhase.Pending)
        {
            job.Fate.LeftAt = _now;
            Become(job, JobDecider.Cancel(job.State, "its owner took it back", _now));
        }
    }

    private void Enqueue(WhatIfJob job)
    {
        _kicked = true;
        if (_machine.Enqueue(job.Attempt, job.State.Spec, job.State.SubmittedAt) is not null)
        {
            job.Fate.TurnedAway = true;
            Forget(job);
        }
    }

    /// <summary>A job's grain after a decision: it tells the pool what it should know, and sets its clock.</summary>
    private void Become(WhatIfJob job, JobDecision decision)
    {
        if (decision is not JobDecision.Change { Next: var next })
        {
            return;
        }

        var before = job.State;
        job.State = next with { Timeline = [] };
        _kicked = true;
        switch (JobDecider.DutyOf(next))
        {
            case PoolDuty.Enqueue:
                Enqueue(job);
                break;
            case PoolDuty.Checkpoint:
                _machine.Checkpoint(job.Attempt, next.Preemption!.StopAt);
                if (before.Preemption is null)
                {
                    Add(_now + _options.SaveTime, new Occurrence(OccurrenceKind.Saves, job, job.Run));
                }

                break;
            case PoolDuty.None when before.Preemption is not null:
                _machine.Checkpoint(job.Attempt, null);
                break;
            case PoolDuty.Stop when _machine.Stop(job.Attempt):
                Add(_now + _options.StopDelay, new Occurrence(OccurrenceKind.Gone, job, job.Run));
                break;
            case PoolDuty.Ended:
                _machine.End(job.Attempt);
                Forget(job);
                return;
        }

        if (next.Phase.HoldsResources() && next.LastCheckpointAt is { } saved && saved != before.LastCheckpointAt)
        {
            _machine.Checkpointed(job.Attempt, saved);
        }

        WatchClock(job);
    }

    private void Forget(WhatIfJob job)
    {
        if (_jobs.Remove(job.State.Id))
        {
            job.Fate.TurnedAway |= !job.Fate.HasRun && job.Fate.LeftAt is null;
            job.Fate.EndedAt = _now;
        }
    }

    private void WatchClock(WhatIfJob job)
    {
        if (job.State.WakeAt is { } at && at != job.WakeAt && _jobs.ContainsKey(job.State.Id))
        {
            job.WakeAt = at;
            Add(at < _now ? _now : at, new Occurrence(OccurrenceKind.Wakes, job));
        }
    }

    private void Wake(WhatIfJob job)
    {
        job.WakeAt = null;
        if (!_jobs.TryGetValue(job.State.Id, out var live) || live != job)
        {
            return;
        }

        Become(job, JobDecider.CheckTime(job.State, _now));

        if (job.WakeAt is null && job.State.WakeAt is { } at && _jobs.ContainsKey(job.State.Id))
        {
            // A latest start is passed only a moment after it.
            job.WakeAt = at;
            Add(at > _now ? at : _now.AddMilliseconds(1), new Occurrence(OccurrenceKind.Wakes, job));
        }
    }

    /// <summary>The job has its placement: its workers are there at once.</summary>
    private void Start(WhatIfJob job)
    {
        job.Run++;
        (job.HasWorkers, job.RunsFrom, job.SavedAt) = (true, _now, null);
        job.Fate.StartedAt ??= _now;
        job.Fate.HasRun = true;
        Become(job, JobDecider.Report(job.State, new WorkerReport(job.State.Attempt, AllStarted: true, AllSucceeded: false, null, Gone: false), _now));
        Expect(job);
    }

    /// <summary>When its workers end, and when they save their work.</summary>
    private void Expect(WhatIfJob job)
    {
        if (job.Work is { } work)
        {
            _ending++;
            Add(job.RunsFrom + work, new Occurrence(OccurrenceKind.Ends, job, job.Run));
        }

        if (job.State.Spec.Checkpoint?.Interval is { } interval)
        {
            Add((job.SavedAt ?? job.RunsFrom) + interval, new Occurrence(OccurrenceKind.Saves, job, job.Run));
        }
    }

    private void Save(WhatIfJob job, long run)
    {
        if (!job.HasWorkers || job.Run != run || job.State.Phase != JobPhase.Running)
        {
            return;
        }

        job.SavedAt = _now;
        var byItself = job.State.Preemption is null;
        Become(job, JobDecider.Report(
            job.State, new WorkerReport(job.State.Attempt, AllStarted: true, AllSucceeded: false, null, Gone: false, CheckpointedAt: _now), _now));
        if (byItself && job.State.Spec.Checkpoint?.Interval is { } interval)
        {
            Add(_now + interval, new Occurrence(OccurrenceKind.Saves, job, run));
        }
    }

    /// <summary>Its work is done.</summary>
    private void End(WhatIfJob job, long run)
    {
        if (job.HasWorkers && job.Run == run && job.State.Phase == JobPhase.Running)
        {
            if (job.RunsFrom + job.Work is { } later && later > _now)
            {
                // It was given more to do meanwhile.
                Add(later, new Occurrence(OccurrenceKind.Ends, job, run));
                return;
            }

            StopWork(job, keptUntil: _now);
            Become(job, JobDecider.Report(job.State, new WorkerReport(job.State.Attempt, AllStarted: true, AllSucceeded: true, null, Gone: true), _now));
        }
    }

    /// <summary>No worker of a stopped attempt is left.</summary>
    private void Gone(WhatIfJob job, long run)
    {
        if (!job.HasWorkers || job.Run != run || job.State.Phase != JobPhase.Stopping)
        {
            return;
        }

        if (job.State.After == JobPhase.Pending)
        {
            var kept = job.State.Spec.Checkpoint is null ? job.RunsFrom : job.SavedAt ?? job.RunsFrom;
            job.Fate.Evictions++;
            job.Work -= kept > job.RunsFrom ? kept - job.RunsFrom : TimeSpan.Zero;
            NoteVictim(job);
            StopWork(job, kept);
        }
        else
        {
            StopWork(job, keptUntil: _now);
        }

        Become(job, JobDecider.Report(job.State, new WorkerReport(job.State.Attempt, AllStarted: true, AllSucceeded: false, null, Gone: true), _now));
    }

    private void StopWork(WhatIfJob job, DateTimeOffset keptUntil)
    {
        job.HasWorkers = false;
        _ending -= job.Work is null ? 0 : 1;
        Account(job, _now, keptUntil);
    }

    /// <summary>What its workers had since the run began, and what of their work is kept.</summary>
    private void Account(WhatIfJob job, DateTimeOffset until, DateTimeOffset keptUntil)
    {
        var since = job.RunsFrom > _from ? job.RunsFrom : _from;
        var kept = keptUntil > since ? keptUntil - since : TimeSpan.Zero;
        double gpus = job.State.Spec.TotalGpuMilli;
        job.Fate.Held += gpus * (until - since).TotalMilliseconds;
        job.Fate.Kept += gpus * kept.TotalMilliseconds;
        job.Fate.Lost += gpus * ((until - since) - kept).TotalMilliseconds;
    }

    private void NoteVictim(WhatIfJob job)
    {
        if (_machine.Find(job.Attempt)?.EvictedFor is { } other && _jobs.TryGetValue(other.Job, out var preemptor) && preemptor.Guest is { } guest)
        {
            var spec = job.State.Spec;
            guest.Evicts.Add(new WhatIfVictim(job.State.Id, spec.Tenant, spec.User, spec.TotalGpuMilli));
        }
    }
}
