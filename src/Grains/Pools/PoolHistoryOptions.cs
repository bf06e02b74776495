namespace Grains.Pools;

/// <summary>How much of a pool's decided past is kept, so that it can be decided again. Part of section "Pools".</summary>
public sealed class PoolHistoryOptions
{
    /// <summary>Entries that a snapshot replaced are kept for so long after. Default 7 days; zero: no history is kept.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Of each pool; beyond it the oldest goes first. Default 1,024 MiB.</summary>
    public int MaxMiB { get; set; } = 1024;

    /// <summary>
    /// Re-deciding starts where an activation began. So one that has lived so long hands over to the next, when it has nothing under way; after twice
    /// the time in any case. Default 6 hours; zero: never.
    /// </summary>
    public TimeSpan HandOverAfter { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// How often the newest activation's decisions are decided again and held against what was recorded. Costs a thousandth of the time that it covers
    /// at most. Default 1 hour; zero: never.
    /// </summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromHours(1);
}
