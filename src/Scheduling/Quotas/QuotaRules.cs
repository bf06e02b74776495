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
            if (amount < 0)
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
        if (RefusesAmounts(spec.Nominal) is { } nominal)
            return $"nominal: {nominal}";
        if (RefusesAmounts(spec.Limit) is { } limit)
            return $"limit: {limit}";
        if (spec.Weight is < 1 or > MaxWeight)
            return $"weight is 1–{MaxWeight}, not {spec.Weight}";
        if (spec.MaxPendingJobs < 0)
            return $"maxPendingJobs is negative ({spec.MaxPendingJobs})";
        foreach (var (resource, owed) in spec.Nominal)
        {
            foreach (var bound in spec.Limit)
            {
                if (bound.Resource == resource && owed > bound.Amount)
                    return $"{resource}: nominal {owed} is above limit {bound.Amount}";
            }
        }

        return null;
    }

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
