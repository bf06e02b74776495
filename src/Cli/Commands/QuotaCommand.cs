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
        ["PATH", "RESOURCE", new("USED", Right: true), new("NOMINAL", Right: true), new("LIMIT", Right: true), new("WEIGHT", Right: true), new("CHARGES", Right: true, WideOnly: true)];

    public static Command Create(Globals globals) => new("quota", "Show and set quotas") { Show(globals), Set(globals) };

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

    private static Command Set(Globals globals)
    {
        var path = new Argument<string>("path") { Description = "cohort, cohort/team or cohort/team/user" };
        var nominal = new Option<string[]>("--nominal") { Description = "Owed: gpu=64, gpu/A100=32, cpu=500, memory=2Ti; may be repeated", HelpName = "RESOURCE=AMOUNT" };
        var limit = new Option<string[]>("--limit") { Description = "Never passed, written alike", HelpName = "RESOURCE=AMOUNT" };
        var weight = new Option<string?>("--weight") { Description = "Share among siblings (1)", HelpName = "N" };
        var pending = new Option<string?>("--max-pending") { Description = "Jobs that may wait at once", HelpName = "N" };
        var match = new Option<string?>("--if-match") { Description = "Only if the tree still has this ETag; read just before by default", HelpName = "ETAG" };
        var command = new Command("set", "Set a whole level: what is not given is unlimited") { path, nominal, limit, weight, pending, match };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new QuotaSettings
            {
                Nominal = QuotaAmounts.Parse("--nominal", parsed.GetValue(nominal) ?? []),
                Limit = QuotaAmounts.Parse("--limit", parsed.GetValue(limit) ?? []),
                Weight = parsed.GetValue(weight) is { } w ? Quantity.Integer("--weight", w, 1, Limits.MaxQuotaWeight) : null,
                MaxPendingJobs = parsed.GetValue(pending) is { } m ? Quantity.Integer("--max-pending", m, 0, Limits.MaxQuotaPendingJobs) : null,
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
        ]);
    }

    private static string Address(string path) => "quotas/" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
