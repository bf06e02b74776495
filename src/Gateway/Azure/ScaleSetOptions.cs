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

    /// <summary>The same while it is young: see <see cref="FollowClosely"/>. Default 1 s.</summary>
    public TimeSpan FollowFirst { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>So long an operation is young. 45 looks at it are allowed at once and 15 a minute after. Default 30 s.</summary>
    public TimeSpan FollowClosely { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Capacity is planned anew after this although nothing was heard. Default 10 s.</summary>
    public TimeSpan ReviewEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two plans, so that a burst of jobs is one plan. Default 50 ms.</summary>
    public TimeSpan PlanPause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two looks at what the subscription may still have. Default 1 min.</summary>
    public TimeSpan UsagesEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Machines of one set whose protection is changed in one round: see <see cref="ReadEvery"/>. Default 8.</summary>
    public int ProtectAtOnce { get; set; } = 8;

    /// <summary>A machine that has not become a node after this never will, and is replaced. Default 15 min.</summary>
    public TimeSpan JoinWithin { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(CallTimeout), CallTimeout), (nameof(ReadEvery), ReadEvery), (nameof(FollowEvery), FollowEvery), (nameof(FollowFirst), FollowFirst),
            (nameof(FollowClosely), FollowClosely), (nameof(ReviewEvery), ReviewEvery), (nameof(PlanPause), PlanPause), (nameof(UsagesEvery), UsagesEvery), (nameof(JoinWithin), JoinWithin),
        ];
        if (ProtectAtOnce is < 1 or > 100)
        {
            yield return $"ScaleSets.{nameof(ProtectAtOnce)} is {ProtectAtOnce}: set 1 to 100.";
        }

        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"ScaleSets.{name} is {value}: set a time above 0 and up to 1 day.";
        }
    }
}
