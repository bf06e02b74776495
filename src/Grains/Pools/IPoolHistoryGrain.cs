using Scheduling.Replay;

namespace Grains.Pools;

/// <summary>
/// Reads what is kept of one pool's journal and decides it again, away from the pool's own activation. Owns nothing: what it reads belongs to
/// the pool. A replay outlasts a call, so a call starts it or joins it, and waits a while.
/// </summary>
[Alias("Grains.Pools.IPoolHistoryGrain")]
public interface IPoolHistoryGrain : IGrainWithStringKey
{
    /// <summary>
    /// Decides again what was decided from one time to another; null: from the beginning, to the end. Asked again while it is under way, it is the
    /// same replay; once it was told what it came to, it is another.
    /// </summary>
    /// <param name="from">The first decision. An activation that began before it is decided again from its beginning, and counts from here.</param>
    /// <param name="to">The last decision.</param>
    /// <param name="wait">How long to wait for the end: at most 10 s.</param>
    [OpenToGateways]
    Task<PoolReplayView> Replay(DateTimeOffset? from, DateTimeOffset? to, TimeSpan wait);

    /// <summary>From the auditor: decides the newest activation again if that was not done lately. Never waits for the end.</summary>
    Task CheckLately();
}

/// <summary>How far a replay is, or what it came to.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolReplayView
{
    /// <summary>False: ask again.</summary>
    [Id(0)] public required bool Done { get; init; }

    /// <summary>Once done, unless there is a problem.</summary>
    [Id(1)] public ReplayReport? Report { get; init; }

    /// <summary>Why it could not be done.</summary>
    [Id(2)] public string? Problem { get; init; }

    /// <summary>Journal entries read so far, and in all.</summary>
    [Id(3)] public long EntriesRead { get; init; }

    [Id(4)] public long EntriesInAll { get; init; }

    /// <summary>Time spent on it, reading included.</summary>
    [Id(5)] public TimeSpan Took { get; init; }
}
