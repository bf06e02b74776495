using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Preemption;

/// <summary>A proven way to make room: with exactly these attempts gone, the index itself placed the gang on the target.</summary>
public sealed record PreemptionPlan
{
    /// <summary>Where the gang goes once they are gone.</summary>
    public required GangPlacement Target { get; init; }

    /// <summary>Attempts to be evicted, whole gangs; none of them could be spared.</summary>
    public required ImmutableArray<AttemptId> Victims { get; init; }

    /// <summary>Attempts that are stopping already and whose room the target needs too.</summary>
    public required ImmutableArray<AttemptId> WaitsFor { get; init; }

    /// <summary>The victims' prices together, GPU-milliseconds: see <see cref="EvictionCost"/>.</summary>
    public required long Cost { get; init; }

    /// <summary>GPU that the victims give up, in thousandths.</summary>
    public required long GpuMilliFreed { get; init; }
}

/// <summary>What evictions could do for a gang: a closed set of three.</summary>
public abstract record PreemptionAnswer
{
    private PreemptionAnswer()
    {
    }

    /// <summary>It starts once these are gone.</summary>
    public sealed record Evict(PreemptionPlan Plan) : PreemptionAnswer;

    /// <summary>It would not start if all who may be evicted were gone: evicting any of them helps nobody.</summary>
    public sealed record Useless : PreemptionAnswer
    {
        public static Useless Instance { get; } = new();
    }

    /// <summary>Room could be made, but no plan was found with fewer evictions than <paramref name="Needed"/>; <paramref name="Allowed"/> is less.</summary>
    public sealed record OverBudget(int Needed, int Allowed) : PreemptionAnswer;
}

/// <summary>Quota that must be called back besides the room: so much of a resource, from what runs below these levels.</summary>
/// <param name="Resource">A name of <see cref="Quotas.ResourceNames"/>.</param>
/// <param name="Amount">At least so much must be given back.</param>
/// <param name="From">Levels under which it counts.</param>
public sealed record ReclaimNeed(string Resource, long Amount, ImmutableArray<QuotaPath> From)
{
    /// <summary>
    /// When not empty, these in place of <see cref="From"/>: what is taken from each counts no further than it borrows, so that nobody is taken
    /// from what is owed to him.
    /// </summary>
    public ImmutableArray<QuotaBorrower> Borrowers { get; init; } = [];

    /// <summary>Levels, or borrowers, that give back.</summary>
    internal int Sources => Borrowers.IsEmpty ? 1 : Borrowers.Length;

    /// <summary>How much of this source's counts.</summary>
    internal long MostFrom(int source) => Borrowers.IsEmpty ? long.MaxValue : Borrowers[source].Above;

    /// <summary>Which source a charge of this path belongs to; -1: none.</summary>
    internal int SourceOf(QuotaPath path)
    {
        if (Borrowers.IsEmpty) return PreemptionRules.IsUnder(path, From) ? 0 : -1;
        for (var source = 0; source < Borrowers.Length; source++)
            if (PreemptionRules.Borrows(path, Borrowers[source])) return source;
        return -1;
    }
}

/// <summary>What a search for victims goes by, and how much work it may be.</summary>
public sealed record PreemptionOptions
{
    public required DateTimeOffset Now { get; init; }

    public EvictionPricing Pricing { get; init; } = EvictionPricing.Default;

    /// <summary>Most evictions in one plan: what is left of the preemptor's budget. Default no bound.</summary>
    public int MaxVictims { get; init; } = int.MaxValue;

    /// <summary>All of these must be met by the same plan.</summary>
    public ImmutableArray<ReclaimNeed> Reclaim { get; init; } = [];

    /// <summary>Victims looked at; of more, the cheapest per GPU. Default 8,192.</summary>
    public int MaxCandidates { get; init; } = 8192;

    /// <summary>Domains for which the best plan is worked out and proven. Default 16.</summary>
    public int MaxDomains { get; init; } = 16;

    /// <summary>Victims in one domain up to which all combinations are gone through, as far as the work allows. 0: never. Default 20.</summary>
    public int ExactUpTo { get; init; } = 20;

    /// <summary>Nodes looked at while improving plans: a bound on work, not on what is found. Default 60,000.</summary>
    public int MaxWork { get; init; } = 60_000;

    /// <summary>Trial placements spent on sparing single victims of a plan. Default 256.</summary>
    public int MaxTrials { get; init; } = 256;
}
