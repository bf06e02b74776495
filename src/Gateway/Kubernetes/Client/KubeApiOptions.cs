namespace Gateway.Kubernetes.Client;

/// <summary>How one cluster's API is reached, and how calls to it end.</summary>
internal sealed class KubeApiOptions
{
    /// <summary>A kubeconfig file; empty: the pod's own service account if there is one, otherwise KUBECONFIG or the one in the home folder. Default empty.</summary>
    public string KubeConfig { get; set; } = "";

    /// <summary>The context of it; empty: its current one. Default empty.</summary>
    public string Context { get; set; } = "";

    /// <summary>A file with a token that somebody renews; it goes before whatever else says who asks. Default empty.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>A call without an answer by then has an unknown outcome. Default 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a read is made again that brought no answer. A write never is, unless the server said that it did nothing. Default 3.</summary>
    public int Retries { get; set; } = 3;

    /// <summary>Before the first of them; then twice as long each time, with jitter. Default 100 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A server that wants fewer calls may ask to wait so long; calls wait then. If it asks for more, they end as throttled at once. Default 5 s.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>HTTP/2, one connection for all calls; false: HTTP/1.1 and a pool. Default true.</summary>
    public bool Http2 { get; set; } = true;

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times = [(nameof(CallTimeout), CallTimeout), (nameof(RetryDelay), RetryDelay), (nameof(LongestWait), LongestWait)];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromHours(1)))
        {
            yield return $"Kubernetes.{name} is {value}: set a time above 0 and up to 1 hour.";
        }

        if (Retries is < 0 or > 20)
        {
            yield return $"Kubernetes.Retries is {Retries}: set 0 to 20.";
        }
    }
}
