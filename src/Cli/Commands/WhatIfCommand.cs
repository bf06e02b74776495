using System.CommandLine;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched what-if</c>: what would become of waits, goodput and evictions, or when a job would start.</summary>
internal sealed class WhatIfCommand
{
    private readonly Option<string[]> _quota = new("--quota") { Description = "A quota by percent (default/blue=-20%) or its limit (default/blue=gpu=64); may be repeated", HelpName = "PATH=CHANGE" };
    private readonly Option<string?> _addNodes = new("--add-nodes") { Description = "So many more nodes", HelpName = "N" };
    private readonly Option<string?> _like = new("--like") { Description = "With --add-nodes: a node or rack that they are like", HelpName = "NAME" };
    private readonly Option<string[]> _cordon = new("--cordon") { Description = "A node or rack that takes no new work; may be repeated", HelpName = "NAME" };
    private readonly Option<string[]> _remove = new("--remove") { Description = "A node or rack that is gone; may be repeated", HelpName = "NAME" };
    private readonly Option<string?> _job = new("--job") { Description = "One more job, now: a file as 'sched submit --file' takes it", HelpName = "FILE" };
    private readonly Option<string?> _runsFor = new("--runs-for") { Description = "With --job: how long it runs; predicted without it", HelpName = "TIME" };
    private readonly Option<string[]> _priority = new("--priority") { Description = "Another priority of a job; may be repeated", HelpName = "ID=N" };
    private readonly Option<string?> _order = new("--order") { Description = "Another order policy", HelpName = "NAME" };
    private readonly Option<string?> _placement = new("--placement") { Description = "Another placement policy", HelpName = "NAME" };
    private readonly Option<string?> _over = new("--over") { Description = "Over the last so long, as it was recorded; without it from now on", HelpName = "TIME" };
    private readonly Option<string?> _horizon = new("--horizon") { Description = "From now on: how far to look (24h)", HelpName = "TIME" };
    private readonly Option<bool> _again = new("--arrivals-as-before") { Description = "From now on: jobs come again as they did in the last so long" };
    private readonly Option<string?> _pool = PoolPages.Option();

    public static Command Create(Globals globals)
    {
        var self = new WhatIfCommand();
        var command = new Command("what-if", "Ask what would become of waits, goodput and evictions if something were otherwise");
        foreach (var option in new Option[]
        {
            self._quota, self._addNodes, self._like, self._cordon, self._remove, self._job, self._runsFor, self._priority, self._order, self._placement, self._over,
            self._horizon, self._again, self._pool,
        })
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellation) => self.Run(globals, parsed, cancellation));
        return command;
    }

    private async Task<int> Run(Globals globals, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = Request(globals.World, parsed);
        using var client = globals.Client(parsed);
        var pool = await PoolPages.Find(client, parsed.GetValue(_pool), cancellationToken);
        request = request with { Changes = [.. await WithCohort(client, request.Changes!, cancellationToken)] };
        var body = JsonSerializer.Serialize(request, ContractsJson.Default.WhatIfRequest);
        var answer = await client.Send(SchedRequest.Post($"pools/{Uri.EscapeDataString(pool)}/what-if", body), cancellationToken);
        var printer = globals.Printer(parsed);
        var result = answer.Read(ContractsJson.Lenient.WhatIfResult);
        if (!printer.Raw(answer.Body, () => (result.Jobs ?? []).Select(j => j.Job)))
        {
            WhatIfTables.Print(printer, result);
        }

        // Whoever asks when a job starts, and hears that it does not, can tell by the exit code.
        return result.NewJobs.Any(j => j.StartsAt is null) ? ExitCode.NotPlaceable : ExitCode.Ok;
    }

    private WhatIfRequest Request(World world, ParseResult parsed)
    {
        if (parsed.GetValue(_like) is not null && parsed.GetValue(_addNodes) is null)
        {
            throw CliException.Usage("--like says what --add-nodes adds; give both");
        }

        if (parsed.GetValue(_runsFor) is not null && parsed.GetValue(_job) is null)
        {
            throw CliException.Usage("--runs-for says how long --job runs; give both");
        }

        var changes = new List<WhatIfChangeRequest>();
        changes.AddRange((parsed.GetValue(_quota) ?? []).Select(Quota));
        if (parsed.GetValue(_addNodes) is { } count)
        {
            changes.Add(new WhatIfChangeRequest { AddNodes = new WhatIfAddNodes { Count = Quantity.Integer("--add-nodes", count, 1, Limits.MaxWhatIfNodes), Like = parsed.GetValue(_like) } });
        }

        AddTaken(changes, parsed.GetValue(_cordon), remove: false);
        AddTaken(changes, parsed.GetValue(_remove), remove: true);
        if (parsed.GetValue(_job) is { } file)
        {
            changes.Add(new WhatIfChangeRequest { Job = new WhatIfJob { Spec = JobFile.Open(file, world.In), RunsForSeconds = Duration.Seconds("--runs-for", parsed.GetValue(_runsFor)) } });
        }

        changes.AddRange((parsed.GetValue(_priority) ?? []).Select(Priority));
        if (parsed.GetValue(_order) is not null || parsed.GetValue(_placement) is not null)
        {
            changes.Add(new WhatIfChangeRequest { Policy = new WhatIfPolicy { Order = parsed.GetValue(_order), Placement = parsed.GetValue(_placement) } });
        }

        return new WhatIfRequest
        {
            Changes = changes, OverSeconds = Duration.Seconds("--over", parsed.GetValue(_over)), HorizonSeconds = Duration.Seconds("--horizon", parsed.GetValue(_horizon)),
            ArrivalsAsBefore = parsed.GetValue(_again) ? true : null,
        };
    }

    private static void AddTaken(List<WhatIfChangeRequest> changes, string[]? names, bool remove)
    {
        if (names is { Length: > 0 })
        {
            changes.Add(new WhatIfChangeRequest { TakeNodes = new WhatIfTakeNodes { Names = names, Remove = remove } });
        }
    }

    /// <summary>"default/blue=-20%" or "default/blue=gpu=64".</summary>
    private static WhatIfChangeRequest Quota(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (path, change) = equals > 0 ? (text[..equals], text[(equals + 1)..]) : ("", text);
        if (path.Length == 0)
        {
            throw CliException.Usage($"--quota is \"{text}\"; write default/blue=-20% or default/blue=gpu=64");
        }

        return new WhatIfChangeRequest
        {
            Quota = change.EndsWith('%')
                ? new WhatIfQuota { Path = path, Percent = Quantity.Integer("--quota " + path, change[..^1].TrimStart('+'), -100, 1000) }
                : new WhatIfQuota { Path = path, Limit = QuotaAmounts.Parse("--quota " + path, [change]) },
        };
    }

    private static WhatIfChangeRequest Priority(string text)
    {
        var equals = text.LastIndexOf('=');
        return equals > 0
            ? new WhatIfChangeRequest { Priority = new WhatIfPriority { Job = text[..equals], Priority = Quantity.Integer("--priority " + text[..equals], text[(equals + 1)..], 0, Limits.MaxPriority) } }
            : throw CliException.Usage($"--priority is \"{text}\"; write a job's id and a number: j-abc=500");
    }

    /// <summary>A team may be named without its cohort where there is only one.</summary>
    private static async Task<IEnumerable<WhatIfChangeRequest?>> WithCohort(SchedClient client, IReadOnlyList<WhatIfChangeRequest?> changes, CancellationToken cancellationToken)
    {
        if (!changes.Any(c => c!.Quota is { Path: { } path } && !path.Contains('/', StringComparison.Ordinal)))
        {
            return changes;
        }

        var cohorts = (await client.Send(SchedRequest.Get("quotas"), cancellationToken)).Read(ContractsJson.Lenient.CohortList).Value;
        return changes.Select(c => c is { Quota: { Path: { } path } quota } && !path.Contains('/', StringComparison.Ordinal) && cohorts is [var only] && only != path
            ? c with { Quota = quota with { Path = $"{only}/{path}" } } : c);
    }
}
