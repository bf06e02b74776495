using System.Globalization;
using Grains.Storage;
using Scheduling.Model;

namespace Simulation.CrashPoints;

/// <summary>
/// The job index on a real disk, whichever life has it open; see <see cref="Standing"/>. A run asks the same again and again while nothing is written,
/// and most of its time went there: so a question goes to the store once after every change, and what it answered then stands until the next.
/// </summary>
internal sealed class StandingIndex(Func<IJobIndex> index, Standing still) : IJobIndex
{
    private const int WholeScan = 1000;

    private readonly Dictionary<string, Task> _answers = new(StringComparer.Ordinal);
    private long _asOf = -1;
    private DateTimeOffset _dueAsOf;
    private DateTimeOffset _dueUntil;

    public Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default) => Asked($"query {query}", () => index().Query(query, cancellationToken));

    public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default) =>
        Asked($"get {string.Join(' ', jobs.Select(j => j.Value))}", () => index().Get(jobs, cancellationToken));

    public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) =>
        Asked(string.Create(CultureInfo.InvariantCulture, $"scan {after} {limit} {includeEnded}"), () => index().Scan(after, limit, includeEnded, cancellationToken));

    /// <summary>Time changes this one too: it is asked again whenever a job's time has come.</summary>
    public async Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default)
    {
        var question = string.Create(CultureInfo.InvariantCulture, $"due {limit}");
        Forget();
        if (now < _dueAsOf || now >= _dueUntil)
        {
            _answers.Remove(question);
        }

        var isNew = !_answers.ContainsKey(question);
        var due = await Asked(question, () => index().Due(now, limit, cancellationToken));
        if (isNew)
        {
            var rows = await Scan(null, WholeScan, includeEnded: true, cancellationToken);
            _dueAsOf = now;
            _dueUntil = rows.Count == WholeScan ? now : rows.Select(r => r.WakeAt).Where(w => w > now).Min() ?? DateTimeOffset.MaxValue;
        }

        return due;
    }

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) => Asked("live", () => index().CountLive(cancellationToken));

    private Task<T> Asked<T>(string question, Func<Task<T>> ask)
    {
        Forget();
        if (_answers.TryGetValue(question, out var known))
        {
            return (Task<T>)known;
        }

        var answer = still.Read(ask);
        if (answer.IsCompletedSuccessfully)
        {
            _answers[question] = answer;
        }

        return answer;
    }

    private void Forget()
    {
        if (_asOf != still.Changes)
        {
            _answers.Clear();
            _asOf = still.Changes;
        }
    }
}
