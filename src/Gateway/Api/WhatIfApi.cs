using System.Collections.Immutable;
using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Hollow;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains;
using Grains.WhatIf;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Scheduling.Model;
using Scheduling.WhatIf;

namespace Gateway.Api;

/// <summary>/pools/{pool}/what-if: what would become of the pool if something were otherwise.</summary>
internal static class WhatIfApi
{
    /// <summary>A computation may take so much longer than an ordinary call; the grain cuts it off before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void Map(RouteGroupBuilder v1) =>
        v1.MapPost("/pools/{pool}/what-if", Ask).WithTags("Pools").WithName("AskWhatIf")
            .WithSummary("What would become of waits, goodput and evictions, or when a job would start")
            .TakesBody<WhatIfRequest>().Answers(400, 403, 404, 409, 413, 415, 422, 429, 503);

    private static async Task<Results<Ok<WhatIfResult>, ApiProblem>> Ask(
        string pool, HttpContext context, PoolReader pools, WhatIfAsker asker)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.WhatIfRequest);
        if (body.Value is null)
            return body.Problem!;
        if (await pools.Known(pool, context.RequestAborted) is not { } known)
            return ApiProblem.NotFound("There is no such pool.");
        var (report, problem) = await asker.Ask(Callers.Of(context), known, body.Value, context.RequestAborted);
        return report is null ? problem! : TypedResults.Ok(WhatIfMapper.ToContract(report, Callers.Of(context).IsOperator));
    }

    /// <summary>Checks a question and has it answered.</summary>
    internal sealed class WhatIfAsker(IGrainFactory grains, GrainCalls calls, JobSubmission submission, IServiceProvider services)
    {
        public async ValueTask<(WhatIfReport? Report, ApiProblem? Problem)> Ask(Caller caller, PoolId pool, WhatIfRequest request, CancellationToken cancellationToken)
        {
            var errors = new FieldErrors();
            WhatIfValidator.Validate(request, errors);
            var changes = ImmutableArray.CreateBuilder<WhatIfChange>();
            for (var i = 0; !errors.Any && i < request.Changes?.Count; i++)
            {
                if (ToChange(request.Changes[i]!, pool, caller, $"changes[{i}].job.spec.", errors) is { } change)
                    changes.Add(change);
            }

            if (errors.Any)
                return (null, ApiProblem.Invalid(errors.ByField));
            var question = new AskWhatIf
            {
                Caller = caller, Pool = pool, Changes = changes.ToImmutable(),
                Over = request.OverSeconds is { } over ? TimeSpan.FromSeconds(over) : null,
                Horizon = TimeSpan.FromSeconds(request.HorizonSeconds ?? 86_400),
                ArrivalsAsBefore = request.ArrivalsAsBefore ?? false,
                RunForScale = services.GetService<HollowBackend>() is null ? 1 : services.GetRequiredService<IOptions<HollowOptions>>().Value.TimeScale,
            };
            var answer = await calls.Once(
                (grains, question), static s => s.grains.GetGrain<IWhatIfGrain>(IWhatIfGrain.Key).Ask(s.question), cancellationToken, Patience);
            return answer is { Outcome: Outcome.Done, Report: { } report } ? (report, null) : (null, ToProblem(answer, request));
        }

        private WhatIfChange? ToChange(WhatIfChangeRequest change, PoolId pool, Caller caller, string prefix, FieldErrors errors) => change switch
        {
            { Quota: { Percent: { } percent } quota } => new WhatIfChange.QuotaPercent { Path = new QuotaPath(quota.Path!), Percent = (int)percent },
            { Quota: { } quota } => new WhatIfChange.QuotaAmounts
            {
                Path = new QuotaPath(quota.Path!), Nominal = QuotaMapper.ToAmounts(quota.Nominal), Limit = QuotaMapper.ToAmounts(quota.Limit),
            },
            { AddNodes: { } add } => new WhatIfChange.AddNodes { Count = (int)add.Count!, Like = add.Like },
            { TakeNodes: { } take } => new WhatIfChange.TakeNodes { Names = [.. take.Names!.Select(n => n!)], Remove = take.Remove ?? false },
            { Job: { } job } => submission.ToSpec(caller, job.Spec!, pool, prefix, errors) is not { } spec ? null
                : new WhatIfChange.SubmitJob { Spec = spec, RunsFor = job.RunsForSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null },
            { Priority: { } priority } => new WhatIfChange.SetPriority { Job = new JobId(priority.Job!), Priority = (int)priority.Priority! },
            _ => new WhatIfChange.UsePolicy { Order = change.Policy!.Order, Placement = change.Policy.Placement },
        };

        private static ApiProblem ToProblem(WhatIfAnswer answer, WhatIfRequest request)
        {
            if (answer is { Outcome: Outcome.Invalid, Problems.IsEmpty: false })
            {
                var errors = new FieldErrors();
                foreach (var problem in answer.Problems)
                    errors.Add(WhatIfMapper.FieldOf(problem), problem.Rule);
                return ApiProblem.Invalid(errors.ByField);
            }

            if (answer.Outcome == Outcome.Invalid)
            {
                var errors = new FieldErrors();
                errors.Add(request.OverSeconds is null ? "horizonSeconds" : "overSeconds", answer.Message ?? "is out of range");
                return ApiProblem.Invalid(errors.ByField);
            }

            return answer.Outcome == Outcome.LimitReached ? ApiProblem.Conflict(ErrorCode.Conflict, answer.Message!)
                : Answers.ToProblem(Answer.Of(answer.Outcome, answer.Message ?? ""), answer.Message ?? "No history is kept.");
        }
    }
}
