using System.Runtime.InteropServices;

namespace Scheduling.Quotas;

/// <summary>What each user, and jobs of each priority that is capped, use at and below one level.</summary>
internal sealed class QuotaCaps(QuotaSpec spec)
{
    private readonly Dictionary<(string User, string Resource), long> _users = [];
    private readonly Dictionary<(int MinPriority, string Resource), long> _priorities = [];

    /// <summary>Null when the settings cap nobody.</summary>
    public static QuotaCaps? For(QuotaSpec spec) => spec.MaxPerUser.IsEmpty && spec.PriorityCaps.IsEmpty ? null : new QuotaCaps(spec);

    public void Count(QuotaCharge charge, int sign)
    {
        foreach (var (resource, amount) in charge.Amounts)
        {
            if (amount == 0)
                continue;
            if (QuotaBounds.AmountOf(spec.MaxPerUser, resource) is not null)
                Add(_users, (charge.UserName, resource), sign * amount);
            foreach (var cap in spec.PriorityCaps)
            {
                if (charge.Priority >= cap.MinPriority)
                    Add(_priorities, (cap.MinPriority, resource), sign * amount);
            }
        }
    }

    /// <summary>The cap that a charge would pass; null when there is none.</summary>
    public QuotaRefusal? Refuses(QuotaLevel level, QuotaCharge charge)
    {
        foreach (var (resource, asked) in charge.Amounts)
        {
            if (asked == 0)
                continue;
            var name = charge.UserName;
            if (QuotaBounds.AmountOf(spec.MaxPerUser, resource) is { } most && _users.GetValueOrDefault((name, resource)) is var used && asked > most - used)
                return Refusal(QuotaBound.User, name, resource, most, used, asked);
            foreach (var cap in spec.PriorityCaps)
            {
                if (charge.Priority >= cap.MinPriority && QuotaBounds.AmountOf(cap.Amounts, resource) is { } urgent
                    && _priorities.GetValueOrDefault((cap.MinPriority, resource)) is var taken && asked > urgent - taken)
                    return Refusal(QuotaBound.Priority, cap.MinPriority.ToString(System.Globalization.CultureInfo.InvariantCulture), resource, urgent, taken, asked);
            }
        }

        return null;

        QuotaRefusal Refusal(QuotaBound bound, string whose, string resource, long limit, long used, long asked) => new()
        {
            Path = level.Path, Resource = resource, Limit = limit, Used = used, Asked = asked, Bound = bound, Whose = whose, OthersMayFit = true,
        };
    }

    /// <summary>What is in use above a cap, in words; null when nothing is.</summary>
    public string? Broken()
    {
        foreach (var ((user, resource), used) in _users.OrderBy(u => u.Key.User, StringComparer.Ordinal))
        {
            if (QuotaBounds.AmountOf(spec.MaxPerUser, resource) is { } most && used > most)
                return $"{user} uses {used} of {resource}, so maxPerUser cannot be {most}";
        }

        foreach (var cap in spec.PriorityCaps)
        {
            foreach (var (resource, most) in cap.Amounts)
            {
                if (_priorities.GetValueOrDefault((cap.MinPriority, resource)) is var used && used > most)
                    return $"jobs of priority {cap.MinPriority} or more use {used} of {resource}, so their cap cannot be {most}";
            }
        }

        return null;
    }

    /// <summary>Both counts as one text, to compare them with counts made anew.</summary>
    public string Text() => string.Join(' ', _users.Select(u => $"{u.Key}={u.Value}").Concat(_priorities.Select(p => $"{p.Key}={p.Value}")).Order(StringComparer.Ordinal));

    private static void Add<TKey>(Dictionary<TKey, long> sums, TKey key, long amount) where TKey : notnull
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
        sum = checked(sum + amount);
        Invariant.Holds(sum >= 0, "I3", $"the cap of {key} counts {sum}");
        if (sum == 0)
            sums.Remove(key);
    }
}
