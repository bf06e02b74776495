using System.Buffers;
using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>What a well-formed path, amount and setting is, whatever the tree holds.</summary>
public static class QuotaRules
{
    /// <summary>cohort, team, user.</summary>
    public const int MaxDepth = 3;

    /// <summary>Characters of one name in a path.</summary>
    public const int MaxNameLength = 63;

    /// <summary>Resources named in one charge or setting.</summary>
    public const int MaxResources = 32;

    /// <summary>Of one resource, in one charge or limit: a million GPUs' worth of thousandths a million times over.</summary>
    public const long MaxAmount = 1L << 50;

    public const int MaxWeight = 1_000_000;

    public const int MaxUserLength = 256;

    /// <summary>Priority caps of one level.</summary>
    public const int MaxPriorityCaps = 8;

    public const int MaxPriority = 1000;

    /// <summary>A million GPUs for a thousand years.</summary>
    public const long MaxBudgetHours = 10_000_000_000_000;

    public const int MaxBudgetDays = GpuClock.MaxDays;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@");

    /// <summary>Why this is no path in the tree of <paramref name="cohort"/>; null when it is one.</summary>
    public static string? RefusesPath(QuotaPath path, string cohort)
    {
        if (string.IsNullOrEmpty(path.Value))
            return "the quota path is empty";
        var depth = 0;
        foreach (var range in path.Value.AsSpan().Split('/'))
        {
            var name = path.Value.AsSpan()[range];
            if (name.Length is 0 or > MaxNameLength || name.ContainsAnyExcept(NameCharacters))
                return $"quota path \"{path}\": a name has 1–{MaxNameLength} letters, digits and -_.@";
            if (depth == 0 && !name.SequenceEqual(cohort))
                return $"quota path \"{path}\" is not in cohort \"{cohort}\"";
            depth++;
        }

        return depth <= MaxDepth ? null : $"quota path \"{path}\" has more than {MaxDepth} levels (cohort/team/user)";
    }

    /// <summary>Why these are no amounts to charge or to set; null when they are.</summary>
    public static string? RefusesAmounts(ImmutableArray<ResourceAmount> amounts)
    {
        if (amounts.IsDefault)
            return "no amounts are given";
        if (amounts.Length > MaxResources)
            return $"more than {MaxResources} resources are named";
        for (var i = 0; i < amounts.Length; i++)
        {
            var (resource, amount) = amounts[i];
            if (string.IsNullOrEmpty(resource) || resource.Length > MaxNameLength)
                return $"a resource's name has 1–{MaxNameLength} characters";
            if (amount < 0 && Guards.Hold(Guard.NoNegative))
                return $"{resource} is negative ({amount})";
            if (amount > MaxAmount)
                return $"{resource} is more than {MaxAmount}";
            for (var j = 0; j < i; j++)
            {
                if (amounts[j].Resource == resource)
                    return $"{resource} is named twice";
            }
        }

        return null;
    }

    /// <summary>Why these settings are refused at every level; null when they are well-formed.</summary>
    public static string? RefusesSpec(QuotaSpec spec)
    {
        if ((RefusesNamed("nominal", spec.Nominal) ?? RefusesNamed("limit", spec.Limit) ?? RefusesNamed("borrowingLimit", spec.BorrowingLimit)
            ?? RefusesNamed("lendingLimit", spec.LendingLimit) ?? RefusesNamed("maxPerUser", spec.MaxPerUser)) is { } amounts)
            return amounts;
        if (spec.Weight is < 1 or > MaxWeight)
            return $"weight is 1–{MaxWeight}, not {spec.Weight}";
        if (spec.MaxPendingJobs < 0)
            return $"maxPendingJobs is negative ({spec.MaxPendingJobs})";
        foreach (var (resource, owed) in spec.Nominal)
        {
            if (QuotaBounds.AmountOf(spec.Limit, resource) is { } limit && owed > limit)
                return $"{resource}: nominal {owed} is above limit {limit}";
        }

        foreach (var (resource, lent) in spec.LendingLimit)
        {
            if (QuotaBounds.AmountOf(spec.Nominal, resource) is not { } owed)
                return $"{resource}: lendingLimit {lent} without a nominal to lend of";
            if (lent > owed)
                return $"{resource}: lendingLimit {lent} is above nominal {owed}";
        }

        return RefusesPriorityCaps(spec.PriorityCaps) ?? (spec.Budget is { } budget ? RefusesBudget(budget) : null);
    }

    /// <summary>The same settings, in whatever order they are written.</summary>
    public static bool IsSame(QuotaSpec a, QuotaSpec b) =>
        a.Weight == b.Weight && a.MaxPendingJobs == b.MaxPendingJobs && a.Budget == b.Budget
        && SameSetting(a.Nominal, b.Nominal) && SameSetting(a.Limit, b.Limit) && SameSetting(a.BorrowingLimit, b.BorrowingLimit)
        && SameSetting(a.LendingLimit, b.LendingLimit) && SameSetting(a.MaxPerUser, b.MaxPerUser)
        && a.PriorityCaps.Length == b.PriorityCaps.Length
        && a.PriorityCaps.All(x => b.PriorityCaps.Any(y => x.MinPriority == y.MinPriority && SameSetting(x.Amounts, y.Amounts)));

    private static string? RefusesNamed(string setting, ImmutableArray<ResourceAmount> amounts)
    {
        if (RefusesAmounts(amounts) is { } bad)
            return $"{setting}: {bad}";
        foreach (var (resource, _) in amounts)
        {
            if (!ResourceNames.IsKnown(resource))
                return $"{setting}: nothing is charged as {resource}; there are gpu, gpu/MODEL, cpu and memory";
        }

        return null;
    }

    private static string? RefusesPriorityCaps(ImmutableArray<PriorityCap> caps)
    {
        if (caps.IsDefault || caps.Length > MaxPriorityCaps)
            return $"priorityCaps: more than {MaxPriorityCaps}";
        for (var i = 0; i < caps.Length; i++)
        {
            var priority = caps[i].MinPriority;
            if (priority is < 1 or > MaxPriority)
                return $"priorityCaps: a cap is for priorities from 1–{MaxPriority} on, not {priority}; for all jobs set a limit";
            if (RefusesNamed($"priorityCaps from {priority} on", caps[i].Amounts) is { } bad)
                return bad;
            for (var j = 0; j < i; j++)
            {
                if (caps[j].MinPriority == priority)
                    return $"priorityCaps: priority {priority} is capped twice";
            }
        }

        return null;
    }

    private static string? RefusesBudget(GpuHourBudget budget)
    {
        if (budget.Hours is < 0 or > MaxBudgetHours)
            return $"budget: hours are 0–{MaxBudgetHours}, not {budget.Hours}";
        if (!Enum.IsDefined(budget.Period))
            return $"budget: there is no period {(int)budget.Period}";
        if (budget.Period == BudgetPeriod.Rolling && budget.Days is < 1 or > MaxBudgetDays)
            return $"budget: a rolling period has 1–{MaxBudgetDays} days, not {budget.Days}";
        return budget.Period != BudgetPeriod.Rolling && budget.Days != 0 ? $"budget: only a rolling period has days, not {budget.Period}" : null;
    }

    /// <summary>Nought of a limit is not the same as no limit.</summary>
    private static bool SameSetting(ImmutableArray<ResourceAmount> a, ImmutableArray<ResourceAmount> b) =>
        a.Length == b.Length && a.All(x => b.Contains(x));

    /// <summary>The same amounts of the same resources, in whatever order; nought is as good as not named.</summary>
    public static bool SameAmounts(ImmutableArray<ResourceAmount> a, ImmutableArray<ResourceAmount> b)
    {
        if (a.AsSpan().SequenceEqual(b.AsSpan()))
            return true;
        return Covers(a, b) && Covers(b, a);

        static bool Covers(ImmutableArray<ResourceAmount> all, ImmutableArray<ResourceAmount> some) =>
            some.All(s => s.Amount == 0 || all.Contains(s));
    }
}
