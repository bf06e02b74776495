using System.CommandLine;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched scale</c>: how many replicas of a service are kept up.</summary>
internal static class ScaleCommand
{
    public static Command Create(Globals globals)
    {
        var id = new Argument<string>("id") { Description = "The service's id" };
        var replicas = new Argument<string>("replicas") { Description = $"How many, 0 to {Limits.MaxReplicas}" };
        var command = new Command("scale", "Say how many replicas of a service are kept up") { id, replicas };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var service = parsed.GetValue(id)!;
            var wanted = Quantity.Integer("replicas", parsed.GetValue(replicas)!, 0, Limits.MaxReplicas);
            var body = JsonSerializer.Serialize(new ReplicasRequest { Replicas = wanted }, ContractsJson.Default.ReplicasRequest);
            var answer = await client.Send(new SchedRequest(HttpMethod.Put, $"jobs/{Uri.EscapeDataString(service)}/replicas", body), cancellation);
            if (!printer.Raw(answer.Body, () => [service]))
            {
                printer.Line($"{service} is kept up with {wanted} replicas");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
