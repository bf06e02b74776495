using System.CommandLine;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched nodes</c>: list, show, cordon, uncordon, drain, pass, fail, dead.</summary>
internal static class NodesCommand
{
    private static readonly Column[] Columns =
    [
        "NAME", "RACK", new("SLOT", Right: true, WideOnly: true), "SCHEDULABLE", "MODEL", new("GPUS", Right: true), new("CORES", Right: true),
        new("MEMORY", Right: true, WideOnly: true), new("MEMORY USED", Right: true, WideOnly: true),
        new("RESOURCES", WideOnly: true), new("RESOURCES USED", WideOnly: true),
    ];

    /// <summary>Lines of a node's history that are shown.</summary>
    private const int ShownHistory = 10;

    public static Command Create(Globals globals)
    {
        var list = List(globals);
        var command = new Command("nodes", "List nodes, and take them out of service")
        {
            list, Show(globals),
            Act(globals, "cordon", "No new work; what runs goes on", "is cordoned", needsReason: true),
            Act(globals, "uncordon", "Take new work again", "takes new work again", needsReason: false),
            Act(globals, "drain", "No new work, and what runs there is stopped with its gang and queued again", "is being drained", needsReason: true),
            Act(globals, "pass", "It has passed preflight: it takes work", "has passed preflight", needsReason: true, action: "passPreflight"),
            Act(globals, "fail", "It has failed preflight: no new work until it passes; what runs goes on", "has failed preflight", needsReason: true, action: "failPreflight"),
            Act(globals, "dead", "Its machine is dead: what ran there is queued again at once. Only of a node that is not ready", "is declared dead", needsReason: true, action: "declareDead"),
        };
        command.Aliases.Add("node");

        // "sched nodes" alone lists.
        command.Add(list.Options[0]);
        command.Action = list.Action;
        return command;
    }

    private static Command List(Globals globals)
    {
        var pool = PoolPages.Option();
        var command = new Command("list", "List a pool's nodes") { pool };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var name = await PoolPages.Find(client, parsed.GetValue(pool), cancellation);
            var (answer, _) = await Pages.First(
                client, SchedRequest.Get($"pools/{Uri.EscapeDataString(name)}/nodes?maxpagesize={Limits.MaxPageSize}"), PoolPages.MostRows, cancellation);
            var nodes = answer.Read(ContractsJson.Lenient.NodeList).Value;
            if (!printer.Raw(answer.Body, () => nodes.Select(n => n.Name)))
            {
                printer.Table(Columns, nodes.Select(n => (IReadOnlyList<string?>)
                [
                    n.Name, n.Rack, Output.Show.Plain(n.Slot), n.Schedulable ? "yes" : "no", n.GpuModel, Output.Show.Used(n.Allocated.GpuMilli, n.Capacity.GpuMilli),
                    Output.Show.Used(n.Allocated.CpuMilli, n.Capacity.CpuMilli), Output.Show.MiB(n.Capacity.MemoryMiB), Output.Show.MiB(n.Allocated.MemoryMiB),
                    NamedAmounts.Text(n.Capacity.Extended) ?? "-", NamedAmounts.Text(n.Allocated.Extended) ?? "-",
                ]));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show(Globals globals)
    {
        var node = new Argument<string>("node") { Description = "The node's name" };
        var command = new Command("show", "Show a node") { node };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var answer = await client.Send(SchedRequest.Get("nodes/" + Uri.EscapeDataString(parsed.GetValue(node)!)), cancellation);
            var n = answer.Read(ContractsJson.Lenient.Node);
            if (!printer.Raw(answer.Body, () => [n.Name]))
            {
                printer.Details(
                [
                    ("Name", n.Name), ("State", n.State), ("Reason", n.Reason), ("By", n.By), ("Since", n.Since is { } since ? Output.Show.At(since) : null),
                    ("Waits for", n.WaitsFor), ("Preflight", n.Preflight == "NotAsked" ? null : n.Preflight), ("Out of service", n.OutOfService ? "yes" : null),
                    ("Pool", n.Pool), ("Rack", n.Rack), ("GPUs", n.Gpus > 0 ? $"{n.Gpus} x {n.GpuModel}" : "none"),
                    ("CPU", Output.Show.Milli(n.Capacity.CpuMilli) + " cores"), ("Memory", Output.Show.MiB(n.Capacity.MemoryMiB)),
                    ("Resources", NamedAmounts.Text(n.Capacity.Extended)),
                    ("Labels", Text(n.Labels)), ("Taints", Text(n.Taints)),
                    .. (n.History ?? []).TakeLast(ShownHistory).Select(e => (Output.Show.At(e.At), (string?)$"{(e.From == e.To ? "" : $"{e.From} → {e.To} ")}by {e.By}: {e.Reason}")),
                ]);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Act(Globals globals, string verb, string description, string done, bool needsReason, string? action = null)
    {
        var names = new Argument<string[]>("node") { Description = "Node names", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "For people: shown wherever the node is shown", HelpName = "TEXT", Required = needsReason };
        var command = new Command(verb, description) { names, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var request = new NodeActionRequest { Reason = parsed.GetValue(reason) ?? verb + " with sched" };
            var body = JsonSerializer.Serialize(request, ContractsJson.Default.NodeActionRequest);
            return await EachId.Run(printer, parsed.GetValue(names)!, async name =>
            {
                var answer = await client.Send(SchedRequest.Post($"nodes/{Uri.EscapeDataString(name)}:{action ?? verb}", body), cancellation);
                if (!printer.Raw(answer.Body, () => [name]))
                {
                    printer.Line($"{name} {done}");
                }
            });
        });
        return command;
    }

    private static string? Text(IReadOnlyDictionary<string, string> labels) =>
        labels.Count == 0 ? null : string.Join(", ", labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
}
