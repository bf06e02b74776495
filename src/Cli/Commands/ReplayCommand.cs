using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Cli.Replay;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary><c>sched replay</c>: submits a recorded pod list and reports what became of it; or has a pool's journal decided again.</summary>
internal sealed class ReplayCommand
{
    private readonly Argument<string?> _file = new("file")
    {
        Description = "An openb pod list: name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,…; may end in .gz", Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _journal = new("--journal") { Description = "No file: a pool's recorded decisions are decided again, and held against what was recorded" };
    private readonly Option<string?> _from = new("--from") { Description = "With --journal: the first decision, a time or how long ago (the oldest kept)", HelpName = "TIME" };
    private readonly Option<string?> _to = new("--to") { Description = "With --journal: the last decision, a time or how long ago (the newest)", HelpName = "TIME" };
    private readonly Option<string?> _concurrency = new("--concurrency") { Description = "Submissions at once (64)", HelpName = "N" };
    private readonly Option<string?> _rate = new("--rate") { Description = "Submissions per second; as fast as it goes without it", HelpName = "N" };
    private readonly Option<string?> _limit = new("--limit") { Description = "Only the first so many rows", HelpName = "N" };
    private readonly Option<string?> _runId = new("--run-id") { Description = "Another run id makes other jobs of the same file (1)", HelpName = "ID" };
    private readonly Option<string?> _ackLog = new("--ack-log") { Description = "One line per acknowledged job id, on the disk before it counts", HelpName = "FILE" };
    private readonly Option<string?> _patience = new("--patience") { Description = "How long a row is tried while the server is away (2m)", HelpName = "TIME" };
    private readonly Option<string?> _settle = new("--settle") { Description = "How long to wait for decisions; 0 does not wait (5m)", HelpName = "TIME" };
    private readonly Option<string?> _json = new("--json") { Description = "Write the report here too", HelpName = "FILE" };
    private readonly Option<string?> _sample = new("--sample") { Description = "Read the times of at most so many jobs (20000)", HelpName = "N" };
    private readonly Option<string?> _pool = new("--pool") { Description = "Which pool runs them, or whose journal it is", HelpName = "POOL" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Whose jobs they are", HelpName = "TENANT" };
    private readonly Option<string?> _quota = new("--quota") { Description = "Where they are charged", HelpName = "PATH" };
    private readonly Option<string?> _priority = new("--priority") { Description = "0 to 1000 (0)", HelpName = "N" };
    private readonly Option<string?> _runFor = new("--run-for") { Description = "How long each runs on hollow nodes; until stopped without it", HelpName = "TIME" };

    public static Command Create(Globals globals)
    {
        var self = new ReplayCommand();
        var command = new Command("replay", "Submit a recorded pod list and check that nothing was lost or doubled; or decide a journal again") { self._file };
        foreach (var option in new Option[]
        {
            self._concurrency, self._rate, self._limit, self._runId, self._ackLog, self._patience, self._settle, self._json, self._sample,
            self._pool, self._tenant, self._quota, self._priority, self._runFor, self._journal, self._from, self._to,
        })
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
            parsed.GetValue(self._journal) ? self.DecideAgain(globals, parsed, cancellation) : self.Run(globals, parsed, cancellation));
        return command;
    }

    private async Task<int> DecideAgain(Globals globals, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_file) is { } file)
        {
            throw CliException.Usage($"--journal decides a pool's own journal again; it takes no file, and \"{file}\" is one");
        }

        var now = globals.World.Time.GetUtcNow();
        var (from, to) = (JournalReplayer.Time("--from", parsed.GetValue(_from), now), JournalReplayer.Time("--to", parsed.GetValue(_to), now));
        using var client = globals.Client(parsed);
        var pool = await PoolPages.Find(client, parsed.GetValue(_pool), cancellationToken);
        return await JournalReplayer.Run(client, globals.Printer(parsed), pool, from, to, cancellationToken);
    }

    private async Task<int> Run(Globals globals, ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        var printer = globals.Printer(parsed);
        var path = parsed.GetValue(_file) ?? throw CliException.Usage("name a pod list, or say --journal to decide a pool's journal again");
        var file = ReplayFile.Open(path);
        if (parsed.GetValue(_limit) is { } limit)
        {
            file = file with { Rows = [.. file.Rows.Take((int)Quantity.Integer("--limit", limit, 1, int.MaxValue))] };
        }

        using var submitter = globals.Client(parsed, options.Patience, int.MaxValue, options.Concurrency);
        using var reader = globals.Client(parsed, null, 6, options.Concurrency);
        var report = await new Replayer(submitter, reader, options, globals.World, printer, globals.IsQuiet(parsed)).Run(path, file, cancellationToken);
        var json = JsonSerializer.Serialize(report, ReplayJson.Default.ReplayReport);
        if (parsed.GetValue(_json) is { } to)
        {
            await File.WriteAllTextAsync(to, json + "\n", cancellationToken);
        }

        if (!printer.Raw(json, () => []))
        {
            printer.Details(Fields(report));
        }

        return report switch
        {
            { Passed: false } => throw CliException.Failure(Failed(report)),
            { Settled: false } => ExitCode.TimedOut,
            _ => ExitCode.Ok,
        };
    }

    private ReplayOptions Options(ParseResult parsed)
    {
        var runId = parsed.GetValue(_runId) ?? "1";
        if (runId.Length is 0 or > 64 || !runId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw CliException.Usage($"--run-id is \"{runId}\"; write up to 64 letters, digits, '-', '_' and '.'");
        }

        return new ReplayOptions
        {
            Concurrency = (int)Quantity.Integer("--concurrency", parsed.GetValue(_concurrency) ?? "64", 1, 1024),
            Rate = parsed.GetValue(_rate) is { } rate ? Rate(rate) : null,
            RunId = runId,
            AckLog = parsed.GetValue(_ackLog),
            Patience = Duration.ParseOr("--patience", parsed.GetValue(_patience), TimeSpan.FromMinutes(2)),
            Settle = parsed.GetValue(_settle) is "0" or "0s" ? null : Duration.ParseOr("--settle", parsed.GetValue(_settle), TimeSpan.FromMinutes(5)),
            Sample = (int)Quantity.Integer("--sample", parsed.GetValue(_sample) ?? "20000", 0, 10_000_000),
            Pool = parsed.GetValue(_pool),
            Tenant = parsed.GetValue(_tenant),
            Quota = parsed.GetValue(_quota),
            Priority = parsed.GetValue(_priority) is { } p ? Quantity.Integer("--priority", p, 0, Limits.MaxPriority) : null,
            RunForSeconds = Duration.Seconds("--run-for", parsed.GetValue(_runFor)),
        };
    }

    private static double Rate(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1e6
            ? rate
            : throw CliException.Usage($"--rate is \"{text}\"; write submissions per second, above 0 and up to 1000000");

    private static IEnumerable<(string, string?)> Fields(ReplayReport r) =>
    [
        ("Rows", Show.Count(r.Rows)),
        ("Accepted", $"{Show.Count(r.Accepted)}{(r.Rejected + r.Unknown == 0 ? "" : $" ({Show.Count(r.Rejected)} rejected, {Show.Count(r.Unknown)} unknown)")}"),
        .. r.Errors.Select(e => ("  error", (string?)e)),
        ("Placed", Show.Count(r.Placed)), ("Waiting", Show.Count(r.Waiting)), .. r.WaitingByReason.Select(w => ("  " + w.Key, (string?)Show.Count(w.Value))),
        ("GPUs", $"{Show.Used(r.GpuMilliAllocated, r.GpuMilliTotal)} allocated ({Show.Percent(r.GpuMilliAllocated, r.GpuMilliTotal)})"),
        ("Accepted rate", Show.PerSecond(r.AcceptedPerSecond)), ("Placed rate", r.PlacedPerSecond is { } rate ? Show.PerSecond(rate) : null),
        ("Submit to placed", r.PlaceSecondsP50 is { } p50 && r.PlaceSecondsP99 is { } p99 ? $"p50 {Show.Fine(p50)}, p99 {Show.Fine(p99)} ({Show.Count(r.TimesRead)} jobs)" : null),
        ("Found again", $"{Show.Count(r.Accepted - r.Lost - r.Doubled)} once, {Show.Count(r.Lost)} lost, {Show.Count(r.Doubled)} doubled"),
        ("Invariants", $"{Show.Count(r.InvariantChecks)} checked, {Show.Count(r.InvariantFailures)} failed"),
    ];

    private static string Failed(ReplayReport r)
    {
        (long Count, string What)[] wrong =
        [
            (r.Rejected, "rows were rejected"), (r.Unknown, "rows have an unknown fate (run it again: nothing is doubled)"),
            (r.Lost, "accepted jobs are lost"), (r.Doubled, "accepted jobs are doubled"), (r.InvariantFailures, "invariant checks failed"),
        ];
        var faults = wrong.Where(w => w.Count > 0).Select(w => $"{Show.Count(w.Count)} {w.What}").ToList();
        if (!r.Audited)
        {
            faults.Add("0 invariant checks were made after the jobs were decided");
        }

        return "the replay did not pass: " + string.Join("; ", faults);
    }
}
