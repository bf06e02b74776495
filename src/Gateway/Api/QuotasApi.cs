using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains;
using Grains.Quotas;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduling.Model;
using Scheduling.Quotas;
using QuotaTree = Gateway.Contracts.QuotaTree;

namespace Gateway.Api;

/// <summary>/quotas: the trees, and the settings of one level.</summary>
internal static class QuotasApi
{
    private const string NoPath = "There is no such quota.";

    public static void Map(RouteGroupBuilder v1)
    {
        var quotas = v1.MapGroup("").WithTags("Quotas");
        quotas.MapGet("/quotas", List).WithName("ListCohorts").WithSummary("The roots of the quota trees").Answers(429, 503);
        quotas.MapGet("/quotas/{**path}", Get).WithName("GetQuota").WithSummary("A quota tree from a path down: what is owed, borrowed, limited, used and spent")
            .TakesHeader("If-None-Match", "An ETag: 304 when the settings are still the same.").Produces(304).Answers(404, 429, 503);
        quotas.MapPut("/quotas/{**path}", Put).WithName("SetQuota").WithSummary("Set one level of a quota tree").RequireAuthorization(Policies.Administer)
            .TakesBody<QuotaSettings>()
            .TakesHeader("If-Match", "The tree's ETag as you read it, or * for whatever it is now. Required, unless If-None-Match says * for a new level.")
            .TakesHeader("If-None-Match", "*: only if there is no such level yet.")
            .Answers(400, 403, 404, 412, 413, 415, 422, 428, 429, 503);
    }

    private static async Task<Ok<CohortList>> List(HttpContext context, QuotaReader quotas) =>
        TypedResults.Ok(new CohortList { Value = await quotas.Cohorts(Callers.Of(context), context.RequestAborted) });

    private static async Task<Results<Ok<QuotaTree>, StatusCodeHttpResult, ApiProblem>> Get(string path, HttpContext context, QuotaReader quotas)
    {
        if (!QuotaValidator.TryPath(path, out var quota) || await quotas.Find(Callers.Of(context), quota, context.RequestAborted) is not { } tree)
            return ApiProblem.NotFound(NoPath);
        context.Response.Headers.ETag = ETags.Of(tree.Version);

        // The version does not move with what is used, so only those who ask get a 304, and caches none.
        return ETags.NoneMatchHits(context.Request.Headers.IfNoneMatch, tree.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(QuotaMapper.ToContract(quota, tree));
    }

    private static async Task<Results<Ok<QuotaTree>, Created<QuotaTree>, ApiProblem>> Put(string path, HttpContext context, QuotaReader quotas)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.QuotaSettings);
        if (body.Value is null)
            return body.Problem!;
        var errors = new FieldErrors();
        if (!QuotaValidator.TryPath(path, out var quota))
            errors.Add("path", QuotaValidator.PathRule);
        QuotaValidator.Validate(body.Value, errors);
        if (errors.Any)
            return ApiProblem.Invalid(errors.ByField);

        var caller = Callers.Of(context);
        var (before, version, problem) = await Precondition(quota, caller, context, quotas);
        if (problem is not null)
            return problem;
        var answer = await quotas.Set(caller, quota, QuotaMapper.ToSpec(body.Value), version, context.RequestAborted);
        if (!answer.IsDone)
            return Answers.ToProblem(answer, NoPath);
        if (await quotas.Find(caller, quota, context.RequestAborted) is not { } tree)
            return ApiProblem.NotFound(NoPath);
        context.Response.Headers.ETag = ETags.Of(tree.Version);
        return before is null ? TypedResults.Created($"/api/v1/quotas/{quota.Value}", QuotaMapper.ToContract(quota, tree)) : TypedResults.Ok(QuotaMapper.ToContract(quota, tree));
    }

    /// <summary>Which version of the tree the caller means. The grain compares it again, so nothing slips in between.</summary>
    private static async ValueTask<(QuotaTreeView? Before, long Version, ApiProblem? Problem)> Precondition(
        QuotaPath quota, Caller caller, HttpContext context, QuotaReader quotas)
    {
        var match = ETags.ParseIfMatch(context.Request.Headers.IfMatch);
        var noneMatch = ETags.ParseIfMatch(context.Request.Headers.IfNoneMatch);
        if (match.Kind == ConditionKind.Malformed)
            return (null, 0, ApiProblem.InvalidParameter("If-Match", "must be one ETag as this server gives them, or *"));
        if (noneMatch.Kind is not (ConditionKind.Absent or ConditionKind.Any))
            return (null, 0, ApiProblem.InvalidParameter("If-None-Match", "must be *"));
        if (match.Kind == ConditionKind.Absent && noneMatch.Kind == ConditionKind.Absent)
            return (null, 0, ApiProblem.PreconditionRequired("Say which version you mean: If-Match with the ETag you read, or If-None-Match: * for a new level."));
        var before = await quotas.Find(caller, quota, context.RequestAborted);
        if (noneMatch.Kind == ConditionKind.Any && before is not null)
            return (before, 0, ApiProblem.PreconditionFailed("This level exists already."));
        if (match.Kind == ConditionKind.Any && before is null)
            return (before, 0, ApiProblem.PreconditionFailed("There is no such level yet."));
        if (match.Kind == ConditionKind.Version)
            return (before, match.Version, null);
        var root = before ?? await quotas.Find(caller, new QuotaPath(quota.Cohort), context.RequestAborted);
        return (before, root?.Version ?? 0, null);
    }
}

/// <summary>Reads and sets quota trees.</summary>
public sealed class QuotaReader(IGrainFactory grains, GrainCalls calls, KnownPools directory)
{
    /// <summary>Null when there is no such path for this caller. A tree that nobody has set or used is none, though its grain answers.</summary>
    public async ValueTask<QuotaTreeView?> Find(Caller caller, QuotaPath path, CancellationToken cancellationToken)
    {
        var tree = await calls.Repeat((grains, caller, path), static s => s.grains.GetGrain<IQuotaGrain>(s.path.Cohort).GetTree(s.caller, s.path), cancellationToken);
        return tree is { Version: 0 } && tree.Levels.All(l => l.Charges == 0) ? null : tree;
    }

    /// <summary>Not repeated: a second try would find the version moved by the first.</summary>
    public ValueTask<Answer> Set(Caller caller, QuotaPath path, QuotaSpec spec, long ifVersion, CancellationToken cancellationToken) =>
        calls.Once(
            (grains, caller, path, spec, ifVersion), static s => s.grains.GetGrain<IQuotaGrain>(s.path.Cohort).SetQuota(s.caller, s.path, s.spec, s.ifVersion), cancellationToken);

    /// <summary>Operators see every tree; tenants those that have something of theirs.</summary>
    public async ValueTask<IReadOnlyList<string>> Cohorts(Caller caller, CancellationToken cancellationToken)
    {
        var cohorts = (await directory.Get(cancellationToken)).Cohorts;
        if (caller.IsOperator)
            return cohorts;
        var trees = await Task.WhenAll(cohorts.Select(c => Find(caller, new QuotaPath(c), cancellationToken).AsTask()));
        return [.. cohorts.Where((_, i) => trees[i] is not null)];
    }
}
