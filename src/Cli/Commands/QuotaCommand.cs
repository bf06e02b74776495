using System.CommandLine;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched quota</c>: what a path is owed, limited to and uses; and setting it.</summary>
internal static class QuotaCommand
{
    private static readonly Column[] Columns =
        ["PATH", "RESOURCE", new("USED", Right: true), new("NOMINAL", Right: true), new("LIMIT", Right: true), new("WEIGHT", Right: true), new("CHARGES", Right: true, WideOnly: true),
            new("OWED", Right: true, WideOnly: true), new("BORROWED", Right: true, WideOnly: true), new("KEPT", Right: true, WideOnly: true),
            new("MAYBORROW", Right: true, WideOnly: true), new("LENDS", Right: true, WideOnly: true), new("PERUSER", Right: true, WideOnly: true)];

    private static readonly Column[] UsageColumns =
        ["PATH", new("GPUS", Right: true), new("GPU-HOURS", Right: true), "PERIOD", new("SPENT", Right: true), new("BUDGET", Right: true), "RESETS", "SPENT BY"];

    public static Command Create(Globals globals) => new("quota", "Show and set quotas") { Show(globals), Usage(globals), Set(globals) };

    private static Command Show(Globals globals)
    {
        var path = new Argument<string?>("path") { Description = "cohort, cohort/team or cohort/team/user; without it the cohorts", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Show a quota tree from a path down, or the cohorts") { path };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var answer = await client.Send(SchedRequest.Get(parsed.GetValue(path) is { } p ? Address(p) : "quotas"), cancellation);
            if (parsed.GetValue(path) is not null)
            {
                Print(printer, answer);
                return ExitCode.Ok;
            }

            var cohorts = answer.Read(ContractsJson.Lenient.CohortList).Value;
            if (!printer.Raw(answer.Body, () => cohorts))
            {
                printer.Table(["COHORT"], cohorts.Select(c => (IReadOnlyList<string?>)[c]));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Usage(Globals globals)
    {
        var path = new Argument<string>("path") { Description = "cohort, cohort/team or cohort/team/user" };
        var command = new Command("usage", "Show what a quota tree uses, has spent and may still spend, from a path down") { path };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var answer = await client.Send(SchedRequest.Get(Address(parsed.GetValue(path)!)), cancellation);
            var tree = answer.Read(ContractsJson.Lenient.QuotaTree);
            if (!printer.Raw(answer.Body, () => tree.Levels.Select(l => l.Path)))
            {
                printer.Table(UsageColumns, tree.Levels.Select(UsageRow));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static IReadOnlyList<string?> UsageRow(QuotaLevel level) =>
    [
        level.Path, QuotaAmounts.Show("gpu", level.Used.GetValueOrDefault("gpu")), QuotaBudgets.Hours(level.GpuHours), QuotaBudgets.Show(level.Budget),
        level.BudgetStatus is { } status ? QuotaBudgets.Hours(status.SpentHours) : null, level.Budget?.Hours is { } hours ? Output.Show.Plain(hours) : null,
        level.BudgetStatus?.ResetsAt is { } resets ? Output.Show.At(resets) : null,
        level.BudgetStatus is { IsSpent: true } ? "now" : level.BudgetStatus?.ExhaustedAt is { } at ? Output.Show.At(at) : null,
    ];

    private static Command Set(Globals globals)
    {
        var path = new Argument<string>("path") { Description = "cohort, cohort/team or cohort/team/user" };
        var nominal = new Option<string[]>("--nominal") { Description = "Owed: gpu=64, gpu/A100=32, cpu=500, memory=2Ti; may be repeated", HelpName = "RESOURCE=AMOUNT" };
        var limit = new Option<string[]>("--limit") { Description = "Never passed, written alike", HelpName = "RESOURCE=AMOUNT" };
        var weight = new Option<string?>("--weight") { Description = "Share among siblings (1)", HelpName = "N" };
        var pending = new Option<string?>("--max-pending") { Description = "Jobs that may wait at once", HelpName = "N" };
        var match = new Option<string?>("--if-match") { Description = "Only if the tree still has this ETag; read just before by default", HelpName = "ETAG" };
        var borrow = new Option<string[]>("--borrow") { Description = "At most so much above nominal", HelpName = "RESOURCE=AMOUNT" };
        var lend = new Option<string[]>("--lend") { Description = "At most so much of nominal to others while it is idle", HelpName = "RESOURCE=AMOUNT" };
        var user = new Option<string[]>("--max-per-user") { Description = "What one user may use", HelpName = "RESOURCE=AMOUNT" };
        var cap = new Option<string[]>("--priority-cap") { Description = "What jobs of a priority and above may use: 800:gpu=16; may be repeated", HelpName = "PRIORITY:RESOURCE=AMOUNT" };
        var budget = new Option<string?>("--budget") { Description = "GPU-hours: 5000, 5000/month, 5000/week or 5000/30d", HelpName = "HOURS[/PERIOD]" };
        var command = new Command("set", "Set a whole level: what is not given is unlimited") { path, nominal, limit, borrow, lend, weight, pending, user, cap, budget, match };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new QuotaSettings
            {
                Nominal = QuotaAmounts.Parse("--nominal", parsed.GetValue(nominal) ?? []),
                Limit = QuotaAmounts.Parse("--limit", parsed.GetValue(limit) ?? []),
                Weight = parsed.GetValue(weight) is { } w ? Quantity.Integer("--weight", w, 1, Limits.MaxQuotaWeight) : null,
                MaxPendingJobs = parsed.GetValue(pending) is { } m ? Quantity.Integer("--max-pending", m, 0, Limits.MaxQuotaPendingJobs) : null,
                BorrowingLimit = QuotaAmounts.Parse("--borrow", parsed.GetValue(borrow) ?? []),
                LendingLimit = QuotaAmounts.Parse("--lend", parsed.GetValue(lend) ?? []),
                MaxPerUser = QuotaAmounts.Parse("--max-per-user", parsed.GetValue(user) ?? []),
                PriorityCaps = QuotaBudgets.Caps("--priority-cap", parsed.GetValue(cap) ?? []),
                Budget = parsed.GetValue(budget) is { } b ? QuotaBudgets.Parse("--budget", b) : null,
            };
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var address = Address(parsed.GetValue(path)!);
            var body = JsonSerializer.Serialize(settings, ContractsJson.Default.QuotaSettings);
            var etag = parsed.GetValue(match) ?? await Present(client, address, cancellation);
            var request = new SchedRequest(HttpMethod.Put, address, body) { IfMatch = etag, IfNoneMatch = etag is null ? "*" : null };
            Print(printer, await client.Send(request, cancellation));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The tree's ETag; null when there is no such level yet.</summary>
    private static async Task<string?> Present(SchedClient client, string address, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Send(SchedRequest.Get(address), cancellationToken)).ETag;
        }
        catch (CliException e) when (e.ExitCode == ExitCode.NotFound)
        {
            return null;
        }
    }

    private static void Print(Printer printer, ServerAnswer answer)
    {
        var tree = answer.Read(ContractsJson.Lenient.QuotaTree);
        if (!printer.Raw(answer.Body, () => tree.Levels.Select(l => l.Path)))
        {
            printer.Table(Columns, tree.Levels.SelectMany(Rows));
        }
    }

    private static IEnumerable<IReadOnlyList<string?>> Rows(QuotaLevel level)
    {
        var resources = level.Nominal.Keys.Concat(level.Limit.Keys).Concat(level.Used.Keys).Distinct().Order(StringComparer.Ordinal).DefaultIfEmpty("gpu");
        return resources.Select(r => (IReadOnlyList<string?>)
        [
            level.Path, r, QuotaAmounts.Show(r, level.Used.GetValueOrDefault(r)),
            level.Nominal.TryGetValue(r, out var nominal) ? QuotaAmounts.Show(r, nominal) : null,
            level.Limit.TryGetValue(r, out var limit) ? QuotaAmounts.Show(r, limit) : null, Output.Show.Plain(level.Weight), Output.Show.Plain(level.Charges),
            Amount(level.Owed, r), Amount(level.Borrowed, r), Amount(level.Kept, r), Amount(level.BorrowingLimit, r), Amount(level.LendingLimit, r), Amount(level.MaxPerUser, r),
        ]);
    }

    private static string? Amount(IReadOnlyDictionary<string, long>? amounts, string resource) =>
        amounts?.TryGetValue(resource, out var amount) == true ? QuotaAmounts.Show(resource, amount) : null;

    private static string Address(string path) => "quotas/" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
