using System.CommandLine;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched submit</c>: prints the job's id once the server has it durably.</summary>
internal static class SubmitCommand
{
    public static Command Create(Globals globals)
    {
        var flags = new JobFlags();
        var file = new Option<string?>("--file", "-f") { Description = "A job as YAML or JSON; - is standard input", HelpName = "FILE" };
        var wait = new Option<bool>("--wait", "-w") { Description = "Wait for its end: 0 when it succeeded, 1 when not, 3 when three looks in a row say that it can never be placed" };
        var waitTimeout = new Option<string?>("--wait-timeout") { Description = "With --wait: give up waiting after this, with 124; the job goes on", HelpName = "TIME" };
        var key = new Option<string?>("--idempotency-key")
        {
            Description = "The same key and job always get the same job; without it a random one makes retries safe",
            HelpName = "KEY",
        };
        var command = new Command("submit", "Submit a job and print its id") { file, wait, waitTimeout, key };
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var request = Job(globals.World, flags, parsed, parsed.GetValue(file));
            var timeout = parsed.GetValue(waitTimeout) is { } t ? Duration.Parse("--wait-timeout", t) : (TimeSpan?)null;
            if (timeout is not null && !parsed.GetValue(wait))
            {
                throw CliException.Usage("--wait-timeout says how long to wait; give --wait too");
            }

            return Run(globals, parsed, request, Key(parsed.GetValue(key)), parsed.GetValue(wait), timeout, cancellation);
        });
        return command;
    }

    private static async Task<int> Run(
        Globals globals, ParseResult parsed, SubmitJobRequest job, string key, bool wait, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var client = globals.Client(parsed);
        var printer = globals.Printer(parsed);
        var body = JsonSerializer.Serialize(job, ContractsJson.Default.SubmitJobRequest);
        ServerAnswer answer;
        try
        {
            answer = await client.Send(SchedRequest.Post("jobs", body) with { IdempotencyKey = key }, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or CliException { ExitCode: ExitCode.Failure })
        {
            printer.Complain($"whether the job was taken is not known; submit again with --idempotency-key {key} to find out, it will not be doubled");
            throw;
        }

        var submitted = answer.Read(ContractsJson.Lenient.Job);
        if (!printer.Raw(answer.Body, () => [submitted.Id]))
        {
            printer.Line(submitted.Id);
        }

        return wait ? await JobWaiter.Wait(client, globals.World.Time, printer, submitted.Id, timeout, cancellationToken) : ExitCode.Ok;
    }

    private static SubmitJobRequest Job(World world, JobFlags flags, ParseResult parsed, string? file)
    {
        if (file is null)
        {
            return flags.Read(parsed, world.Time.GetUtcNow());
        }

        if (flags.Given(parsed) is { } flag)
        {
            throw CliException.Usage($"{flag} and --file describe the job twice; write it into {file}, or leave --file out");
        }

        return JobFile.Open(file, world.In);
    }

    private static string Key(string? given) => given switch
    {
        null => Ids.New(),
        { Length: > 0 and <= Limits.MaxIdempotencyKey } when given.All(c => c is > ' ' and < '\u007f') => given,
        _ => throw CliException.Usage($"--idempotency-key must be 1 to {Limits.MaxIdempotencyKey} visible ASCII characters"),
    };
}
