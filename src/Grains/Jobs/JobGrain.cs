using System.Collections.Immutable;
using Grains.Configuration;
using Grains.Pools;
using Microsoft.Extensions.Logging;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Jobs;

/// <summary>
/// The shell of one job: every turn takes a command, asks <see cref="JobDecider"/>, persists, and then tells the pool.
/// Only what is durable is ever shown or told.
/// </summary>
[GrainType("job")]
internal sealed class JobGrain(
    [PersistentState("job", StorageNames.Default)] IPersistentState<JobRecord> record,
    TimeProvider time,
    ILogger<JobGrain> log) : Grain, IJobGrain
{
    private static readonly TimeSpan RetryTelling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private JobState? _job;
    private TaskCompletionSource _changed = NewSignal();
    private IGrainTimer? _retry;
    private IGrainTimer? _deadline;

    private DateTimeOffset Now => time.GetUtcNow();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _job = record.State?.Job;
        WatchDeadline();
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task<SubmitAnswer> Submit(SubmitJob command)
    {
        if (_job is { } known)
        {
            return Repeated(known, command);
        }

        if (!command.Caller.MayChange(command.Spec.Tenant))
        {
            return new SubmitAnswer { Answer = Answer.Of(Outcome.Forbidden, $"'{command.Caller.User}' may not submit for tenant '{command.Spec.Tenant}'") };
        }

        var id = new JobId(this.GetPrimaryKeyString());
        await Save(JobDecider.Submit(id, command.Spec, command.BodyHash, Now));
        if (await Tell() is { Outcome: Outcome.LimitReached } full)
        {
            // Nobody was told that it was accepted: it leaves no trace, and the same key may be tried again.
            await record.ClearStateAsync();
            _job = null;
            DeactivateOnIdle();
            return new SubmitAnswer { Answer = full };
        }

        return new SubmitAnswer { Answer = Answer.Done(_job!.Version), Job = ToView(_job), Created = true };
    }

    public Task<JobView?> Get(Caller caller) => Task.FromResult(_job is { } job && caller.MaySee(job.Spec.Tenant) ? ToView(job) : null);

    public Task<Answer> Cancel(Caller caller, string reason) => Command(caller, job => JobDecider.Cancel(job, reason, Now));

    public Task<Answer> Suspend(Caller caller, string reason) => Command(caller, job => JobDecider.Suspend(job, reason, Now));

    public Task<Answer> Resume(Caller caller) => Command(caller, job => JobDecider.Resume(job, Now));

    public async Task<JobEventPage?> Events(Caller caller, long after, TimeSpan wait)
    {
        if (_job is not { } job || !caller.MaySee(job.Spec.Tenant))
        {
            return null;
        }

        if (job.Version <= after && !job.Phase.IsEnded() && wait > TimeSpan.Zero)
        {
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(_changed.Task, Task.Delay(wait < LongestWait ? wait : LongestWait, time, enough.Token));
            await enough.CancelAsync();
            job = _job ?? job;
        }

        return new JobEventPage
        {
            Events = [.. job.Timeline.Where(e => e.Sequence > after)],
            Complete = job.Phase.IsEnded(),
        };
    }

    public async Task<PlaceAnswer> Place(PlaceAttempt command)
    {
        if (_job is not { } job)
        {
            return new PlaceAnswer { Outcome = PlaceOutcome.Refused, Reason = "there is no such job", Attempt = 0 };
        }

        switch (JobDecider.Place(job, command.Attempt, command.Plan, command.Epoch, command.Placement, Now))
        {
            case JobDecision.Refuse refuse:
                return new PlaceAnswer
                {
                    Outcome = PlaceOutcome.Refused, Reason = refuse.Message, Attempt = job.Attempt, WantsPlacement = job.Phase == JobPhase.Pending,
                };
            case JobDecision.Change change:
                await Save(change.Next);
                WatchDeadline();
                break;
        }

        return new PlaceAnswer { Outcome = PlaceOutcome.Committed, Attempt = command.Attempt };
    }

    public async Task<FenceAnswer> Fence(int attempt, long plan)
    {
        if (_job is { } job && JobDecider.Fence(job, attempt, plan, Now) is JobDecision.Change change)
        {
            await Save(change.Next);
            TellLater();
        }

        return new FenceAnswer { Committed = _job is { } now && JobDecider.IsCommitted(now, attempt, plan) };
    }

    public Task<Answer> Report(AttemptReport report) =>
        Decide(job => JobDecider.Report(job, new WorkerReport(report.Attempt, report.AllStarted, report.AllSucceeded, report.Failure, report.Gone), Now));

    public Task<Answer> Evict(int attempt, string reason) => Decide(job => JobDecider.Evict(job, attempt, reason, Now));

    public Task<Answer> Preempt(PreemptAttempt command) => Evict(command.Attempt, command.Reason);

    public Task<Answer> CallOffPreemption(int attempt, AttemptId preemptor) => Task.FromResult(Answer.Done(_job?.Version ?? 0));

    public async Task Settle()
    {
        if (_job is { } job)
        {
            await Decide(j => JobDecider.CheckTimeLimit(j, Now));
            if (ReferenceEquals(job, _job))
            {
                await Tell();
            }
        }
    }

    private Task<Answer> Command(Caller caller, Func<JobState, JobDecision> decide)
    {
        if (_job is not { } job || !caller.MaySee(job.Spec.Tenant))
        {
            return Task.FromResult(Answer.Of(Outcome.NotFound, "there is no such job"));
        }

        return caller.MayChange(job.Spec.Tenant)
            ? Decide(decide)
            : Task.FromResult(Answer.Of(Outcome.Forbidden, $"'{caller.User}' may not change jobs of tenant '{job.Spec.Tenant}'", job.Version));
    }

    private async Task<Answer> Decide(Func<JobState, JobDecision> decide)
    {
        if (_job is not { } job)
        {
            return Answer.Of(Outcome.NotFound, "there is no such job");
        }

        switch (decide(job))
        {
            case JobDecision.Refuse refuse:
                return Answer.Of(Outcome.Conflict, refuse.Message, job.Version);
            case JobDecision.Change change:
                await Save(change.Next);
                WatchDeadline();
                await Tell();
                break;
        }

        return Answer.Done(_job.Version);
    }

    private async Task Save(JobState next)
    {
        record.State = new JobRecord { Job = next };
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            // Whether it was written is not known: forget what is in memory and read again.
            DeactivateOnIdle();
            throw;
        }

        _job = next;
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

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
                    return await pool.Enqueue(new EnqueueJob { Attempt = attempt, Spec = job.Spec, SubmittedAt = job.SubmittedAt });
                case PoolDuty.Stop:
                    await pool.Stop(attempt);
                    break;
                case PoolDuty.Ended:
                    await pool.Ended(attempt);
                    break;
            }

            return Answer.Done(job.Version);
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

    private void WatchDeadline()
    {
        _deadline?.Dispose();
        _deadline = _job?.DeadlineAt is { } deadline
            ? this.RegisterGrainTimer(Settle, deadline > Now ? deadline - Now : TimeSpan.Zero, Timeout.InfiniteTimeSpan)
            : null;
    }

    private static SubmitAnswer Repeated(JobState known, SubmitJob command)
    {
        if (!command.Caller.MaySee(known.Spec.Tenant) || known.Spec.Tenant != command.Spec.Tenant)
        {
            return new SubmitAnswer { Answer = Answer.Of(Outcome.Conflict, "this job id is taken") };
        }

        return known.BodyHash == command.BodyHash
            ? new SubmitAnswer { Answer = Answer.Done(known.Version), Job = ToView(known) }
            : new SubmitAnswer { Answer = Answer.Of(Outcome.Conflict, "this Idempotency-Key was used with another body") };
    }

    private static JobView ToView(JobState job) => new()
    {
        Id = job.Id,
        Spec = job.Spec,
        Phase = job.Phase,
        Attempt = job.Attempt,
        Placement = job.Placement,
        Reason = job.Reason,
        SubmittedAt = job.SubmittedAt,
        PlacedAt = job.PlacedAt,
        StartedAt = job.StartedAt,
        EndedAt = job.EndedAt,
        Version = job.Version,
        Failures = job.Failures,
    };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
