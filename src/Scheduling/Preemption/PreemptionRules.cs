using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Preemption;

/// <summary>How often anyone may be evicted, and by whom.</summary>
[GenerateSerializer, Immutable]
public sealed record PreemptionLimits
{
    /// <summary>Evictions of one job within <see cref="EvictionWindow"/>, after which it is left alone. Default 3.</summary>
    [Id(0)] public int MaxEvictions { get; init; } = 3;

    /// <summary>How long an eviction counts. Default 24 hours.</summary>
    [Id(1)] public TimeSpan EvictionWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Evictions that one job may cause in its life, over all its attempts: one that fails and comes again must not clear the pool each
    /// time (Meta, arXiv 2410.21680). Default 256.
    /// </summary>
    [Id(2)] public int MaxEvictionsCaused { get; init; } = 256;

    public static PreemptionLimits Default { get; } = new();
}

/// <summary>Who wants the room.</summary>
public sealed record Preemptor
{
    public required AttemptId Attempt { get; init; }

    /// <summary>Base priority: waiting long gives nobody the right to evict.</summary>
    public required int Priority { get; init; }

    public QuotaPath Quota { get; init; }

    /// <summary>
    /// What it asks for would be within what its quota is owed, counting only what runs there at its priority or above. Without
    /// quotas: true.
    /// </summary>
    public bool IsOwed { get; init; } = true;

    public bool IsOpportunistic { get; init; }

    public bool MayPreempt { get; init; } = true;

    /// <summary>Evictions that its job caused so far.</summary>
    public int EvictionsCaused { get; init; }

    public Standing Standing => IsOpportunistic ? Standing.Opportunistic : IsOwed ? Standing.Owed : Standing.Borrowing;
}

/// <summary>Whether one attempt may be evicted for another, or the first rule against it.</summary>
public enum VictimVerdict
{
    /// <summary>It may be evicted.</summary>
    Eligible = 0,

    /// <summary>It is being stopped already: its room is there to wait for.</summary>
    Stopping = 1,

    /// <summary>The preemptor was told to wait, or is itself only opportunistic.</summary>
    PreemptorMayNot = 2,

    /// <summary>The preemptor's job has caused as many evictions as one job may.</summary>
    PreemptorSpent = 3,

    /// <summary>An attempt of the same job.</summary>
    SameJob = 4,

    /// <summary>Its claim to its capacity is as good or better.</summary>
    Outranks = 5,

    /// <summary>It has not run for its minimum runtime.</summary>
    TooYoung = 6,

    /// <summary>Its job was evicted as often as one may be.</summary>
    EvictedEnough = 7,

    /// <summary>Only named borrowers are called on, and it is none of them.</summary>
    NotNamed = 8,
}

/// <summary>
/// Who may be evicted for whom. Claims to capacity are ordered by standing, then by base priority, and only a strictly better claim
/// evicts a worse: no circle of evictions is possible (kueue#3779, volcano-sh/volcano#4817).
/// </summary>
public static class PreemptionRules
{
    /// <param name="preemptor">Who wants the room.</param>
    /// <param name="victim">Who may have to go.</param>
    /// <param name="now">The decision's time.</param>
    /// <param name="limits">The pool's limits.</param>
    /// <param name="borrowers">Levels whose borrowing stands in the way, as a quota refusal names them; default: any borrower may be called on.</param>
    public static VictimVerdict Judge(
        Preemptor preemptor, Victim victim, DateTimeOffset now, PreemptionLimits limits, ImmutableArray<QuotaPath> borrowers = default)
        => Judge(preemptor, victim.Facts, now, limits, borrowers);

    /// <inheritdoc cref="Judge(Preemptor, Victim, DateTimeOffset, PreemptionLimits, ImmutableArray{QuotaPath})"/>
    public static VictimVerdict Judge(
        Preemptor preemptor, in VictimFacts victim, DateTimeOffset now, PreemptionLimits limits, ImmutableArray<QuotaPath> borrowers = default)
    {
        if (victim.Job == preemptor.Attempt.Job) return VictimVerdict.SameJob;
        if (victim.IsStopping) return VictimVerdict.Stopping;
        if (!preemptor.MayPreempt || preemptor.IsOpportunistic) return VictimVerdict.PreemptorMayNot;
        if (Remaining(preemptor, limits) == 0) return VictimVerdict.PreemptorSpent;
        var reclaims = preemptor.Standing == Standing.Owed && victim.Standing == Standing.Borrowing;
        var isLower = victim.Priority < preemptor.Priority;
        if (victim.Standing > preemptor.Standing || (victim.Standing == preemptor.Standing && !isLower && Guards.Hold(Guard.OnlyTheLower))) return VictimVerdict.Outranks;
        if (reclaims && !isLower && !borrowers.IsDefaultOrEmpty && !IsUnder(victim.Quota, borrowers)) return VictimVerdict.NotNamed;
        if (now - victim.StartedAt < victim.MinRuntime && Guards.Hold(Guard.MinRuntime)) return VictimVerdict.TooYoung;
        return victim.Evictions >= limits.MaxEvictions && Guards.Hold(Guard.EvictionBudget) ? VictimVerdict.EvictedEnough : VictimVerdict.Eligible;
    }

    /// <summary>Those of the candidates whose room the preemptor may count on, in the order given.</summary>
    public static List<Victim> Eligible(
        Preemptor preemptor, IEnumerable<Victim> candidates, DateTimeOffset now, PreemptionLimits limits, ImmutableArray<QuotaPath> borrowers = default)
    {
        var eligible = new List<Victim>();
        foreach (var victim in candidates)
            if (MayCountOn(Judge(preemptor, victim, now, limits, borrowers))) eligible.Add(victim);
        return eligible;
    }

    /// <summary>Its room can be counted on: it may be asked to leave, or is leaving.</summary>
    public static bool MayCountOn(VictimVerdict verdict) => verdict is VictimVerdict.Eligible or VictimVerdict.Stopping;

    /// <summary>How many evictions the preemptor's job may still cause.</summary>
    public static int Remaining(Preemptor preemptor, PreemptionLimits limits) =>
        Guards.Hold(Guard.PreemptorBudget) ? Math.Max(0, limits.MaxEvictionsCaused - preemptor.EvictionsCaused) : int.MaxValue;

    /// <summary>True for a path of which a refusal says that it borrows.</summary>
    public static bool Borrows(QuotaPath path, QuotaBorrower borrower) =>
        path == borrower.Path || (!borrower.OnlyDirect && path.IsBelow(borrower.Path));

    /// <summary>True for a path at or below one of the levels.</summary>
    internal static bool IsUnder(QuotaPath path, ImmutableArray<QuotaPath> levels)
    {
        foreach (var level in levels)
        {
            if (path.IsWithin(level)) return true;
        }

        return false;
    }
}
