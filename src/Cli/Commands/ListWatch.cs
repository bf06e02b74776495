using System.Text.Json;
using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>
/// <c>sched list --watch</c>: what is listed, and from then on each job again when something of it changed. The server is asked every few seconds:
/// a list has no stream, and so any filter can be watched.
/// </summary>
internal sealed class ListWatch(Printer printer, Action<IReadOnlyList<JobSummary>, bool> print)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private Dictionary<string, string> _shown = [];
    private bool _isFirst = true;

    /// <summary>Goes on until it is interrupted, or the server refuses.</summary>
    public async Task<int> Run(SchedClient client, TimeProvider time, SchedRequest request, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (answer, more) = await Pages.First(client, request, most, cancellationToken);
            Show(answer, more);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private void Show(ServerAnswer answer, bool more)
    {
        var jobs = answer.Read(ContractsJson.Lenient.JobList).Value;
        using var document = JsonDocument.Parse(answer.Body);
        var texts = document.RootElement.GetProperty("value").EnumerateArray().Select(e => e.GetRawText()).ToList();
        var now = jobs.Zip(texts).ToDictionary(j => j.First.Id, j => j.Second, StringComparer.Ordinal);

        // The newest are listed first; of what changes the latest is to stand last.
        var changed = jobs.Where(j => !_shown.TryGetValue(j.Id, out var before) || before != now[j.Id]).ToList();
        if (!_isFirst)
        {
            changed.Reverse();
        }

        List<JobSummary> rows = [];
        foreach (var job in changed)
        {
            if (printer.Format == OutputFormat.Yaml)
            {
                printer.Line("---");
            }

            if (!printer.Raw(now[job.Id], () => [job.Id]))
            {
                rows.Add(job);
            }
        }

        if (printer.IsTable && (rows.Count > 0 || _isFirst))
        {
            print(rows, _isFirst);
        }

        // Beyond the limit nobody can tell who left the list and who was only pushed off its end.
        foreach (var gone in more ? [] : _shown.Keys.Where(id => !now.ContainsKey(id)))
        {
            printer.Say($"{gone} is not in this list any more; see 'sched show {gone}'");
        }

        (_shown, _isFirst) = (now, false);
    }
}
