using System.CommandLine;
using System.Text.Json;
using Cli.Http;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched cancel</c>, <c>suspend</c> and <c>resume</c>, each for several jobs.</summary>
internal static class JobActionCommands
{
    public static IReadOnlyList<Command> Create(Globals globals) =>
    [
        Create(globals, "cancel", "Cancel jobs", "is being cancelled"),
        Create(globals, "suspend", "Stop jobs and keep them out of the queue", "is being suspended"),
        Create(globals, "resume", "Put suspended jobs back in the queue", "is queued again"),
    ];

    private static Command Create(Globals globals, string verb, string description, string done)
    {
        var ids = new Argument<string[]>("id") { Description = "Job ids", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "For people: shown in the job's timeline", HelpName = "TEXT" };
        var command = new Command(verb, description) { ids, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var body = JsonSerializer.Serialize(new JobActionRequest { Reason = parsed.GetValue(reason) }, ContractsJson.Default.JobActionRequest);
            return await EachId.Run(printer, parsed.GetValue(ids)!, async id =>
            {
                var answer = await client.Send(SchedRequest.Post($"jobs/{Uri.EscapeDataString(id)}:{verb}", body), cancellation);
                if (!printer.Raw(answer.Body, () => [id]))
                {
                    printer.Line($"{id} {done}");
                }
            });
        });
        return command;
    }
}
