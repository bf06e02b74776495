using System.CommandLine;
using System.Globalization;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched list</c>: jobs, newest first.</summary>
internal static class ListCommand
{
    private static readonly Column[] Columns =
    [
        "ID", "NAME", new("TENANT", WideOnly: true), "USER", "PHASE", new("WORKERS", Right: true), new("GPUS", Right: true), new("PRIO", Right: true),
        new("ATTEMPT", Right: true), "POOL", new("QUOTA", WideOnly: true), "AGE", new("CHANGED", WideOnly: true),
    ];

    public static Command Create(Globals globals)
    {
        (Option<string?> Option, string Parameter)[] filters =
        [
            (new("--tenant") { Description = "Jobs of this tenant (operators)", HelpName = "TENANT" }, "tenant"),
            (new("--phase") { Description = "Pending, Starting, Running, Stopping, Suspended, Succeeded, Failed, Cancelled or TimedOut", HelpName = "PHASE" }, "phase"),
            (new("--user", "-u") { Description = "Jobs of this user", HelpName = "USER" }, "user"),
            (new("--name", "-n") { Description = "Jobs of this name", HelpName = "NAME" }, "name"),
            (new("--parent") { Description = "The parts of this array, service or elastic job", HelpName = "ID" }, "parent"),
            (new("--pool") { Description = "Jobs in this pool", HelpName = "POOL" }, "pool"),
        ];
        var ended = new Option<bool>("--ended") { Description = "Only jobs that have ended" };
        var active = new Option<bool>("--active", "-a") { Description = "Only jobs that have not ended" };
        var all = new Option<bool>("--all") { Description = "Also the parts of arrays, services and elastic jobs, which are left out otherwise" };
        var limit = new Option<string?>("--limit") { Description = "At most so many (100)", HelpName = "N" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on, and show each job again when it changes; Ctrl-C ends it and nothing else" };
        var command = new Command("list", "List jobs, newest first") { ended, active, all, limit, watch };
        command.Aliases.Add("ls");
        foreach (var (option, _) in filters)
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(ended) && parsed.GetValue(active))
            {
                throw CliException.Usage("--ended and --active exclude each other; give one of them, or none for all jobs");
            }

            var most = (int)Quantity.Integer("--limit", parsed.GetValue(limit) ?? "100", 1, 1_000_000);
            var query = filters.Where(f => parsed.GetValue(f.Option) is not null)
                .Select(f => $"{f.Parameter}={Uri.EscapeDataString(parsed.GetValue(f.Option)!)}")
                .Append("maxpagesize=" + Math.Min(most, Limits.MaxPageSize).ToString(CultureInfo.InvariantCulture));
            query = parsed.GetValue(ended) ? query.Append("ended=true") : parsed.GetValue(active) ? query.Append("ended=false") : query;
            if (!parsed.GetValue(all) && parsed.GetResult("--parent") is null)
            {
                query = query.Append("parent=none");
            }

            return await Run(globals, parsed, "jobs?" + string.Join('&', query), most, parsed.GetValue(watch), cancellation);
        });
        return command;
    }

    private static async Task<int> Run(Globals globals, ParseResult parsed, string path, int most, bool watch, CancellationToken cancellationToken)
    {
        using var client = globals.Client(parsed);
        var printer = globals.Printer(parsed);
        if (watch)
        {
            return await new ListWatch(printer, Print).Run(client, globals.World.Time, SchedRequest.Get(path), most, cancellationToken);
        }

        var (answer, more) = await Pages.First(client, SchedRequest.Get(path), most, cancellationToken);
        var jobs = answer.Read(ContractsJson.Lenient.JobList).Value;
        if (!printer.Raw(answer.Body, () => jobs.Select(j => j.Id)))
        {
            Print(jobs, headers: true);
        }

        if (more)
        {
            printer.Say($"the first {jobs.Count} are shown; --limit shows more");
        }

        return ExitCode.Ok;

        void Print(IReadOnlyList<JobSummary> rows, bool headers)
        {
            var now = globals.World.Time.GetUtcNow();
            printer.Table(Columns, headers, rows.Select(j => (IReadOnlyList<string?>)
            [
                j.Id, j.Name, j.Tenant, j.User, j.Phase, Show.Plain(j.Workers), Show.Milli(j.GpuMilli), Show.Plain(j.Priority), Show.Plain(j.Attempt),
                j.Pool, j.Quota, Show.Age(j.SubmittedAt, now), Show.Age(j.ChangedAt, now),
            ]));
        }
    }
}
