namespace Gateway.Leadership;

/// <summary>How leadership is kept and taken.</summary>
internal sealed class LeaseOptions
{
    /// <summary>A lease that was not renewed for so long may be taken by another. Default 8 s.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>The holder stops acting so long before others may take it: room for clocks that run unequally fast. Default 2 s.</summary>
    public TimeSpan Margin { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two renewals. Default 2 s.</summary>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks of one that does not lead, and after an answer that did not come. Default 1 s.</summary>
    public TimeSpan RetryEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A call to the store that takes longer has an unknown outcome. Default 2 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(Duration), Duration), (nameof(Margin), Margin), (nameof(RenewEvery), RenewEvery), (nameof(RetryEvery), RetryEvery), (nameof(CallTimeout), CallTimeout),
        ];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromHours(1)))
        {
            yield return $"Lease.{name} is {value}: set a time above 0 and up to 1 hour.";
        }

        if (Margin + RenewEvery + CallTimeout >= Duration)
        {
            yield return $"Lease.Duration is {Duration}: it must be longer than Margin, RenewEvery and CallTimeout together ({Margin + RenewEvery + CallTimeout}).";
        }
    }
}
