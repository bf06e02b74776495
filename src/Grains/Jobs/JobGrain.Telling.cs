using Grains.Pools;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Jobs;

/// <content>What a job tells its pool after every change, and what its clock tells it.</content>
internal sealed partial class JobGrain
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    /// <summary>What this activation has told the pool, so that it is not told again with every change.</summary>
    private DateTimeOffset? _toldCheckpoint;
    private bool _askedToCheckpoint;

    /// <summary>The state that was looked at as soon as it was due; when nothing came of that, there is no hurry.</summary>
    private JobState? _looked;

    /// <summary>Tells the pool what it should know. What fails is tried again later; null then.</summary>
    private async Task<Answer?> Tell()
    {
        var job = _job!;
        var pool = GrainFactory.GetGrain<IPoolGrain>(job.Spec.Pool.Value);
        var attempt = new AttemptId(job.Id, job.Attempt);
        try
        {
            switch (JobDecider.DutyOf(job))
            {
                case PoolDuty.Enqueue:
                    if (await pool.Enqueue(new EnqueueJob { Attempt = attempt, Spec = job.Spec, SubmittedAt = job.SubmittedAt }) is { IsDone: false } refused)
                    {
                        return refused;
                    }

                    break;
                case PoolDuty.Checkpoint:
                    _askedToCheckpoint = true;
                    await pool.Checkpoint(attempt, job.Preemption!.StopAt);
                    break;
                case PoolDuty.None when _askedToCheckpoint:
                    await pool.Checkpoint(attempt, null);
                    _askedToCheckpoint = false;
                    break;
                case PoolDuty.Stop:
                    await pool.Stop(attempt);
                    break;
                case PoolDuty.Hold when job.Attempt > 1:
                    await pool.Ended(attempt with { Number = job.Attempt - 1 });
                    break;
                case PoolDuty.Ended:
                    await pool.Ended(attempt);
                    break;
            }

            if (job.Phase.HoldsResources() && job.LastCheckpointAt is { } saved && saved != _toldCheckpoint)
            {
                await pool.Checkpointed(attempt, saved);
                _toldCheckpoint = saved;
            }

            await TellParts();
            return Answer.Done(_job!.Version);
        }
        catch (Exception e)
        {
            GrainLog.PoolNotTold(log, e, job.Id.Value, job.Spec.Pool.Value);
            TellLater();
            return null;
        }
    }

    private void TellLater() => _retry ??= this.RegisterGrainTimer(TellAgain, RetryTelling, RetryTelling);

    private async Task TellAgain()
    {
        if (_job is null || await Tell() is not null)
        {
            _retry?.Dispose();
            _retry = null;
        }
    }

    /// <summary>One timer for the next thing that time makes of the job; after a crash the reconciler wakes it by its index row.</summary>
    private void WatchClock()
    {
        _wake?.Dispose();
        _wake = null;
        if (_job?.WakeAt is { } at)
        {
            var wait = at - Now + Soonest;
            if (wait <= Soonest)
            {
                wait = ReferenceEquals(_looked, _job) ? RetryTelling : Soonest;
                _looked = _job;
            }

            _wake = this.RegisterGrainTimer(Settle, wait > LongestTimer ? LongestTimer : wait, Timeout.InfiniteTimeSpan);
        }
    }
}
