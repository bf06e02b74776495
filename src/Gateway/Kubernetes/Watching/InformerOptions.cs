namespace Gateway.Kubernetes.Watching;

/// <summary>How kinds of objects are kept in step.</summary>
internal sealed class InformerOptions
{
    /// <summary>Objects per page of a list. Default 500.</summary>
    public int PageSize { get; set; } = 500;

    /// <summary>A page that takes longer is asked for again. Default 30 s.</summary>
    public TimeSpan PageTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The server ends a watch after so long, at random up to twice as long, so that watches do not all begin at once; it goes on where it ended. Default 5 min.</summary>
    public TimeSpan WatchFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A watch that says nothing for so long, not even that there is no news (servers do about every minute), is begun anew. Default 3 min.</summary>
    public TimeSpan SilentFor { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>After the first failure; then twice as long each time, with jitter. Default 500 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait after failures. Default 30 s.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(PageTimeout), PageTimeout), (nameof(WatchFor), WatchFor), (nameof(SilentFor), SilentFor), (nameof(RetryDelay), RetryDelay), (nameof(LongestDelay), LongestDelay),
        ];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"Watching.{name} is {value}: set a time above 0 and up to 1 day.";
        }

        if (PageSize is < 1 or > 10_000)
        {
            yield return $"Watching.PageSize is {PageSize}: set 1 to 10,000.";
        }
    }
}
