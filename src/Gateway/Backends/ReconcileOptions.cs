namespace Gateway.Backends;

/// <summary>How the reconcilers of a backend pace themselves.</summary>
public sealed class ReconcileOptions
{
    /// <summary>How often the inventory is read and offered again, and new pools are looked for. Default 30 s.</summary>
    public TimeSpan NodesEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often every node is told of again although nothing changed. Default 5 min: less than an idle grain lives, and a drain that lost its
    /// silo waits no longer than this.
    /// </summary>
    public TimeSpan AllNodesEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long changes of nodes are collected before they are told of together. Default 500 ms.</summary>
    public TimeSpan NodesSettle { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often all assignments are listed again although the watch lost nothing. Default 5 min.</summary>
    public TimeSpan RelistEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one watch call waits for a change. At most 10 s; default 1 s, because a stop waits for the call under way.</summary>
    public TimeSpan WatchWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Changes are asked for at most so often: where jobs are placed by the hundred, a question for each would cost more than what it tells. Who has heard
    /// nothing for as long is told at once. Default 5 ms; 0 to 1 s.
    /// </summary>
    public TimeSpan WatchApart { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The first wait after a failure; doubled with each further one up to <see cref="MaxBackoff"/>. Default 500 ms.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait after failures. Default 30 s.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Racks offered at once. Default 16.</summary>
    public int OfferConcurrency { get; set; } = 16;

    /// <summary>Nodes told of at once; low, because nodes are never urgent. Default 4.</summary>
    public int ObserveConcurrency { get; set; } = 4;

    /// <summary>Attempts reconciled at once. Default 64.</summary>
    public int WorkloadConcurrency { get; set; } = 64;

    /// <summary>Assignments per list call. Default 1,000.</summary>
    public int ListPageSize { get; set; } = 1000;

    /// <summary>Tries of one report before it is left to the next reconcile. Default 4.</summary>
    public int ReportTries { get; set; } = 4;

    /// <summary>The wait after the <paramref name="failures"/>th failure in a row, from 1.</summary>
    internal TimeSpan Backoff(int failures)
    {
        var doubled = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        return doubled < MaxBackoff ? doubled : MaxBackoff;
    }

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(NodesEvery), NodesEvery), (nameof(AllNodesEvery), AllNodesEvery), (nameof(NodesSettle), NodesSettle), (nameof(RelistEvery), RelistEvery), (nameof(WatchWait), WatchWait),
            (nameof(FirstBackoff), FirstBackoff), (nameof(MaxBackoff), MaxBackoff),
        ];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"Reconcile.{name} is {value}: set a time above 0 and up to 1 day.";
        }

        if (WatchWait > TimeSpan.FromSeconds(10))
        {
            yield return $"Reconcile.WatchWait is {WatchWait}: a watch waits at most 10 s.";
        }

        if (WatchApart < TimeSpan.Zero || WatchApart > TimeSpan.FromSeconds(1))
        {
            yield return $"Reconcile.WatchApart is {WatchApart}: set 0 to 1 s.";
        }

        (string Name, int Value, int Most)[] counts =
        [
            (nameof(OfferConcurrency), OfferConcurrency, 1024), (nameof(ObserveConcurrency), ObserveConcurrency, 1024),
            (nameof(WorkloadConcurrency), WorkloadConcurrency, 4096), (nameof(ListPageSize), ListPageSize, 10_000), (nameof(ReportTries), ReportTries, 20),
        ];
        foreach (var (name, value, most) in counts.Where(c => c.Value < 1 || c.Value > c.Most))
        {
            yield return $"Reconcile.{name} is {value}: set 1 to {most}.";
        }
    }
}
