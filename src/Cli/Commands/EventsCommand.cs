using System.CommandLine;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched events</c>: a job's timeline, and with -f what comes on.</summary>
internal static class EventsCommand
{
    /// <summary>Broken connections in a row after which following gives up.</summary>
    private const int MaxBreaks = 30;

    /// <summary>The server says something every 10 s, be it only that it is still there.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private static readonly Column[] Columns = ["TIME", "TYPE", "PHASE", new("ATTEMPT", Right: true), "MESSAGE"];

    public static Command Create(Globals globals)
    {
        var id = new Argument<string>("id") { Description = "The job's id" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the job has ended" };
        var command = new Command("events", "Show a job's timeline") { id, follow };
        command.SetAction((parsed, cancellation) =>
        {
            var path = $"jobs/{Uri.EscapeDataString(parsed.GetValue(id)!)}/events";
            return parsed.GetValue(follow) ? Follow(globals, parsed, path, cancellation) : Once(globals, parsed, path, cancellation);
        });
        return command;
    }

    private static async Task<int> Once(Globals globals, ParseResult parsed, string path, CancellationToken cancellationToken)
    {
        using var client = globals.Client(parsed);
        var printer = globals.Printer(parsed);
        var answer = await client.Send(SchedRequest.Get(path), cancellationToken);
        var events = answer.Read(ContractsJson.Lenient.JobEventList).Value;
        if (!printer.Raw(answer.Body, () => events.Select(e => e.Type)))
        {
            printer.Table(Columns, events.Select(e => (IReadOnlyList<string?>)[Show.At(e.At), e.Type, e.Phase, Show.Plain(e.Attempt), e.Message]));
        }

        return ExitCode.Ok;
    }

    /// <summary>One line an event. A stream that breaks is opened again from the last event seen.</summary>
    private static async Task<int> Follow(Globals globals, ParseResult parsed, string path, CancellationToken cancellationToken)
    {
        using var client = globals.Client(parsed);
        var printer = globals.Printer(parsed);
        var time = globals.World.Time;
        string? last = null;
        var breaks = 0;
        while (true)
        {
            try
            {
                using var response = await client.Open(path, "text/event-stream", last, cancellationToken);

                // 204: everything was seen already, and nothing more will come.
                if (response.StatusCode == System.Net.HttpStatusCode.NoContent)
                {
                    return ExitCode.Ok;
                }

                await using var stream = new IdleTimeoutStream(await response.Content.ReadAsStreamAsync(cancellationToken), LongestSilence, time);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
                {
                    Print(printer, item.Data);
                    last = item.EventId ?? last;
                    breaks = 0;
                }

                // A stream that ends before any event would otherwise be asked for without end.
                breaks++;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                breaks++;
            }

            if (breaks > MaxBreaks)
            {
                throw CliException.Failure($"{client.Server} keeps closing the stream; check that the gateway runs, then follow again");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(200 * breaks, 2000)), time, cancellationToken);
        }
    }

    private static void Print(Printer printer, string data)
    {
        JobEvent? entry;
        try
        {
            entry = JsonSerializer.Deserialize(data, ContractsJson.Lenient.JobEvent);
        }
        catch (JsonException e)
        {
            throw CliException.Failure($"the server sent an event that this version does not understand ({e.Message})", e);
        }

        if (entry is not null && !printer.Raw(data, () => [entry.Type]))
        {
            printer.Line($"{Show.At(entry.At)}  {entry.Type,-12}  {entry.Phase,-10}  attempt {entry.Attempt}{(string.IsNullOrEmpty(entry.Message) ? "" : "  " + entry.Message)}");
        }
    }
}
