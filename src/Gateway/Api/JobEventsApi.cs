using System.Globalization;
using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Grains;
using Grains.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;

namespace Gateway.Api;

/// <summary>/jobs/{id}/events: the timeline, once as JSON or live as server-sent events.</summary>
internal static class JobEventsApi
{
    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/jobs/{id}/events", Get).WithTags("Jobs").WithName("GetJobEvents")
            .WithSummary("A job's timeline: text/event-stream (live, resumed by Last-Event-ID), or JSON when Accept says application/json")
            .TakesHeader("Last-Event-ID", "The sequence of the last event seen; only later ones are sent.")
            .TakesQuery("after").Produces<JobEventList>(200, "application/json", "text/event-stream").Produces(204).Answers(400, 404, 429, 503)
            .WithMetadata(LongLived.Instance).DisableRequestTimeout();

    private static async Task<IResult> Get(string id, HttpContext context, JobEvents events)
    {
        if (!TryReadAfter(context.Request, out var after, out var problem))
            return problem!;
        if (!Ids.IsWellFormed(id))
            return ApiProblem.JobNotFound();
        var caller = Callers.Of(context);
        if (await events.Read(id, caller, after ?? 0, TimeSpan.Zero, context.RequestAborted) is not { } first)
            return ApiProblem.JobNotFound();
        if (WantsJson(context.Request))
            return TypedResults.Ok(new JobEventList { Value = [.. first.Events.Select(JobMapper.ToContract)], Complete = first.Complete });

        // Browsers come back for ever unless they are told that nothing more will follow.
        if (after is not null && first is { Complete: true, Events.IsEmpty: true })
            return TypedResults.NoContent();
        return new JobEventStream(events, id, caller, first, after ?? 0);
    }

    private static bool TryReadAfter(HttpRequest request, out long? after, out ApiProblem? problem)
    {
        (after, problem) = (null, null);
        var (name, values) = request.Headers["Last-Event-ID"] is { Count: > 0 } header ? ("Last-Event-ID", header) : ("after", request.Query["after"]);
        if (values.Count == 0)
            return true;
        if (values.Count == 1 && long.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            after = sequence;
            return true;
        }

        problem = ApiProblem.InvalidParameter(name, "must be the sequence of an event, a whole number");
        return false;
    }

    private static bool WantsJson(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        return Mentions(accept, "application/json") && !Mentions(accept, "text/event-stream");
    }

    private static bool Mentions(StringValues accept, string type)
    {
        foreach (var line in accept)
        {
            if (line is not null && line.Contains(type, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

/// <summary>Asks a job for timeline entries.</summary>
public sealed class JobEvents(IGrainFactory grains, GrainCalls calls)
{
    /// <summary>Null when there is no such job for this caller.</summary>
    public ValueTask<JobEventPage?> Read(string id, Caller caller, long after, TimeSpan wait, CancellationToken cancellationToken) =>
        calls.Once(
            (grains, id, caller, after, wait), static s => s.grains.GetGrain<IJobGrain>(s.id).Events(s.caller, s.after, s.wait), cancellationToken, extra: wait);
}
