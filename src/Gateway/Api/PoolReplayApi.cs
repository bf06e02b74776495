using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains.Pools;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduling.Replay;

namespace Gateway.Api;

/// <summary>/pools/{pool}/replay: recorded decisions are decided again.</summary>
internal static class PoolReplayApi
{
    /// <summary>A replay outlasts a request: whoever asks waits a little, and asks again.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    public static void Map(RouteGroupBuilder v1) =>
        v1.MapPost("/pools/{pool}/replay", Replay).WithTags("Pools").WithName("ReplayJournal")
            .WithSummary("Decides a pool's recorded decisions again; send it again until it is done").RequireAuthorization(Policies.Operate)
            .TakesBody<ReplayJournalRequest>().Answers(400, 403, 404, 409, 413, 415, 422, 429, 503);

    private static async Task<Results<Ok<JournalReplay>, ApiProblem>> Replay(
        string pool, HttpContext context, PoolReader pools, IGrainFactory grains, GrainCalls calls)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.ReplayJournalRequest);
        if (body.Problem is not null)
            return body.Problem;
        var (from, to) = (body.Value!.From, body.Value.To);
        var errors = new FieldErrors();
        if (from >= to)
            errors.Add("to", "must be after from");
        if (errors.Any)
            return ApiProblem.Invalid(errors.ByField);
        if (await pools.Known(pool, context.RequestAborted) is not { } known)
            return ApiProblem.NotFound("There is no such pool.");
        var view = await calls.Once(
            (grains, known, from, to), static s => s.grains.GetGrain<IPoolHistoryGrain>(s.known.Value).Replay(s.from, s.to, Wait), context.RequestAborted, Wait);
        return view.Problem is { } problem ? ApiProblem.Conflict(ErrorCode.Conflict, problem) : TypedResults.Ok(ToContract(view));
    }

    private static JournalReplay ToContract(PoolReplayView view) => view.Report is not { } report
        ? new JournalReplay { Done = view.Done, TookSeconds = view.Took.TotalSeconds, EntriesRead = view.EntriesRead, EntriesInAll = view.EntriesInAll }
        : new JournalReplay
        {
            Done = view.Done,
            Verdict = report.Verdict switch { ReplayVerdict.Identical => "identical", ReplayVerdict.Different => "different", _ => "nothing" },
            Entries = report.Entries,
            Decisions = report.Decisions,
            Differences = report.Differences,
            Snapshots = report.Snapshots,
            Skipped = report.Skipped,
            WhySkipped = report.WhySkipped,
            From = report.Entries > 0 ? report.From : null,
            To = report.Entries > 0 ? report.To : null,
            SpanSeconds = report.Span.TotalSeconds,
            TookSeconds = view.Took.TotalSeconds,
            StateHash = report.StateHash,
            First = report.First is { } first
                ? new Contracts.ReplayDifference { Position = first.Position, At = first.At, Recorded = first.Recorded, Decided = first.Decided } : null,
            EntriesRead = view.EntriesRead,
            EntriesInAll = view.EntriesInAll,
        };
}
