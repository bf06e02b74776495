using System.Globalization;
using System.Text.Json;
using Cli.Http;
using Cli.Input;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Replay;

/// <summary><c>sched replay --journal</c>: has the server decide a pool's recorded decisions again, and reports what came out otherwise.</summary>
internal static class JournalReplayer
{
    /// <returns>1 when a decision came out otherwise, or there was none to decide again.</returns>
    public static async Task<int> Run(SchedClient client, Printer printer, string pool, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.Serialize(new ReplayJournalRequest { From = from, To = to }, ContractsJson.Default.ReplayJournalRequest);
        var request = SchedRequest.Post($"pools/{Uri.EscapeDataString(pool)}/replay", body);
        var answer = await client.Send(request, cancellationToken);
        var replay = answer.Read(ContractsJson.Lenient.JournalReplay);
        for (; !replay.Done; replay = answer.Read(ContractsJson.Lenient.JournalReplay))
        {
            printer.Say($"{Show.Count(replay.EntriesRead)} of {Show.Count(replay.EntriesInAll)} entries decided again");
            answer = await client.Send(request, cancellationToken);
        }

        if (!printer.Raw(answer.Body, () => [pool]))
        {
            printer.Details(Fields(pool, replay));
        }

        return replay.Verdict switch
        {
            "identical" => ExitCode.Ok,
            "different" => throw CliException.Failure($"{Show.Count(replay.Differences)} of {Show.Count(replay.Entries + replay.Differences)} came out otherwise"),
            _ => throw CliException.Failure($"nothing could be decided again: {replay.WhySkipped}"),
        };
    }

    /// <summary>A point in time, or how long ago it was.</summary>
    public static DateTimeOffset? Time(string what, string? text, DateTimeOffset now) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && text.Contains('-', StringComparison.Ordinal)
            ? time : now - Duration.Parse(what, text);

    private static IEnumerable<(string, string?)> Fields(string pool, JournalReplay r) =>
    [
        ("Pool", pool),
        ("Decided again", $"{Show.Count(r.Decisions)} decisions, {Show.Count(r.Entries)} entries, {Show.Count(r.Snapshots)} snapshots"),
        ("Identical", Show.Percent(r.Entries, r.Entries + r.Differences)),
        ("Different", Show.Count(r.Differences)),
        ("Left out", r.Skipped == 0 ? null : $"{Show.Count(r.Skipped)} entries: {r.WhySkipped}"),
        ("Span", r.From is { } from && r.To is { } to ? $"{Show.At(from)} to {Show.At(to)} ({Show.Time(TimeSpan.FromSeconds(r.SpanSeconds))})" : null),
        ("Took", $"{Show.Fine(r.TookSeconds)}{(r.TookSeconds > 0 ? $", {Show.Count((long)(r.SpanSeconds / r.TookSeconds))} × real time" : "")}"),
        ("State", string.IsNullOrEmpty(r.StateHash) ? null : r.StateHash),
        .. r.First is not { } first ? [] : new (string, string?)[]
        {
            ("First difference", $"position {Show.Count(first.Position)}, {Show.At(first.At)}"), ("  recorded", first.Recorded), ("  decided", first.Decided),
        },
    ];
}
