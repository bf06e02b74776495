using System.Collections.Immutable;
using Grains.Configuration;
using Grains.Pools;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Jobs;

/// <summary>
/// The shell of one job: every turn takes a command, asks <see cref="JobDecider"/>, persists, and then tells the pool.
/// Only what is durable is ever shown or told.
/// </summary>
[GrainType("job")]
internal sealed partial class JobGrain(
    [PersistentState("job", StorageNames.Default)] IPersistentState<JobRecord> record,
    TimeProvider time,
    ILogger<JobGrain> log) : Grain, IJobGrain
{
    private static readonly TimeSpan RetryTelling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgainFirst = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgainEvery = TimeSpan.FromMinutes(5);

    private JobState? _job;
    private TaskCompletionSource _changed = NewSignal();
    private IGrainTimer? _retry;
    private IGrainTimer? _wake;

    /// <summary>For tests, which look into it between turns.</summary>
    internal JobState? State => _job;

    private DateTimeOffset Now => time.GetUtcNow();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _job = record.State?.Job;

        // What the activation before may have asked of the workers is taken back with the next word to the pool, unless it still holds.
        _askedToCheckpoint = _job is { Spec.Checkpoint: not null };
        WatchClock();
        this.RegisterGrainTimer(static (self, _) => self.LookAgain(), this, new GrainTimerCreationOptions(LookAgainFirst, LookAgainEvery));
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task<SubmitAnswer> Submit(SubmitJob command)
    {
        if (_job is { } known && Guards.Hold(Guard.SubmittedOnce))
        {
            return Repeated(known, command);
        }

        if (!command.Caller.MayChange(command.Spec.Tenant))
        {
            return new SubmitAnswer { Answer = Answer.Of(Outcome.Forbidden, $"'{command.Caller.User}' may not submit for tenant '{command.Spec.Tenant}'") };
        }

        var id = new JobId(this.GetPrimaryKeyString());
        var (next, refused) = await Wait(JobDecider.Submit(id, command.Spec, command.BodyHash, Now));
        if (refused is not null)
        {
            return refused;
        }

        await Save(next);
        WatchClock();
        if (await Tell() is { Outcome: Outcome.LimitReached } full)
        {
            // Nobody was told that it was accepted: it leaves no trace, and the same key may be tried again.
            await record.Clear(DeactivateOnIdle);
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

        if (job.Timeline[^1].Sequence <= after && !job.Phase.IsEnded() && wait > TimeSpan.Zero)
        {
            using var enough = new CancellationTokenSource();
            var end = Task.Delay(wait < LongestWait ? wait : LongestWait, time, enough.Token);
            while (job.Timeline[^1].Sequence <= after && !end.IsCompleted)
            {
                await Task.WhenAny(_changed.Task, end);
                job = _job ?? job;
            }

#pragma warning disable VSTHRD103 // CancelAsync would go on upon the thread pool, and all that is cancelled here is a delay.
            enough.Cancel();
#pragma warning restore VSTHRD103
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
                    Outcome = PlaceOutcome.Refused, Reason = refuse.Message, Attempt = job.Attempt, WantsPlacement = JobDecider.WantsPlacement(job),
                };
            case JobDecision.Change change:
                await Save(change.Next);
                WatchClock();
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

    public Task<Answer> Report(AttemptReport report) => Decide(job => JobDecider.Report(
        job,
        new WorkerReport(
            report.Attempt, report.AllStarted, report.AllSucceeded, report.Failure, report.Gone, report.FailureClass, report.CheckpointedAt,
            report.Fence, report.Binding, report.Replaces, report.Lost, report.Vacant),
        Now));

    public Task<Answer> Evict(int attempt, string reason) => Decide(job => JobDecider.Evict(job, attempt, reason, Now));

    public async Task<Answer> LoseNode(int attempt, NodeId node, string reason)
    {
        if (_job is not { } job || !JobDecider.SwapsMembers(job, attempt))
        {
            return await Evict(attempt, reason);
        }

        // Nothing is kept of it here or there: the node says so again for as long as anything of the attempt is on it.
        await GrainFactory.GetGrain<IPoolGrain>(job.Spec.Pool.Value).LeaveNode(new AttemptId(job.Id, attempt), node);
        return Answer.Done(job.Version);
    }

    public Task<Answer> Preempt(PreemptAttempt command) =>
        Decide(job => JobDecider.Preempt(job, command.Attempt, command.Preemptor, command.Grace, command.Reason, Now));

    public Task<Answer> CallOffPreemption(int attempt, AttemptId preemptor) => Decide(job => JobDecider.CallOffPreemption(job, attempt, preemptor, Now));

    public async Task Settle()
    {
        if (_job is { } job)
        {
            await Decide(j => JobDecider.CheckTime(j, Now));
            if (ReferenceEquals(job, _job))
            {
                WatchClock();
                await Tell();
                TellDependents();
            }
        }
    }

    /// <summary>
    /// A silo that was given up may still have written this job after it was read here. The next write would find out; without one, what is
    /// shown would be out of date for as long as anybody looks.
    /// </summary>
    private async Task LookAgain()
    {
        if (_job is { } job && !job.Phase.IsEnded())
        {
            await record.ReadStateAsync();
            if (record.State?.Job?.Version != job.Version)
            {
                DeactivateOnIdle();
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
                WatchClock();
                await Tell();
                break;
        }

        return Answer.Done(_job.Version);
    }

    private async Task Save(JobState next)
    {
        await record.Write(new JobRecord { Job = next }, DeactivateOnIdle);

        HintToSet(_job, next);
        _job = next;
        TellDependents();
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private static SubmitAnswer Repeated(JobState known, SubmitJob command)
    {
        if (!command.Caller.MaySee(known.Spec.Tenant) || known.Spec.Tenant != command.Spec.Tenant)
        {
            return new SubmitAnswer { Answer = Answer.Of(Outcome.Conflict, "this job id is taken") };
        }

        return known.BodyHash == command.BodyHash || !Guards.Hold(Guard.SameBody)
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
        Preemption = job.Preemption,
        Evictions = job.Evictions,
        LastCheckpointAt = job.LastCheckpointAt,
        RetryAt = job.RetryAt,
        Unmet = job.Unmet,
        Parts = job.Parts,
        Replicas = job.Replicas,
    };

    // Not RunContinuationsAsynchronously: a wait for one of several tasks would leave the activation's scheduler for the thread pool.
    private static TaskCompletionSource NewSignal() => new();
}
