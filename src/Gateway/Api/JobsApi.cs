using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains;
using Grains.Jobs;
using Grains.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Api;

/// <summary>/jobs: submit, read, find, and see where the workers are.</summary>
internal static class JobsApi
{
    private static readonly HashSet<string> s_filters =
        new(["tenant", "phase", "user", "name", "pool", "ended", "parent", "maxpagesize", "continuationToken"], StringComparer.OrdinalIgnoreCase);

    /// <summary>As a filter: jobs that are no part of another. No job is called so.</summary>
    private const string NoParent = "none";

    public static void Map(RouteGroupBuilder v1)
    {
        var jobs = v1.MapGroup("").WithTags("Jobs");
        jobs.MapPost("/jobs", Submit).WithName("SubmitJob").WithSummary("Submit a job").RequireAuthorization(Policies.Submit)
            .TakesBody<SubmitJobRequest>().TakesHeader("Idempotency-Key", "The same key and body always get the same job: makes a submission safe to repeat.")
            .Answers(400, 403, 409, 413, 415, 422, 429, 503);
        jobs.MapGet("/jobs", List).WithName("ListJobs").WithSummary("Find jobs, newest first")
            .TakesQuery("tenant", "phase", "user", "name", "pool", "ended", "parent", "maxpagesize", "continuationToken").Answers(400, 403, 429, 503);
        jobs.MapGet("/jobs/{id}", Get).WithName("GetJob").WithSummary("Read a job").TakesHeader("If-None-Match", "An ETag: 304 when the job is still the same.")
            .Produces(304).Answers(404, 429, 503);
        jobs.MapGet("/jobs/{id}/workers", ListWorkers).WithName("ListJobWorkers").WithSummary("Where each worker of the live attempt is, in rack order")
            .TakesQuery("maxpagesize", "continuationToken").Answers(400, 404, 429, 503);
    }

    private static async Task<Results<Created<Job>, Ok<Job>, ApiProblem>> Submit(HttpContext context, JobSubmission submission)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.SubmitJobRequest);
        if (body.Value is null)
            return body.Problem!;
        var result = await submission.Submit(Callers.Of(context), body.Value, context.Request.Headers["Idempotency-Key"], context.RequestAborted);
        if (result.Job is not { } view)
            return result.Problem!;
        context.Response.Headers.ETag = ETags.Of(view.Version);
        var job = JobMapper.ToContract(view);
        if (result.Created)
            return TypedResults.Created($"/api/v1/jobs/{job.Id}", job);
        context.Response.Headers.Location = $"/api/v1/jobs/{job.Id}";
        return TypedResults.Ok(job);
    }

    private static async Task<Results<Ok<Job>, StatusCodeHttpResult, ApiProblem>> Get(string id, HttpContext context, JobReader reader)
    {
        if (await reader.Find(id, Callers.Of(context), context.RequestAborted) is not { } view)
            return ApiProblem.JobNotFound();
        context.Response.Headers.ETag = ETags.Of(view.Version);
        context.Response.Headers.CacheControl = "private, no-cache";
        return ETags.NoneMatchHits(context.Request.Headers.IfNoneMatch, view.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(JobMapper.ToContract(view));
    }

    private static async Task<Results<Ok<JobList>, ApiProblem>> List(HttpContext context, IJobIndex index, GrainCalls calls)
    {
        if (!TryReadQuery(context, out var query, out var list, out var problem))
            return problem!;
        try
        {
            var page = await calls.Repeat((index, query), static s => s.index.Query(s.query), context.RequestAborted);
            return TypedResults.Ok(new JobList
            {
                Value = [.. page.Rows.Select(JobMapper.ToContract)],
                NextLink = Paging.NextLink(context.Request, list, page.Next),
            });
        }
        catch (InvalidContinuationException)
        {
            return ApiProblem.InvalidContinuationToken();
        }
    }

    private static bool TryReadQuery(HttpContext context, out JobQuery query, out string list, out ApiProblem? problem)
    {
        var caller = Callers.Of(context);
        var given = context.Request.Query;
        (query, list) = (new JobQuery(caller.IsOperator ? null : caller.Tenant), "");
        foreach (var (name, values) in given)
        {
            if (!s_filters.Contains(name))
                return Fail(ApiProblem.InvalidParameter(name.Length <= 64 ? name : name[..64], "is not a parameter of this list"), out problem);
            if (values.Count != 1)
                return Fail(ApiProblem.InvalidParameter(name, "must be given once"), out problem);
        }

        string? tenant = given["tenant"], phase = given["phase"], user = given["user"], jobName = given["name"], pool = given["pool"], ended = given["ended"];
        string? parent = given["parent"];
        if (tenant is not null && !Rules.IsName(tenant))
            return Fail(ApiProblem.InvalidParameter("tenant", Rules.NameRule), out problem);
        if (phase is not null && !Enum.GetNames<JobPhase>().Contains(phase, StringComparer.Ordinal))
            return Fail(ApiProblem.InvalidParameter("phase", $"must be one of: {string.Join(", ", Enum.GetNames<JobPhase>())}"), out problem);
        if (user is not null && !Rules.IsUser(user))
            return Fail(ApiProblem.InvalidParameter("user", Rules.UserRule), out problem);
        if (jobName is not null && !Rules.IsJobName(jobName))
            return Fail(ApiProblem.InvalidParameter("name", Rules.JobNameRule), out problem);
        if (pool is not null && !Rules.IsName(pool))
            return Fail(ApiProblem.InvalidParameter("pool", Rules.NameRule), out problem);
        if (parent is not null && !Ids.IsWellFormed(parent))
            return Fail(ApiProblem.InvalidParameter("parent", $"must be a job's id, or {NoParent} for jobs that are no part of another"), out problem);
        if (ended is not (null or "true" or "false"))
            return Fail(ApiProblem.InvalidParameter("ended", "must be true or false"), out problem);
        if (!caller.IsOperator && (caller.Tenant is null || (tenant is not null && tenant != caller.Tenant.Value.Value)))
            return Fail(ApiProblem.Forbidden("You may list jobs of your own tenant only."), out problem);

        var whose = caller.IsOperator ? tenant : caller.Tenant!.Value.Value;
        list = $"jobs|{whose}|{phase}|{user}|{jobName}|{pool}|{ended}|{parent}";
        if (!Paging.TryRead(given, list, out var page, out problem))
            return false;
        query = new JobQuery(
            whose is null ? null : new TenantId(whose), phase, user, jobName, pool is null ? null : new PoolId(pool),
            ended is null ? null : ended == "true", page.After, page.Size, parent is null or NoParent ? null : new JobId(parent), parent == NoParent);
        return true;
    }

    private static bool Fail(ApiProblem fault, out ApiProblem? problem)
    {
        problem = fault;
        return false;
    }

    private static async Task<Results<Ok<JobWorkerList>, ApiProblem>> ListWorkers(
        string id, HttpContext context, JobReader reader, RackReader racks)
    {
        if (await reader.Find(id, Callers.Of(context), context.RequestAborted) is not { } view)
            return ApiProblem.JobNotFound();
        var list = $"workers|{id}|{view.Attempt}";
        if (!Paging.TryRead(context.Request.Query, list, out var page, out var problem))
            return problem!;
        var skip = page.After is { } after ? int.Parse(after, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var workers = (view.Placement?.Racks ?? []).SelectMany(r => r.Workers.Select(w => (r.Rack, Worker: w))).Skip(skip).Take(page.Size + 1).ToArray();
        var shown = workers.Take(page.Size).ToArray();
        var views = await racks.Views(shown.Select(w => w.Rack).Distinct(), context.RequestAborted);
        return TypedResults.Ok(new JobWorkerList
        {
            Value = [.. shown.Select(w => JobMapper.ToContract(Now(w.Worker, views.GetValueOrDefault(w.Rack), view), w.Rack, views.GetValueOrDefault(w.Rack)?.Spec, view.Spec))],
            NextLink = workers.Length > page.Size
                ? Paging.NextLink(context.Request, list, (skip + page.Size).ToString(System.Globalization.CultureInfo.InvariantCulture))
                : null,
        });
    }

    /// <summary>Its rack knows where it is, when it got another node since it was placed.</summary>
    private static WorkerSlot Now(WorkerSlot planned, RackView? rack, JobView view) =>
        rack?.Allocations.FirstOrDefault(a => a is { Committed: true, Moves: > 0 } && a.Attempt == new AttemptId(view.Id, view.Attempt)) is { } moved
            ? moved.Workers.FirstOrDefault(w => w.Rank == planned.Rank, planned)
            : planned;
}

/// <summary>Reads single jobs; another tenant's is as absent as a missing one.</summary>
public sealed class JobReader(IGrainFactory grains, GrainCalls calls)
{
    public async ValueTask<JobView?> Find(string id, Caller caller, CancellationToken cancellationToken) =>
        Ids.IsWellFormed(id)
            ? await calls.Repeat((grains, id, caller), static s => s.grains.GetGrain<IJobGrain>(s.id).Get(s.caller), cancellationToken)
            : null;
}
