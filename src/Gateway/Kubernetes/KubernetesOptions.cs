namespace Gateway.Kubernetes;

/// <summary>How pods are looked after.</summary>
internal sealed class KubernetesOptions
{
    /// <summary>A call to the API server that takes longer has an unknown outcome. Default 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A watch that says nothing for so long, not even that there is no news, is begun anew. Default 1 min.</summary>
    public TimeSpan WatchTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Calls at once for one attempt. Default 64.</summary>
    public int CallsAtOnce { get; set; } = 64;

    /// <summary>Time that a node has to stop a pod. Default 30 s.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks at pods that are on their way, should the watch miss something. Default 2 s.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks at pods that run. Default 1 min.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What was said for the last time is said again after this, while the pool still lists the attempt. Default 1 min.</summary>
    public TimeSpan TellAgainAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Between two searches for pods that are nobody's. Default 1 min.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A worker whose image cannot be pulled, or that cannot be started as it is set up, fails the attempt after so long. Default 5 min.</summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(CallTimeout), CallTimeout), (nameof(WatchTimeout), WatchTimeout), (nameof(StopGrace), StopGrace), (nameof(PollEvery), PollEvery), (nameof(LookEvery), LookEvery),
            (nameof(TellAgainAfter), TellAgainAfter), (nameof(SweepEvery), SweepEvery), (nameof(StuckAfter), StuckAfter),
        ];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"Kubernetes.{name} is {value}: set a time above 0 and up to 1 day.";
        }

        if (CallsAtOnce is < 1 or > 1024)
        {
            yield return $"Kubernetes.CallsAtOnce is {CallsAtOnce}: set 1 to 1024.";
        }
    }
}
