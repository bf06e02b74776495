namespace Gateway.Azure;

/// <summary>How scale sets are looked after. The cloud allows 12 reads and 4 writes of one set a minute, and 15 looks at its operations.</summary>
internal sealed class ScaleSetOptions
{
    /// <summary>A call to the cloud that takes longer has an unknown outcome. Default 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two reads of a set in which nothing is under way. Default 15 s.</summary>
    public TimeSpan ReadEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two looks at an operation. Default 5 s.</summary>
    public TimeSpan FollowEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A machine that has not become a node after this never will, and is replaced. Default 15 min.</summary>
    public TimeSpan JoinWithin { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(CallTimeout), CallTimeout), (nameof(ReadEvery), ReadEvery), (nameof(FollowEvery), FollowEvery), (nameof(JoinWithin), JoinWithin),
        ];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"ScaleSets.{name} is {value}: set a time above 0 and up to 1 day.";
        }
    }
}
