using System.CommandLine;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched show</c>: everything about one job.</summary>
internal static class ShowCommand
{
    public static Command Create(Globals globals)
    {
        var id = new Argument<string>("id") { Description = "The job's id" };
        var command = new Command("show", "Show a job") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = globals.Client(parsed);
            var printer = globals.Printer(parsed);
            var answer = await client.Send(SchedRequest.Get("jobs/" + Uri.EscapeDataString(parsed.GetValue(id)!)), cancellation);
            var job = answer.Read(ContractsJson.Lenient.Job);
            if (!printer.Raw(answer.Body, () => [job.Id]))
            {
                printer.Details(Fields(job));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<(string, string?)> Fields(Job job) =>
    [
        ("Id", job.Id), ("Name", job.Name), ("Phase", job.Phase), ("Reason", job.Reason), ("Tenant", job.Tenant), ("User", job.User),
        ("Quota", job.Quota), ("Pool", job.Pool), ("Priority", Show.Plain(job.Priority)),
        ("Attempt", $"{job.Attempt} ({job.Failures} failed, up to {job.MaxRetries} retries)"),
        .. job.Roles.Select(r => ("Role " + r.Name, (string?)Role(r))),
        ("Topology", TopologyText(job.Topology)),
        ("Total", $"{Show.Count(job.Workers)} workers, {Show.Milli(job.GpuMilli)} GPUs"),
        ("Run for", job.RunForSeconds is { } run ? Show.Seconds(run) : null), ("Time limit", job.TimeLimitSeconds is { } limit ? Show.Seconds(limit) : null),
        ("Labels", job.Labels.Count == 0 ? null : string.Join(", ", job.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))),
        .. ShowRules.Of(job),
        ("Submitted", Show.At(job.SubmittedAt)), ("Placed", At(job.PlacedAt)), ("Started", At(job.StartedAt)), ("Ended", At(job.EndedAt)),
        ("Placement", job.Placement is { Count: > 0 } racks ? string.Join(", ", racks.Select(r => $"{r.Rack} x{r.Workers}")) : null),
    ];

    private static string Role(JobRole role)
    {
        var gpu = role.Gpus is > 0
            ? $", {role.Gpus} GPU{(role.GpuMilli is { } m and < Limits.WholeGpu ? $" ({m}/1000)" : "")}{(role.GpuModels is { Count: > 0 } g ? " of " + string.Join('|', g) : "")}"
            : "";
        return $"{role.Count}{(role.MaxCount is { } most ? $" to {most}" : "")} x {Show.Milli(role.CpuMilli ?? 0)} cores, {Show.MiB(role.MemoryMiB ?? 0)}{gpu}{(NamedAmounts.Text(role.ExtendedResources) is { } named ? ", " + named : "")}";
    }

    private static string? TopologyText(JobTopology topology)
    {
        var parts = new[] { (topology.Required, "required"), (topology.Preferred, "preferred") }.Where(p => p.Item1 is not (null or "none")).ToList();
        return parts.Count == 0 ? null : string.Join(", ", parts.Select(p => $"{p.Item1} {p.Item2}"));
    }

    private static string? At(DateTimeOffset? at) => at is { } t ? Show.At(t) : null;
}
