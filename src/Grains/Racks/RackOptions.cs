namespace Grains.Racks;

/// <summary>How a rack grain paces itself. Configuration section "Racks".</summary>
public sealed class RackOptions
{
    public const string Section = "Racks";

    /// <summary>A hold that asks for a longer lease gets this one. Default 10 minutes.</summary>
    public TimeSpan MaxLease { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Before a job or pool that did not answer is asked or told again. Default 5 s.</summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pool is told of changes at most this often. Default 100 ms: one change at once, many together.</summary>
    public TimeSpan TellSpacing { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Jobs asked at once about holds that ran out. Default 16; the rest follows in the next round.</summary>
    public int FencesPerRound { get; set; } = 16;

    /// <summary>
    /// After an activation began its pool is told what it offers, unless the pool has attached by then: a change may have become
    /// durable just before a crash. Default 3 s, and up to as much again, by the rack's name, so that racks do not speak all at once.
    /// </summary>
    public TimeSpan AnnounceAfter { get; set; } = TimeSpan.FromSeconds(3);
}
