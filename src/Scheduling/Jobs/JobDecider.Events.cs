using Scheduling.Model;

namespace Scheduling.Jobs;

/// <content>What comes from outside the job's own life: preemption, the clock, and other jobs.</content>
public static partial class JobDecider
{
    /// <summary>Reports of checkpoints nearer together than this are not written down, unless one was asked for.</summary>
    private static readonly TimeSpan CheckpointNews = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Another job needs the place. Workers that can save their work have until <paramref name="grace"/> ends; others, and those
    /// that have not started, have nothing to save and stop at once. The job queues again with its first submit time.
    /// </summary>
    public static JobDecision Preempt(JobState state, int attempt, AttemptId preemptor, TimeSpan grace, string reason, DateTimeOffset now)
    {
        if (state.Attempt != attempt || state.Phase is not (JobPhase.Starting or JobPhase.Running) || state.Preemption?.Preemptor == preemptor
            || state.Spec.Set is not null)
        {
            return JobDecision.Nothing.Instance;
        }

        var stopAt = state.Preemption is { } before && before.StopAt < now + grace ? before.StopAt : now + grace;
        var asked = state with { Preemption = new JobPreemption { Preemptor = preemptor, AskedAt = state.Preemption?.AskedAt ?? now, StopAt = stopAt, Reason = reason } };
        if (state.Phase == JobPhase.Starting || state.Spec.Checkpoint is null || stopAt <= now)
        {
            return new JobDecision.Change(MakeRoom(asked, reason, now));
        }

        return new JobDecision.Change(Touch(asked, JobEventType.PreemptionAsked, now, $"another job needs the place: {reason}; {stopAt - now} to save its work"));
    }

    /// <summary>That job (default: whoever it was) needs the place no longer: an attempt that has not begun to stop goes on.</summary>
    public static JobDecision CallOffPreemption(JobState state, int attempt, AttemptId preemptor, DateTimeOffset now)
    {
        if (state.Attempt == attempt && state.Phase == JobPhase.Stopping)
        {
            return new JobDecision.Refuse($"attempt {attempt} is being stopped already");
        }

        return state.Attempt == attempt && state.Preemption is { } asked && (asked.Preemptor == preemptor || preemptor == default)
            ? new JobDecision.Change(Touch(state with { Preemption = null }, JobEventType.PreemptionCalledOff, now, "the other job needs the place no longer"))
            : JobDecision.Nothing.Instance;
    }

    /// <summary>What the clock alone makes of the job: limits passed, waits that are over.</summary>
    public static JobDecision CheckTime(JobState state, DateTimeOffset now) => state.Phase switch
    {
        JobPhase.Starting or JobPhase.Running when state.TimeLimitAt <= now => new JobDecision.Change(
            Stop(state, JobPhase.TimedOut, $"ran longer than its limit of {state.Spec.TimeLimit}", now)),
        JobPhase.Starting or JobPhase.Running when state.Spec.Deadline <= now => new JobDecision.Change(
            Stop(state, JobPhase.TimedOut, $"{DeadlineMissed}: it still ran at its deadline", now)),
        JobPhase.Starting or JobPhase.Running when state.Preemption?.StopAt <= now => new JobDecision.Change(
            MakeRoom(state, "its grace is over", now)),
        JobPhase.Pending or JobPhase.Suspended when state.Spec.Deadline <= now || state.LatestStart < now => new JobDecision.Change(
            End(state, JobPhase.TimedOut, $"{DeadlineMissed}: it can no longer end by its deadline", now)),
        JobPhase.Pending when state.RetryAt <= now => new JobDecision.Change(
            Touch(state with { RetryAt = null }, JobEventType.Released, now, "the wait after its failure is over")),
        _ => JobDecision.Nothing.Instance,
    };

    /// <summary>Begins the reason of a job that could not end in time.</summary>
    public const string DeadlineMissed = "DeadlineMissed";

    /// <summary>How another job stands that this one may be waiting for.</summary>
    public static JobDecision DependencyNews(JobState state, JobId job, DependencyFact fact, DateTimeOffset now)
    {
        var rest = state.Unmet;
        foreach (var unmet in state.Unmet.Where(u => u.Job == job))
        {
            switch (DependencyRules.Of(unmet.Condition, fact))
            {
                case DependencyStanding.Met:
                    rest = rest.Remove(unmet);
                    break;
                case DependencyStanding.Never:
                    return new JobDecision.Change(End(
                        state, JobPhase.Cancelled, $"{DependencyRules.NeverSatisfied}: {job} is {fact.Phase}, and {unmet.Condition} was waited for", now));
            }
        }

        return rest.Length == state.Unmet.Length
            ? JobDecision.Nothing.Instance
            : new JobDecision.Change(Touch(state with { Unmet = rest }, JobEventType.Released, now, $"{job} is {fact.Phase}; {rest.Length} left to wait for"));
    }

    /// <summary>Another job waits for this one. Nothing when it need not, or is remembered already.</summary>
    public static JobDecision Watch(JobState state, JobDependency dependent, DateTimeOffset now) =>
        DependencyRules.IsNews(state, dependent) || state.Dependents.Contains(dependent) ? JobDecision.Nothing.Instance
        : state.Dependents.Length >= JobState.MaxDependents ? new JobDecision.Refuse($"{JobState.MaxDependents} jobs wait for {state.Id} already")
        : new JobDecision.Change(Unseen(state with { Dependents = state.Dependents.Add(dependent) }, now));

    /// <summary>These have been told.</summary>
    public static JobDecision Told(JobState state, IReadOnlyCollection<JobDependency> dependents, DateTimeOffset now)
    {
        var left = state.Dependents.RemoveAll(dependents.Contains);
        return left.Length == state.Dependents.Length ? JobDecision.Nothing.Instance : new JobDecision.Change(Unseen(state with { Dependents = left }, now));
    }

    /// <summary>
    /// Once, and durable before the first of them is bound: so workers that were lost and made again are never bound in the same attempt, and
    /// nothing that an older backend still has under way counts any more. A job that has failed members started again takes others in place of the
    /// very ones that were bound: whoever does not know those by their names cannot ask. Workers that are lost with their node are first given up, while they
    /// can be named, and others come in their place once they are over.
    /// </summary>
    private static JobDecision Bind(JobState state, WorkerReport report, DateTimeOffset now)
    {
        var next = state with { Binding = report.Binding, Fence = report.Fence, Vacant = report.Vacant };
        if (state.Phase == JobPhase.Stopping)
        {
            return new JobDecision.Refuse($"attempt {state.Attempt} is being stopped");
        }

        if (state.Binding == report.Binding || (state.Binding is null && report.Replaces is null))
        {
            return state.Binding == report.Binding && state.Fence == report.Fence ? JobDecision.Nothing.Instance : new JobDecision.Change(Unseen(next, now));
        }

        if (state.Binding is null || state.Binding != report.Replaces || state.Spec.Restart is not { Scope: RestartScope.FailedMembers } restart)
        {
            return new JobDecision.Refuse($"other workers were bound for attempt {state.Attempt}");
        }

        // Those that were given up were counted then.
        if (report.Vacant < state.Vacant)
        {
            return new JobDecision.Change(Touch(next, JobEventType.MembersReplaced, now, report.Failure));
        }

        return state.MemberRestarts >= restart.Limit && Guards.Hold(Guard.MemberRestarts)
            ? new JobDecision.Refuse($"workers were started again {state.MemberRestarts} times in this attempt, which is the limit")
            : new JobDecision.Change(Touch(
                next with { MemberRestarts = state.MemberRestarts + 1 }, JobEventType.MembersRestarted, now,
                $"{report.Failure ?? "a worker failed"}; {(report.Vacant > 0 ? "another comes in its place" : "started again")}, {state.MemberRestarts + 1} of {restart.Limit} times"));
    }

    private static JobState MakeRoom(JobState state, string why, DateTimeOffset now)
    {
        // The other job's id is not for this one's owner.
        var reason = why == state.Preemption!.Reason ? $"preempted: {why}" : $"preempted: {state.Preemption.Reason}; {why}";
        return Stop(state, JobPhase.Pending, reason, now) with { Evictions = state.Evictions + 1 };
    }

    /// <summary>A backend's clock may be ahead: work is never saved later than now.</summary>
    private static JobState Checkpointed(JobState state, WorkerReport report, DateTimeOffset now)
    {
        if (report.CheckpointedAt is not { } said)
        {
            return state;
        }

        var at = said < now ? said : now;
        var known = state.LastCheckpointAt;
        return known is null || at - known >= CheckpointNews || (state.Preemption is not null && at > known) ? state with { LastCheckpointAt = at } : state;
    }

    private static JobDecision Silently(JobState before, JobState next, DateTimeOffset now) =>
        ReferenceEquals(before, next) ? JobDecision.Nothing.Instance : new JobDecision.Change(Unseen(next, now));

    /// <summary>A change that is not worth a line of the timeline.</summary>
    private static JobState Unseen(JobState state, DateTimeOffset now) => state with { Version = state.Version + 1, ChangedAt = now };
}
