using System.CommandLine;
using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched pools</c>: all pools, or one at a glance.</summary>
internal static class PoolsCommand
{
    private static readonly Column[] Columns =
    [
        "NAME", new("RACKS", Right: true), new("NODES", Right: true), new("SCHEDULABLE", Right: true), new("GPUS", Right: true), new("USED", Right: true),
        new("PENDING", Right: true), new("PLACING", Right: true), new("RUNNING", Right: true),
    ];

    public static Command Create(Globals globals)
    {
        var name = new Argument<string?>("pool") { Description = "One pool, in detail", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("pools", "List pools, or show one") { name };
        command.SetAction((parsed, cancellation) =>
            parsed.GetValue(name) is { } pool ? One(globals, parsed, pool, cancellation) : All(globals, parsed, cancellation));
        return command;
    }

    private static async Task<int> All(Globals globals, ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = globals.Client(parsed);
        var printer = globals.Printer(parsed);
        var answer = await client.Send(SchedRequest.Get("pools"), cancellationToken);
        var pools = answer.Read(ContractsJson.Lenient.PoolList).Value;
        if (!printer.Raw(answer.Body, () => pools.Select(p => p.Name)))
        {
            printer.Table(Columns, pools.Select(p => (IReadOnlyList<string?>)
            [
                p.Name, Show.Plain(p.Racks), Show.Plain(p.Nodes), Show.Plain(p.SchedulableNodes), Show.Used(p.GpuMilliAllocated, p.GpuMilliTotal),
                Show.Percent(p.GpuMilliAllocated, p.GpuMilliTotal), Show.Plain(p.PendingJobs), Show.Plain(p.PlacingJobs), Show.Plain(p.RunningJobs),
            ]));
        }

        return ExitCode.Ok;
    }

    private static async Task<int> One(Globals globals, ParseResult parsed, string name, CancellationToken cancellationToken)
    {
        using var client = globals.Client(parsed);
        var printer = globals.Printer(parsed);
        var answer = await client.Send(SchedRequest.Get("pools/" + Uri.EscapeDataString(name)), cancellationToken);
        var p = answer.Read(ContractsJson.Lenient.Pool);
        if (!printer.Raw(answer.Body, () => [p.Name]))
        {
            printer.Details(
            [
                ("Name", p.Name), ("Racks", Show.Count(p.Racks)), ("Nodes", $"{Show.Count(p.Nodes)}, {Show.Count(p.SchedulableNodes)} take new work"),
                ("GPUs", $"{Show.Used(p.GpuMilliAllocated, p.GpuMilliTotal)} ({Show.Percent(p.GpuMilliAllocated, p.GpuMilliTotal)})"),
                ("Promised", p.GpuMilliPromised > 0 ? $"{Show.Milli(p.GpuMilliPromised)} free GPUs are kept for those they are promised to" : null),
                ("Running", Show.Count(p.RunningJobs)), ("Placing", Show.Count(p.PlacingJobs)), ("Pending", Show.Count(p.PendingJobs)),
                .. p.PendingByReason.Select(r => ("  " + r.Reason, (string?)Show.Count(r.Jobs))),
                ("GPU time", p.Ledger.Count == 0 ? null : string.Join(", ", p.Ledger.Select(l => $"{l.Category} {Show.Time(TimeSpan.FromSeconds(Math.Min(l.GpuSeconds, 1e10)))}"))),
                ("Invariants", $"{Show.Count(p.InvariantChecks)} checked, {Show.Count(p.InvariantFailures)} failed"),
            ]);
        }

        return ExitCode.Ok;
    }
}
