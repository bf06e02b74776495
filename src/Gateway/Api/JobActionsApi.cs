using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains;
using Grains.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Api;

/// <summary>/jobs/{id}:cancel, :suspend and :resume.</summary>
internal static class JobActionsApi
{
    public static void Map(RouteGroupBuilder v1)
    {
        var jobs = v1.MapGroup("/jobs").WithTags("Jobs").RequireAuthorization(Policies.Submit);
        Describe(jobs.MapPost("/{id}:cancel", Cancel), "CancelJob", "Cancel a job; cancelling a cancelled one changes nothing");
        Describe(jobs.MapPost("/{id}:suspend", Suspend), "SuspendJob", "Stop a job's attempt and keep it out of the queue");
        Describe(jobs.MapPost("/{id}:resume", Resume), "ResumeJob", "Put a suspended job back in the queue");
        jobs.MapPut("/{id}/replicas", Scale).WithName("ScaleJob").WithSummary("Say how many replicas of a service are kept up")
            .TakesBody<ReplicasRequest>().Answers(400, 403, 404, 409, 413, 415, 422, 429, 503);
    }

    private static void Describe(RouteHandlerBuilder route, string name, string summary) =>
        route.WithName(name).WithSummary(summary).TakesBody<JobActionRequest>(optional: true).Answers(400, 403, 404, 409, 413, 415, 422, 429, 503);

    private static Task<Results<Ok<Job>, ApiProblem>> Cancel(string id, HttpContext context, JobActions actions) =>
        actions.Run(id, context, repeatable: true, static (job, caller, reason) => job.Cancel(caller, reason));

    private static Task<Results<Ok<Job>, ApiProblem>> Suspend(string id, HttpContext context, JobActions actions) =>
        actions.Run(id, context, repeatable: false, static (job, caller, reason) => job.Suspend(caller, reason));

    private static Task<Results<Ok<Job>, ApiProblem>> Resume(string id, HttpContext context, JobActions actions) =>
        actions.Run(id, context, repeatable: false, static (job, caller, _) => job.Resume(caller));

    private static Task<Results<Ok<Job>, ApiProblem>> Scale(string id, HttpContext context, JobActions actions) => actions.Scale(id, context);
}

/// <summary>Runs an action and answers the job as it then stands.</summary>
public sealed class JobActions(IGrainFactory grains, GrainCalls calls)
{
    public async Task<Results<Ok<Job>, ApiProblem>> Run(
        string id, HttpContext context, bool repeatable, Func<IJobGrain, Caller, string, Task<Answer>> action)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.JobActionRequest, optional: true);
        if (body.Problem is not null)
            return body.Problem;
        return Rules.ReasonFault(body.Value?.Reason) is { } fault
            ? ApiProblem.Invalid(new Dictionary<string, IReadOnlyList<string>> { ["reason"] = [fault] })
            : await Do(id, context, repeatable, body.Value?.Reason ?? "", action);
    }

    public async Task<Results<Ok<Job>, ApiProblem>> Scale(string id, HttpContext context)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.ReplicasRequest);
        if (body.Problem is not null)
            return body.Problem;
        if (body.Value?.Replicas is not { } replicas)
            return ApiProblem.Invalid(new Dictionary<string, IReadOnlyList<string>> { ["replicas"] = [Rules.Required] });
        return replicas is < 0 or > Limits.MaxReplicas
            ? ApiProblem.Invalid(new Dictionary<string, IReadOnlyList<string>> { ["replicas"] = [Rules.Range(0, Limits.MaxReplicas)] })
            : await Do(id, context, repeatable: true, "", (job, caller, _) => job.Scale(caller, (int)replicas));
    }

    private async Task<Results<Ok<Job>, ApiProblem>> Do(
        string id, HttpContext context, bool repeatable, string reason, Func<IJobGrain, Caller, string, Task<Answer>> action)
    {
        if (!Ids.IsWellFormed(id))
            return ApiProblem.JobNotFound();
        var caller = Callers.Of(context);
        var state = (job: grains.GetGrain<IJobGrain>(id), caller, reason, action);
        var answer = repeatable
            ? await calls.Repeat(state, static s => s.action(s.job, s.caller, s.reason), context.RequestAborted)
            : await calls.Once(state, static s => s.action(s.job, s.caller, s.reason), context.RequestAborted);
        if (!answer.IsDone)
            return Answers.ToProblem(answer, "There is no such job.");
        if (await calls.Repeat(state, static s => s.job.Get(s.caller), context.RequestAborted) is not { } view)
            return ApiProblem.JobNotFound();
        context.Response.Headers.ETag = ETags.Of(view.Version);
        return TypedResults.Ok(JobMapper.ToContract(view));
    }
}
