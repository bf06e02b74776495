using System.CommandLine;
using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched racks</c>: a pool's racks.</summary>
internal static class RacksCommand
{
    private static readonly Column[] Columns =
    [
        "NAME", "BLOCK", new("NODES", Right: true), new("SCHEDULABLE", Right: true), new("GPUS", Right: true), new("CORES", Right: true),
        new("MEMORY", Right: true, WideOnly: true), new("MEMORY USED", Right: true, WideOnly: true),
    ];

    public static Command Create(Globals globals)
    {
        var pool = PoolPages.Option();
        var command = new Command("racks", "List a pool's racks") { pool };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var name = await PoolPages.Find(client, parsed.GetValue(pool), cancellation);
            var (answer, _) = await Pages.First(
                client, SchedRequest.Get($"pools/{Uri.EscapeDataString(name)}/racks?maxpagesize={Limits.MaxPageSize}"), PoolPages.MostRows, cancellation);
            var racks = answer.Read(ContractsJson.Lenient.RackList).Value;
            if (!printer.Raw(answer.Body, () => racks.Select(r => r.Name)))
            {
                printer.Table(Columns, racks.Select(r => (IReadOnlyList<string?>)
                [
                    r.Name, r.Block, Show.Plain(r.Nodes), Show.Plain(r.SchedulableNodes), Show.Used(r.Allocated.GpuMilli, r.Capacity.GpuMilli),
                    Show.Used(r.Allocated.CpuMilli, r.Capacity.CpuMilli), Show.MiB(r.Capacity.MemoryMiB), Show.MiB(r.Allocated.MemoryMiB),
                ]));
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
