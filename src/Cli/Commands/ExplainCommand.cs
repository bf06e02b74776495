using System.CommandLine;
using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched explain</c>: why a job waits and what would start it.</summary>
internal static class ExplainCommand
{
    /// <summary>Names of nodes on one line; more are counted. All are in the JSON.</summary>
    private const int NodesShown = 8;

    public static Command Create(Globals globals)
    {
        var id = new Argument<string>("id") { Description = "The job's id" };
        var command = new Command("explain", "Explain why a job waits, who is ahead, and what would start it") { id };
        command.Aliases.Add("why");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var answer = await client.Send(SchedRequest.Get($"jobs/{Uri.EscapeDataString(parsed.GetValue(id)!)}/explain"), cancellation);
            var why = answer.Read(ContractsJson.Lenient.JobExplanation);
            if (!printer.Raw(answer.Body, () => [why.Job]))
            {
                printer.Details(Fields(why, globals.World.Time.GetUtcNow()));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<(string, string?)> Fields(JobExplanation why, DateTimeOffset now) =>
    [
        ("Job", why.Job), ("Phase", why.Phase), ("Reason", why.Reason), ("Message", why.Message),
        ("Position", why.Position is { } position ? $"{Show.Count(position)} of {Show.Count(why.QueueLength)}" : null),
        ("Priority", why.EffectivePriority is { } priority ? $"{Show.Plain(priority)}, with what waiting added" : null),
        ("Start", why.StartEstimate is { } start ? Start(start, now) : null),
        ("Promised", why.Promise is { } promise ? Promised(promise, now) : null),
        ("Workers", why.WorkersNeeded > 0 ? $"{Show.Count(why.WorkersThatFitNow)} of {Show.Count(why.WorkersNeeded)} fit now" : null),
        ("Nodes", why.NodesEvaluated > 0 ? $"{Show.Count(why.NodesEvaluated)} looked at" : null),
        .. why.Filtered.Select(f => ("  ruled out", (string?)$"{Show.Count(f.Nodes)} by {f.Constraint}")),
        ("Quota", why.Quota is { } q ? $"{q.Path}: {q.Resource} limit {Show.Count(q.Limit)}, used {Show.Count(q.Used)}, asked {Show.Count(q.Asked)}" : null),
        .. (why.Blockers ?? []).Select(b => ("  blocked by", (string?)Blocked(b, now))),
        .. why.Ahead.Select(a => ("  ahead", (string?)$"{a.Job ?? "another tenant's job"}{(a.Owner is null ? "" : " of " + a.Owner)}, priority {a.Priority}, {Show.Milli(a.GpuMilli)} GPUs")),
        .. why.Suggestions.Select(s => ("  try", (string?)$"{s.Change}: {s.Effect}")),
    ];

    private static string Start(StartEstimate start, DateTimeOffset now) =>
        $"{When(start.P50, now)} in half of all cases" + (start.P90 is { } late ? $", {When(late, now)} in nine of ten" : "");

    private static string Promised(Promise promise, DateTimeOffset now)
    {
        var how = promise.Kind switch
        {
            "Eviction" => "others are making room",
            "Reservation" => "kept for it when what runs there ends",
            _ => promise.Kind,
        };
        // One entry for each worker: several may share a node.
        var nodes = promise.Nodes.Distinct().ToList();
        var more = nodes.Count > NodesShown ? $" and {Show.Count(nodes.Count - NodesShown)} more" : "";
        return $"{Show.Count(nodes.Count)} nodes, {When(promise.StartAt, now)} ({how}): {string.Join(", ", nodes.Take(NodesShown))}{more}";
    }

    private static string Blocked(Blocker blocker, DateTimeOffset now) =>
        $"{blocker.Job ?? "another tenant's job"}{(blocker.Owner is null ? "" : " of " + blocker.Owner)}, {Show.Milli(blocker.GpuMilli)} GPUs, "
        + (blocker.EndsAt is { } end ? $"until {Show.At(end)}" + (end > now ? $" (in {Show.Time(end - now)})" : " (due now)") : "no known end") + $": {blocker.Why}";

    private static string When(DateTimeOffset at, DateTimeOffset now) =>
        at > now ? $"in {Show.Time(at - now)} ({Show.At(at)})" : $"any moment (due {Show.At(at)})";
}
