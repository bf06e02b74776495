namespace Gateway.Kubernetes.Nodes;

/// <summary>How nodes are acted on.</summary>
internal sealed class NodeActuatorOptions
{
    /// <summary>Between two looks at what the grains want. Default 5 s.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A call that takes longer has an unknown outcome. Default 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Nodes written at once. Default 4.</summary>
    public int WritesAtOnce { get; set; } = 4;

    /// <summary>Pods asked to leave at once, over all nodes. Default 8.</summary>
    public int EvictionsAtOnce { get; set; } = 8;

    /// <summary>Before a pod whose budget forbids its eviction is asked again; then twice as long each time. Default 5 s.</summary>
    public TimeSpan EvictAgain { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest of these waits. Default 1 min.</summary>
    public TimeSpan EvictAgainMost { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Pods that no controller would make again are evicted too. Default: no; they keep a drain waiting, and it says so.</summary>
    public bool EvictUnmanaged { get; set; }

    /// <summary>Before a taint of ours that somebody took away is put back; then four times as long each time. Default 30 s.</summary>
    public TimeSpan ReassertAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it is put back before it is left to whoever takes it away, until something else is wanted. Default 3.</summary>
    public int Reassertions { get; set; } = 3;

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
            [(nameof(Every), Every), (nameof(CallTimeout), CallTimeout), (nameof(EvictAgain), EvictAgain), (nameof(EvictAgainMost), EvictAgainMost), (nameof(ReassertAfter), ReassertAfter)];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"NodeActions.{name} is {value}: set a time above 0 and up to 1 day.";
        }

        (string Name, int Value, int Least, int Most)[] counts = [(nameof(WritesAtOnce), WritesAtOnce, 1, 256), (nameof(EvictionsAtOnce), EvictionsAtOnce, 1, 256), (nameof(Reassertions), Reassertions, 0, 100)];
        foreach (var (name, value, least, most) in counts.Where(c => c.Value < c.Least || c.Value > c.Most))
        {
            yield return $"NodeActions.{name} is {value}: set {least} to {most}.";
        }
    }
}
