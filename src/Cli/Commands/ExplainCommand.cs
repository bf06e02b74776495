using System.CommandLine;
using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched explain</c>: why a job waits and what would start it.</summary>
internal static class ExplainCommand
{
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
                printer.Details(Fields(why));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<(string, string?)> Fields(JobExplanation why) =>
    [
        ("Job", why.Job), ("Phase", why.Phase), ("Reason", why.Reason), ("Message", why.Message),
        ("Position", why.Position is { } position ? $"{Show.Count(position)} of {Show.Count(why.QueueLength)}" : null),
        ("Workers", why.WorkersNeeded > 0 ? $"{Show.Count(why.WorkersThatFitNow)} of {Show.Count(why.WorkersNeeded)} fit now" : null),
        ("Nodes", why.NodesEvaluated > 0 ? $"{Show.Count(why.NodesEvaluated)} looked at" : null),
        .. why.Filtered.Select(f => ("  ruled out", (string?)$"{Show.Count(f.Nodes)} by {f.Constraint}")),
        ("Quota", why.Quota is { } q ? $"{q.Path}: {q.Resource} limit {Show.Count(q.Limit)}, used {Show.Count(q.Used)}, asked {Show.Count(q.Asked)}" : null),
        .. why.Ahead.Select(a => ("  ahead", (string?)$"{a.Job ?? "another tenant's job"}{(a.Owner is null ? "" : " of " + a.Owner)}, priority {a.Priority}, {Show.Milli(a.GpuMilli)} GPUs")),
        .. why.Suggestions.Select(s => ("  try", (string?)$"{s.Change}: {s.Effect}")),
    ];
}
