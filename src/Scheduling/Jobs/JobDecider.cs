using System.Globalization;
using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>
/// The job's lifecycle as pure functions: a state and a command in, a <see cref="JobDecision"/> out.
/// Every command may be sent twice; one about another attempt than the present one changes nothing.
/// </summary>
public static partial class JobDecider
{
    /// <summary>A new job, waiting for its first attempt.</summary>
    public static JobState Submit(JobId id, JobSpec spec, string bodyHash, DateTimeOffset now)
    {
        var state = new JobState
        {
            Id = id,
            Spec = spec,
            BodyHash = bodyHash,
            Phase = JobPhase.Pending,
            Attempt = 1,
            SubmittedAt = now,
            ChangedAt = now,
            Version = 1,
            Timeline = [],
            Unmet = spec.DependsOn,
            HasChildren = spec.Set is not null,
        };
        return state with { Timeline = [Entry(state, 1, JobEventType.Submitted, now, null)] };
    }

    /// <summary>The commit point: this attempt runs on this placement. Refused when the job no longer waits for it.</summary>
    public static JobDecision Place(JobState state, int attempt, long plan, long epoch, GangPlacement placement, DateTimeOffset now)
    {
        if (IsCommitted(state, attempt, plan))
        {
            return JobDecision.Nothing.Instance;
        }

        if (!WantsPlacement(state) || state.Attempt != attempt)
        {
            return new JobDecision.Refuse($"attempt {attempt} is not wanted: the job is {state.Phase}, attempt {state.Attempt}");
        }

        if (epoch < state.Epoch && Guards.Hold(Guard.JobEpoch))
        {
            return new JobDecision.Refuse($"epoch {epoch} is older than {state.Epoch}, which has acted here");
        }

        var next = Step(state, JobPhase.Starting, JobEventType.Placed, now, $"{placement.TotalWorkers} workers on {placement.Racks.Length} racks");
        return new JobDecision.Change(next with { Plan = plan, Epoch = epoch, Placement = placement, PlacedAt = now, Reason = null });
    }

    /// <summary>The job waits for the pool to place its present attempt.</summary>
    public static bool WantsPlacement(JobState state) => state is { Phase: JobPhase.Pending, IsHeld: false };

    /// <summary>
    /// A hold of this plan ran out. If the plan is not committed the attempt number is burnt, so that it never will be:
    /// that is what lets a rack free the hold without asking twice.
    /// </summary>
    public static JobDecision Fence(JobState state, int attempt, long plan, DateTimeOffset now)
    {
        if (IsCommitted(state, attempt, plan) || state.Phase != JobPhase.Pending || state.Attempt != attempt || state.Spec.Set is not null)
        {
            return JobDecision.Nothing.Instance;
        }

        var next = Touch(state, JobEventType.Fenced, now, "a hold ran out before the commit");
        return new JobDecision.Change(Guards.Hold(Guard.FenceBurns) ? next with { Attempt = state.Attempt + 1 } : next);
    }

    /// <summary>Exactly this plan is the committed one, and its attempt is alive.</summary>
    public static bool IsCommitted(JobState state, int attempt, long plan) =>
        state.Phase.HoldsResources() && state.Attempt == attempt && state.Plan == plan;

    /// <summary>What a backend saw of the attempt's workers.</summary>
    public static JobDecision Report(JobState state, WorkerReport report, DateTimeOffset now)
    {
        if (report.Attempt != state.Attempt || !state.Phase.HoldsResources() || state.Spec.Set is not null)
        {
            return report.Binding is null ? JobDecision.Nothing.Instance : new JobDecision.Refuse($"attempt {report.Attempt} is over");
        }

        if (report.Fence < state.Fence)
        {
            return new JobDecision.Refuse($"leadership {report.Fence} is older than {state.Fence}, which has acted here");
        }

        if (report.Binding is not null)
        {
            return Bind(state, report, now);
        }

        var seen = Checkpointed(state, report, now);
        if (report.Gone)
        {
            return new JobDecision.Change(Leave(seen, report, now));
        }

        return state.Phase switch
        {
            JobPhase.Stopping => Silently(state, seen, now),
            _ when report.Failure is { } failure => new JobDecision.Change(Fail(seen, failure, report.Class, now)),
            _ when report.AllSucceeded => new JobDecision.Change(Stop(seen, JobPhase.Succeeded, "all workers ended", now)),
            _ when report.Lost is { } lost => new JobDecision.Change(Stop(seen, JobPhase.Cancelled, lost, now)),
            JobPhase.Starting when report.AllStarted => new JobDecision.Change(
                Step(seen, JobPhase.Running, JobEventType.Started, now, null) with { StartedAt = now, HasStarted = true, HasChildren = seen.HasChildren || seen.Spec.ElasticRole is not null }),
            _ when seen.Preemption is { } ask && seen.LastCheckpointAt >= ask.AskedAt => new JobDecision.Change(MakeRoom(seen, "its work is saved", now)),
            _ => Silently(state, seen, now),
        };
    }

    public static JobDecision Cancel(JobState state, string reason, DateTimeOffset now) => state.Phase switch
    {
        JobPhase.Cancelled => JobDecision.Nothing.Instance,
        JobPhase.Pending or JobPhase.Suspended => new JobDecision.Change(End(state, JobPhase.Cancelled, reason, now)),
        JobPhase.Starting or JobPhase.Running => new JobDecision.Change(Stop(state, JobPhase.Cancelled, reason, now)),
        JobPhase.Stopping when state.After == JobPhase.Cancelled => JobDecision.Nothing.Instance,
        JobPhase.Stopping when !state.After!.Value.IsEnded() => new JobDecision.Change(Redirect(state, JobPhase.Cancelled, reason, now)),
        _ => new JobDecision.Refuse($"the job is {Describe(state)} already"),
    };

    public static JobDecision Suspend(JobState state, string reason, DateTimeOffset now) => state.Phase switch
    {
        JobPhase.Suspended => JobDecision.Nothing.Instance,
        JobPhase.Pending => new JobDecision.Change(Step(state, JobPhase.Suspended, JobEventType.Suspended, now, reason) with { Reason = reason }),
        JobPhase.Starting or JobPhase.Running => new JobDecision.Change(Stop(state, JobPhase.Suspended, reason, now)),
        JobPhase.Stopping when state.After == JobPhase.Suspended => JobDecision.Nothing.Instance,
        JobPhase.Stopping when state.After == JobPhase.Pending => new JobDecision.Change(Redirect(state, JobPhase.Suspended, reason, now)),
        _ => new JobDecision.Refuse($"the job is {Describe(state)} already"),
    };

    public static JobDecision Resume(JobState state, DateTimeOffset now) => state.Phase switch
    {
        JobPhase.Suspended => new JobDecision.Change(Requeue(state, "resumed", now)),
        JobPhase.Stopping when state.After == JobPhase.Suspended => new JobDecision.Change(Redirect(state, JobPhase.Pending, "resumed", now)),
        _ when state.Phase.IsEnded() => new JobDecision.Refuse($"the job is {Describe(state)} already"),
        _ => JobDecision.Nothing.Instance,
    };

    /// <summary>Takes the attempt off its nodes for a reason that is not the job's own; it queues again with its first submit time.</summary>
    public static JobDecision Evict(JobState state, int attempt, string reason, DateTimeOffset now) =>
        state.Attempt == attempt && (state.Phase is JobPhase.Starting or JobPhase.Running || (state.Phase.IsEnded() && !Guards.Hold(Guard.EndedStaysEnded)))
        && state.Spec.Set is null
            ? new JobDecision.Change((Guards.Hold(Guard.GoneBeforeRequeue) ? Stop(state, JobPhase.Pending, reason, now) : Requeue(state, reason, now)) with { Evictions = state.Evictions + 1 })
            : JobDecision.Nothing.Instance;

    /// <summary>The loss of a node costs this attempt only the workers that ran there: whoever runs them starts others in their place.</summary>
    public static bool SwapsMembers(JobState state, int attempt) =>
        state is { Phase: JobPhase.Running, Binding: not null, Preemption: null } && state.Attempt == attempt && MemberSwap.IsPossible(state.Spec)
        && (state.Vacant > 0 || state.MemberRestarts < state.Spec.Restart!.Limit);

    /// <summary>What the pool should know of a job in this state: told after every change, and again whenever in doubt.</summary>
    public static PoolDuty DutyOf(JobState state) => state.Phase switch
    {
        _ when state.Spec.Set is not null => PoolDuty.None,
        JobPhase.Pending => state.IsHeld ? PoolDuty.Hold : PoolDuty.Enqueue,
        JobPhase.Starting or JobPhase.Running => state.Preemption is null ? PoolDuty.None : PoolDuty.Checkpoint,
        JobPhase.Stopping => PoolDuty.Stop,
        _ => PoolDuty.Ended,
    };

    private static JobState Leave(JobState state, WorkerReport report, DateTimeOffset now)
    {
        if (state.Phase == JobPhase.Stopping)
        {
            // What nobody can make again does not queue again. Where it was cancelled its reason says so too, if some are left: those go on in another job.
            return report.Lost is { } lost && (!state.After!.Value.IsEnded() || (state.After == JobPhase.Cancelled && LostWorkers.LeavesSome(lost) && !LostWorkers.LeavesSome(state.Reason) && Guards.Hold(Guard.LeftAreTakenUp)))
                ? End(state, JobPhase.Cancelled, state.Reason is { } why ? $"{why}; {lost}" : lost, now)
                : Arrive(state, state.After!.Value, state.Reason, now);
        }

        if (report.Failure is { } failure)
        {
            var failed = Fail(state, failure, report.Class, now);
            return Arrive(failed, failed.After!.Value, failed.Reason, now);
        }

        return report switch
        {
            { AllSucceeded: true } => End(state, JobPhase.Succeeded, "all workers ended", now),
            { Lost: { } gone } => End(Stop(state, JobPhase.Cancelled, gone, now), JobPhase.Cancelled, gone, now),
            _ => Vanish(state, now),
        };
    }

    /// <summary>Gone without a word of success: the machines went, not the job. It costs none of its retries.</summary>
    private static JobState Vanish(JobState state, DateTimeOffset now)
    {
        var lost = RetryPolicy.Count(state, FailureClass.Hardware, now);
        return RetryPolicy.AfterLoss(lost) switch
        {
            _ when state.Spec.IsOpportunistic => End(lost, JobPhase.Failed, "its workers vanished", now),
            RetryDecision.Enough enough => End(lost, JobPhase.Failed, $"its workers vanished; {enough.Why}", now),
            RetryDecision.Again again => Requeue(lost with { RetryAt = After(again.Wait, now) }, "its workers vanished", now),
            var other => throw new InvalidOperationException($"{other} is no retry decision"),
        };
    }

    private static JobState Arrive(JobState state, JobPhase after, string? reason, DateTimeOffset now) => after switch
    {
        // What ran on room that nobody wanted does not queue for it: its elastic job asks anew when there is room again.
        JobPhase.Pending when state.Spec.IsOpportunistic => End(state, JobPhase.Cancelled, reason, now),
        JobPhase.Pending => Requeue(state, reason ?? "requeued", now),
        JobPhase.Suspended => Free(Step(state, JobPhase.Suspended, JobEventType.Suspended, now, reason)) with { Reason = reason },
        _ => End(state, after, reason, now),
    };

    private static JobState Fail(JobState state, string failure, FailureClass kind, DateTimeOffset now)
    {
        var failed = RetryPolicy.Count(state, kind, now);
        return RetryPolicy.AfterFailure(failed, kind) switch
        {
            // They do not queue again, so they have failed; told of failure and end at once they would otherwise go from Starting to Cancelled.
            _ when state.Spec.IsOpportunistic || state.Spec.Pods is not null => Stop(failed, JobPhase.Failed, failure, now),
            RetryDecision.Again again => Stop(failed, JobPhase.Pending, failure, now) with { RetryAt = After(again.Wait, now) },
            RetryDecision.Enough enough => Stop(failed, JobPhase.Failed, state.Spec.Retry is null && kind != FailureClass.Hardware ? failure : $"{failure}; {enough.Why}", now),
            var other => throw new InvalidOperationException($"{other} is no retry decision"),
        };
    }

    private static DateTimeOffset? After(TimeSpan wait, DateTimeOffset now) => wait > TimeSpan.Zero ? now + wait : null;

    private static JobState Stop(JobState state, JobPhase after, string reason, DateTimeOffset now) =>
        Step(state, JobPhase.Stopping, JobEventType.Stopping, now, reason) with { After = after, Reason = reason, Preemption = null };

    private static JobState Redirect(JobState state, JobPhase after, string reason, DateTimeOffset now) =>
        Touch(state, JobEventType.Stopping, now, reason) with { After = after, Reason = reason };

    private static JobState Requeue(JobState state, string reason, DateTimeOffset now)
    {
        var retryAt = state.RetryAt > now ? state.RetryAt : null;
        var message = retryAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"{reason}; waits until {at:yyyy-MM-dd HH:mm:ss}Z") : reason;
        return Free(Step(state, JobPhase.Pending, JobEventType.Requeued, now, message)) with { Attempt = state.Attempt + 1, Reason = reason, RetryAt = retryAt };
    }

    private static JobState End(JobState state, JobPhase phase, string? reason, DateTimeOffset now) =>
        Step(state, phase, JobEventType.Ended, now, reason) with { EndedAt = now, Reason = reason, After = null, Preemption = null, RetryAt = null, Unmet = [] };

    private static JobState Free(JobState state) =>
        state with { Placement = null, Plan = 0, PlacedAt = null, StartedAt = null, After = null, Preemption = null, Binding = null, MemberRestarts = 0, Vacant = 0 };

    private static JobState Step(JobState state, JobPhase to, string type, DateTimeOffset now, string? message)
    {
        Invariant.Holds(JobGraph.Allows(state.Phase, to), "I6", $"{state.Id}: {state.Phase} → {to} is not in the graph");
        return Touch(state with { Phase = to }, type, now, message);
    }

    private static JobState Touch(JobState state, string type, DateTimeOffset now, string? message)
    {
        var entry = Entry(state, state.Version + 1, type, now, message);
        var kept = state.Timeline.Length < JobState.MaxTimeline ? state.Timeline : state.Timeline.RemoveAt(0);
        return state with { Version = state.Version + 1, ChangedAt = now, Timeline = kept.Add(entry) };
    }

    private static JobTimelineEntry Entry(JobState state, long sequence, string type, DateTimeOffset now, string? message) =>
        new() { Sequence = sequence, At = now, Phase = state.Phase, Attempt = state.Attempt, Type = type, Message = message };

    private static string Describe(JobState state) =>
        state.Phase == JobPhase.Stopping ? $"Stopping (then {state.After})" : state.Phase.ToString();
}
