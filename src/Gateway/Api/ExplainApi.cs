using System.Globalization;
using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduling.Jobs;
using Scheduling.Preemption;
using Core = Scheduling.Explain;

namespace Gateway.Api;

/// <summary>/jobs/{id}/explain: why it waits, who is ahead, what would start it.</summary>
internal static class ExplainApi
{
    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/jobs/{id}/explain", Get).WithTags("Jobs").WithName("ExplainJob")
            .WithSummary("Why a job waits, who is ahead, and what would start it").Answers(404, 429, 503);

    private static async Task<Results<Ok<JobExplanation>, ApiProblem>> Get(
        string id, HttpContext context, JobReader reader, IGrainFactory grains, GrainCalls calls)
    {
        var caller = Callers.Of(context);
        if (await reader.Find(id, caller, context.RequestAborted) is not { } view)
            return ApiProblem.JobNotFound();
        var explanation = view is { Phase: JobPhase.Pending, RetryAt: null, Unmet.IsDefaultOrEmpty: true, Spec.Set: null }
            ? await calls.Repeat((grains, view, caller), static s => s.grains.GetGrain<IPoolGrain>(s.view.Spec.Pool.Value).Explain(s.caller, s.view.Id), context.RequestAborted)
            : null;
        return TypedResults.Ok(explanation is null ? WithoutPool(view) : ToContract(view, explanation));
    }

    /// <summary>What can be said without the pool: the job does not wait, or the pool has not heard of it yet.</summary>
    private static JobExplanation WithoutPool(JobView view)
    {
        var phase = JobMapper.PhaseName(view.Phase);
        var (reason, message) = view.Phase switch
        {
            JobPhase.Pending when !view.Unmet.IsDefaultOrEmpty => (Core.PendingReason.Dependency, $"It waits for {Waited(view)}."),
            JobPhase.Pending when view.RetryAt is { } at => (
                Core.PendingReason.BackOff, string.Create(CultureInfo.InvariantCulture, $"BackOff until {at:yyyy-MM-dd'T'HH:mm:ss'Z'}: {view.Reason}")),
            JobPhase.Pending when view.Spec.Set is not null => (Core.PendingReason.PendingEvaluation, "Its parts are about to be created; explain one of them."),
            JobPhase.Pending => (Core.PendingReason.PendingEvaluation, "The pool has not looked at it yet."),
            JobPhase.Suspended => (Core.PendingReason.Suspended, view.Reason ?? "It is suspended; resume it to queue it again."),
            _ => (phase, view.Reason ?? $"It does not wait: it is {phase}."),
        };
        return new JobExplanation
        {
            Job = view.Id.Value,
            Phase = phase,
            Reason = reason,
            Message = message,
            QueueLength = 0,
            NodesEvaluated = 0,
            Filtered = [],
            WorkersNeeded = view.Spec.TotalWorkers,
            WorkersThatFitNow = 0,
            Ahead = [],
            Suggestions = [],
        };
    }

    private static string Waited(JobView view)
    {
        const int Shown = 5;
        var some = string.Join(", ", view.Unmet.Take(Shown).Select(u => $"{u.Job} ({DependencyWords.Of(u.Condition)})"));
        return view.Unmet.Length <= Shown ? some : $"{some} and {view.Unmet.Length - Shown} more";
    }

    private static JobExplanation ToContract(JobView view, Core.JobExplanation e) => new()
    {
        Job = e.Job.Value,
        Phase = JobMapper.PhaseName(view.Phase),
        Reason = e.Reason,
        Message = e.Message,
        Position = e.Position,
        QueueLength = e.QueueLength,
        NodesEvaluated = e.NodesEvaluated,
        Filtered = [.. e.Filtered.Select(f => new FilteredNodes { Constraint = f.Constraint, Nodes = f.Nodes })],
        WorkersNeeded = e.WorkersNeeded,
        WorkersThatFitNow = e.WorkersThatFitNow,
        Quota = e.Quota is { } q
            ? new QuotaShortage { Path = q.Path.Value, Resource = q.Resource, Limit = q.Limit, Used = q.Used, Asked = q.Asked, Bound = q.Bound.ToString(), Whose = q.Whose, ResetsAt = q.ResetsAt }
            : null,
        Ahead = [.. e.Ahead.Select(ToContract)],
        Suggestions = [.. e.Suggestions.Select(s => new Suggestion { Change = s.Change, Effect = s.Effect })],
        EffectivePriority = e.EffectivePriority,
        StartEstimate = e.StartEstimate is { } start ? new StartEstimate { P50 = start.P50, P90 = start.P90 } : null,
        Promise = e.Promise is { } promise
            ? new Promise { Kind = KindName(promise.Kind), StartAt = promise.StartAt, Nodes = [.. promise.Nodes.Select(n => n.Value)] }
            : null,
        Blockers = e.Blockers.IsDefaultOrEmpty ? null : [.. e.Blockers.Select(ToContract)],
    };

    private static string KindName(ClaimKind kind) => kind switch
    {
        ClaimKind.Reserve => "Reservation",
        ClaimKind.Evict => "Eviction",
        _ => kind.ToString(),
    };

    /// <summary>A job whose owner is hidden keeps its id hidden too.</summary>
    private static JobAhead ToContract(Core.JobAhead ahead) => new()
    {
        Job = ahead.Owner.Length == 0 ? null : ahead.Job.Value,
        Owner = ahead.Owner.Length == 0 ? null : ahead.Owner,
        Priority = ahead.Priority,
        GpuMilli = ahead.GpuMilli,
    };

    private static Blocker ToContract(Core.Blocker blocker) => new()
    {
        Job = blocker.Owner.Length == 0 ? null : blocker.Job.Value,
        Owner = blocker.Owner.Length == 0 ? null : blocker.Owner,
        Why = blocker.Why,
        EndsAt = blocker.EndsAt,
        GpuMilli = blocker.GpuMilli,
    };
}
