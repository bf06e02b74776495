using Scheduling.Model;

namespace Scheduling.Jobs;

/// <content>Jobs that stand for many: arrays and services have no workers of their own, elastic jobs have further ones.</content>
public static partial class JobDecider
{
    /// <summary>What the job wants of its parts; null when it has none to look after.</summary>
    public static SetOrder? OrderOf(JobState state)
    {
        if (!state.HasChildren || (state.Phase == JobPhase.Pending && !state.Unmet.IsEmpty && state.Parts is null))
        {
            return null;
        }

        if (state.Spec.Set is not { } set)
        {
            var grows = state is { Phase: JobPhase.Running, Preemption: null };
            return new SetOrder
            {
                Mode = grows ? SetMode.Run : SetMode.Stop, Kind = OriginKind.Extension, Target = SetParts.MaxGroups(state.Spec), Parallel = SetParts.MaxGroups(state.Spec),
                Attempt = state.Attempt,
            };
        }

        return new SetOrder
        {
            Mode = ModeOf(state), Kind = set.Kind, Target = state.Replicas ?? set.Count, Parallel = set.Kind == OriginKind.Task ? set.MaxParallel : int.MaxValue,
        };
    }

    /// <summary>How the parts stand now. Each call is one step; ask again until it changes nothing.</summary>
    public static JobDecision PartsNews(JobState state, SetProgress parts, DateTimeOffset now)
    {
        if (state.Phase.IsEnded() && parts is { IsEmpty: true, Mode: SetMode.Stop } && state.HasChildren)
        {
            return new JobDecision.Change(Unseen(state with { HasChildren = false, Parts = parts }, now));
        }

        if (state.Spec.Set is not null && StepOfSet(state with { Parts = parts }, parts, now) is { } next)
        {
            return new JobDecision.Change(next);
        }

        return state.Parts == parts ? JobDecision.Nothing.Instance : new JobDecision.Change(Unseen(state with { Parts = parts }, now));
    }

    /// <summary>How many replicas of a service are kept up from now on.</summary>
    public static JobDecision Scale(JobState state, int replicas, DateTimeOffset now) =>
        state.Spec.Set is not { Kind: OriginKind.Replica } set ? new JobDecision.Refuse("the job is not a service")
        : state.Phase.IsEnded() || state.After?.IsEnded() == true ? new JobDecision.Refuse($"the job is {Describe(state)} already")
        : (state.Replicas ?? set.Count) == replicas ? JobDecision.Nothing.Instance
        : new JobDecision.Change(Touch(state with { Replicas = replicas }, JobEventType.Scaled, now, $"from {state.Replicas ?? set.Count} to {replicas} replicas"));

    private static SetMode ModeOf(JobState state) => state.Phase switch
    {
        JobPhase.Suspended => SetMode.Hold,
        JobPhase.Stopping when state.After == JobPhase.Suspended => SetMode.Hold,
        JobPhase.Stopping when state.After != JobPhase.Pending => SetMode.Stop,
        _ when state.Phase.IsEnded() => SetMode.Stop,
        _ => SetMode.Run,
    };

    private static JobState? StepOfSet(JobState state, SetProgress parts, DateTimeOffset now)
    {
        switch (state.Phase)
        {
            case JobPhase.Pending when parts.Mode == SetMode.Run && state.Unmet.IsEmpty:
                return Step(state, JobPhase.Starting, JobEventType.Placed, now, $"{parts.Total} {Words(state)} are being created") with { PlacedAt = now };
            case JobPhase.Starting when parts.Running + parts.Succeeded + parts.Failed > 0:
                return Step(state, JobPhase.Running, JobEventType.Started, now, null) with { StartedAt = now, HasStarted = true };
            case JobPhase.Running when parts.IsDone:
                return parts.Failed == 0
                    ? End(state, JobPhase.Succeeded, $"all {parts.Total} tasks succeeded", now)
                    : End(state, JobPhase.Failed, $"{parts.Failed} of {parts.Total} tasks did not succeed, the first {parts.FirstFailed}", now);
            case JobPhase.Stopping when state.After == JobPhase.Pending:
                return Arrive(state, JobPhase.Pending, "resumed", now);
            case JobPhase.Stopping when state.After == JobPhase.Suspended && parts is { Mode: SetMode.Hold, IsQuiet: true }:
            case JobPhase.Stopping when state.After!.Value.IsEnded() && parts is { Mode: SetMode.Stop, IsEmpty: true }:
                return Arrive(state, state.After.Value, state.Reason, now);
            default:
                return null;
        }
    }

    private static string Words(JobState state) => state.Spec.Set!.Kind == OriginKind.Task ? "tasks" : "replicas";
}
