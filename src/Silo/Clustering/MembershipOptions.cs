namespace Silo.Clustering;

/// <summary>
/// When a silo counts as dead. Configuration section "Silo:Membership". The defaults find a killed silo within a few seconds, and a silent one within
/// half a minute.
/// </summary>
public sealed class MembershipOptions
{
    /// <summary>How long a probe of another silo waits. 100 ms – 1 min. Default 2 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest such wait, which a silo that finds itself slow allows others. Default 4 s.</summary>
    public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Probes missed one after the other before a silo votes against another. 1–10. Default 3.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>Votes that declare a silo dead; where there are fewer silos, all of them. 1–10. Default 2; 3 from five silos on.</summary>
    public int Votes { get; set; } = 2;

    /// <summary>How often the table is read although nothing was heard. Default 5 s.</summary>
    public TimeSpan RefreshEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo renews its own row. Default 2 s.</summary>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A silo that could not renew its row for so long takes no more calls, until it can. Default 10 s.</summary>
    public TimeSpan FenceAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A silo that could not renew its row for so long ends: others, who can, take over what it had. When nobody can, because the database is away, all
    /// end, and wait for it at their start. Default 15 s.
    /// </summary>
    public TimeSpan LeaveAfter { get; set; } = TimeSpan.FromSeconds(15);

    internal IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(ProbeTimeout), ProbeTimeout), (nameof(MaxProbeTimeout), MaxProbeTimeout), (nameof(RefreshEvery), RefreshEvery),
            (nameof(RenewEvery), RenewEvery), (nameof(FenceAfter), FenceAfter), (nameof(LeaveAfter), LeaveAfter),
        ];
        foreach (var (name, value) in times.Where(t => t.Value < TimeSpan.FromMilliseconds(100) || t.Value > TimeSpan.FromMinutes(10)))
            yield return $"Silo:Membership:{name} is {value}; it is from 100 milliseconds to 10 minutes.";
        if (MissedProbes is < 1 or > 10)
            yield return $"Silo:Membership:MissedProbes is {MissedProbes}; it is from 1 to 10.";
        if (Votes is < 1 or > 10)
            yield return $"Silo:Membership:Votes is {Votes}; it is from 1 to 10.";
        if (MaxProbeTimeout < ProbeTimeout)
            yield return $"Silo:Membership:MaxProbeTimeout is {MaxProbeTimeout}; it is not below ProbeTimeout ({ProbeTimeout}).";
        if (FenceAfter < 2 * RenewEvery)
            yield return $"Silo:Membership:FenceAfter is {FenceAfter}; it is at least twice RenewEvery ({RenewEvery}).";
        if (LeaveAfter < FenceAfter)
            yield return $"Silo:Membership:LeaveAfter is {LeaveAfter}; it is not below FenceAfter ({FenceAfter}).";
    }
}
