using Scheduling.Model;

namespace Scheduling.Preemption;

/// <summary>What goes into the price of an eviction.</summary>
[GenerateSerializer, Immutable]
public sealed record EvictionPricing
{
    /// <summary>Work older than this counts no further: a job that never saves is no fortress. Default 30 minutes.</summary>
    [Id(0)] public TimeSpan CheckpointCap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a restarted gang's GPUs do nothing useful, where nothing better is known. Default 3 minutes.</summary>
    [Id(1)] public TimeSpan RestartCost { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The longest restart that is believed. Default 15 minutes.</summary>
    [Id(2)] public TimeSpan MaxRestartCost { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The same for opportunistic workers: the job goes on without them, so they are the first to go. Never more than a restart. Default 30 seconds.
    /// </summary>
    [Id(3)] public TimeSpan ShrinkCost { get; init; } = TimeSpan.FromSeconds(30);

    public static EvictionPricing Default { get; } = new();
}

/// <summary>The price of stopping a gang: the GPU time that is lost, in GPU-milliseconds (thousandths of a GPU × seconds).</summary>
/// <remarks>
/// <para>price = GPUs × (work since the last checkpoint, at most <see cref="EvictionPricing.CheckpointCap"/>) + GPUs × restart. Opportunistic workers
/// lose no work: theirs is the restart alone, at most <see cref="EvictionPricing.ShrinkCost"/>.</para>
/// <para>
/// Users choose what they report, so the price is a game. Say nothing, and you are priced as if you had saved just now: the cheapest
/// that any truthful report could make you. So hiding checkpoints never makes a job safer (kueue#477's objection to pricing by
/// checkpoints), and reporting them never makes it less safe than silence does. Not saving at all buys safety only up to the cap, at the risk
/// of losing all the work to a failure; a report from the future, or from before the start, is taken as now and as the start.
/// </para>
/// </remarks>
public static class EvictionCost
{
    /// <summary>The price in GPU-milliseconds; 0 for what is stopping anyway.</summary>
    public static long Of(Victim victim, DateTimeOffset now, EvictionPricing pricing)
    {
        if (victim.IsStopping) return 0;
        var restart = Bounded(victim.RestartCost ?? pricing.RestartCost, pricing.MaxRestartCost);
        if (victim.IsOpportunistic) restart = Bounded(restart, pricing.ShrinkCost);
        var lost = victim.IsOpportunistic ? TimeSpan.Zero : Lost(victim, now, pricing.CheckpointCap);
        return checked(Weight(victim) * (long)(restart + lost).TotalSeconds);
    }

    /// <summary>Work that the eviction would throw away, as far as it counts.</summary>
    public static TimeSpan Lost(Victim victim, DateTimeOffset now, TimeSpan cap)
    {
        if (victim.LastCheckpointAt is not { } saved) return TimeSpan.Zero;
        return Bounded(now - (saved > victim.StartedAt ? saved : victim.StartedAt), cap);
    }

    /// <summary>Workers without GPUs are not free to stop either: each counts a thousandth of one.</summary>
    private static long Weight(Victim victim)
    {
        long workers = 0;
        foreach (var role in victim.Roles) workers += role.Count;
        return Math.Max(victim.GpuMilli, Math.Max(1, workers));
    }

    private static TimeSpan Bounded(TimeSpan span, TimeSpan most) => span <= TimeSpan.Zero ? TimeSpan.Zero : span < most ? span : most;
}
