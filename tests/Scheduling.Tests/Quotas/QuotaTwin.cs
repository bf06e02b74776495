using System.Globalization;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Quotas;

/// <summary>
/// A deliberately simple quota tree: a list of who has what and what was set. Every answer is added up anew from the list, nothing is
/// kept up to date.
/// </summary>
internal sealed class QuotaTwin
{
    public static readonly string[] Resources = ["gpu", "gpu/H100", "cpu"];

    public static readonly string[] Levels =
    [
        "main", "main/t0", "main/t1", "main/t2",
        .. from t in Enumerable.Range(0, 3) from u in Enumerable.Range(0, 3) select $"main/t{t}/u{u}",
    ];

    private readonly Dictionary<string, QuotaSpec> _specs = Levels.ToDictionary(l => l, _ => new QuotaSpec());
    private readonly Dictionary<string, long> _budgetSince = [];
    private readonly Dictionary<string, long> _endlessSince = [];
    private readonly List<(string Path, long Gpu, long From, long? To, AttemptId Attempt)> _uses = [];

    public Dictionary<AttemptId, QuotaCharge> Live { get; } = [];

    public Dictionary<AttemptId, long> Refunded { get; } = [];

    /// <summary>From: the deepest level of the path that there was.</summary>
    public Dictionary<AttemptId, (QuotaCharge Charge, DateTimeOffset Until, string From)> Marks { get; } = [];

    public void Charge(QuotaCharge charge, DateTimeOffset now)
    {
        Marks.Remove(charge.Attempt);
        if (!Live.ContainsKey(charge.Attempt))
            _uses.Add((charge.Path.Value, Amount(charge, "gpu"), now.ToUnixTimeSeconds(), null, charge.Attempt));
        Live[charge.Attempt] = Live.TryGetValue(charge.Attempt, out var old) ? charge with { User = old.User, Priority = old.Priority } : charge;
    }

    public void Refund(AttemptId attempt, DateTimeOffset now)
    {
        if (!Live.Remove(attempt))
            return;
        var at = _uses.FindIndex(u => u.Attempt == attempt && u.To is null);
        _uses[at] = _uses[at] with { To = now.ToUnixTimeSeconds() };
    }

    public void Set(string path, QuotaSpec spec, DateTimeOffset now)
    {
        var before = _specs[path].Budget;
        if (before is null && spec.Budget is not null)
            _budgetSince[path] = now.ToUnixTimeSeconds();
        if (before?.Period != BudgetPeriod.None && spec.Budget?.Period == BudgetPeriod.None)
            _endlessSince[path] = now.ToUnixTimeSeconds();
        _specs[path] = spec;
    }

    /// <summary>What no budget can ask for any more.</summary>
    public void ForgetUsesBefore(DateTimeOffset time) => _uses.RemoveAll(u => u.To < time.ToUnixTimeSeconds());

    public string? Expect(QuotaCharge charge, DateTimeOffset now)
    {
        if (charge.Amounts.Any(a => a.Amount < 0))
            return "fault";
        if (Live.TryGetValue(charge.Attempt, out var existing))
            return charge.Plan >= existing.Plan && charge.Path == existing.Path && charge.Amounts.SequenceEqual(existing.Amounts) ? null : "fault";
        if (Refunded.TryGetValue(charge.Attempt, out var refunded) && charge.Plan <= refunded)
            return "fault";

        var others = Marks.Values.Where(m => m.Charge.Attempt != charge.Attempt || m.Charge.Path != charge.Path).Select(m => m.Charge with { Path = new QuotaPath(m.From) }).ToList();
        var real = new State(this, Live.Values);
        var without = new State(this, Live.Values.Concat(others));
        var with = new State(this, Live.Values.Concat(others).Append(charge));
        List<(string Level, string Resource, string Text, long Over)> found = [];
        foreach (var level in Path(charge.Path.Value).Reverse())
        {
            if ((BudgetText(level, charge, now) ?? CapText(level, charge)) is { } bound)
                return bound;
            foreach (var (resource, asked) in charge.Amounts)
            {
                var used = real.Used(level, resource);
                var kept = without.Used(level, resource) - used;
                if (asked > 0 && Amount(_specs[level].Limit, resource) is { } limit && used + kept + asked > limit)
                    found.Add((level, resource, $"Limit {level} {resource} {used}+{kept} of {limit}", used + kept + asked - limit));
                if (asked > 0 && Ceiling(level, resource) is { } ceiling && with.Taken(level, resource) > ceiling && with.Taken(level, resource) > without.Taken(level, resource))
                {
                    var taken = real.Taken(level, resource);
                    found.Add((level, resource, $"{(level == "main" ? "Capacity" : "Borrowing")} {level} {resource} {taken}+{without.Taken(level, resource) - taken} of {ceiling}", with.Taken(level, resource) - ceiling));
                }
            }
        }

        SortedSet<string> from = new(StringComparer.Ordinal);
        foreach (var (level, resource, text, over) in found)
        {
            if (CouldBeGivenBack(charge.Path.Value, level, resource, real, with, from) < over)
                return text;
        }

        return found.Count == 0 ? null : $"{found[0].Text} owed by {string.Join(' ', from)}";
    }

    public static string? Text(ChargeDecision decision) => decision is not ChargeDecision.Refuse { Refusal: var r } ? null
        : r.Problem is not null ? "fault"
        : r.Bound == QuotaBound.Budget ? $"Budget {r.Path} {r.Used} of {r.Limit}"
        : r.Bound is QuotaBound.User or QuotaBound.Priority ? $"{r.Bound} {r.Whose} {r.Path} {r.Resource} {r.Used} of {r.Limit}"
        : $"{r.Bound} {r.Path} {r.Resource} {r.Used}+{r.Kept} of {r.Limit}" + (r.Owed ? $" owed by {string.Join(' ', r.Borrowers.Select(b => $"{b.Path}{(b.OnlyDirect ? "!" : "")}:{b.Resource}:{b.Above}").Order(StringComparer.Ordinal))}" : "");

    /// <summary>May this be set now? Only whether; the words are the tree's.</summary>
    public bool MaySet(string path, QuotaSpec spec)
    {
        var before = _specs[path];
        _specs[path] = spec;
        var state = new State(this, Live.Values);
        var good = true;
        foreach (var resource in Resources)
        {
            foreach (var level in Levels)
            {
                good &= Amount(_specs[level].Limit, resource) is not { } limit || state.Used(level, resource) <= limit;
                good &= Capacity(level, resource) is not { } capacity || Children(level).Sum(c => Reserve(c, resource)) <= capacity;
                good &= Ceiling(level, resource) is not { } ceiling || state.Taken(level, resource) <= ceiling;
            }

            var below = Live.Values.Where(c => IsBelow(c.Path.Value, path)).ToList();
            good &= Amount(spec.MaxPerUser, resource) is not { } most || below.GroupBy(c => c.UserName).All(g => g.Sum(c => Amount(c, resource)) <= most);
            good &= spec.PriorityCaps.All(cap => Amount(cap.Amounts, resource) is not { } urgent || below.Where(c => c.Priority >= cap.MinPriority).Sum(c => Amount(c, resource)) <= urgent);
        }

        _specs[path] = before;
        return good;
    }

    public long Used(string level, string resource) => Live.Values.Where(c => IsBelow(c.Path.Value, level)).Sum(c => Amount(c, resource));

    /// <summary>GPU time at and below a level since it was first used, in thousandths × seconds.</summary>
    public long Spent(string level, long from, DateTimeOffset now)
    {
        var to = now.ToUnixTimeSeconds();
        return _uses.Where(u => IsBelow(u.Path, level)).Sum(u => u.Gpu * Math.Max(0, (u.To ?? to) - Math.Max(u.From, from)));
    }

    /// <summary>Kept at and below for owners who wait.</summary>
    public long Kept(string level, string resource) => Marks.Values.Where(m => IsBelow(m.From, level)).Sum(m => Amount(m.Charge, resource));

    public long Owed(string level, string resource) => Capacity(level, resource) ?? 0;

    /// <summary>Above what it is owed, beside siblings that are owed something.</summary>
    public long Borrowed(string level, string resource) =>
        level == "main" || Children(Parent(level)).All(s => Capacity(s, resource) is null) || Used(level, resource) == 0
            ? 0 : Math.Max(0, new State(this, Live.Values).Taken(level, resource) - (Capacity(level, resource) ?? 0));

    public (string? Now, string? Then, bool Borrows) Foresee(QuotaCharge charge, IEnumerable<AttemptId> without, DateTimeOffset now)
    {
        var before = Live.ToList();
        var present = Expect(charge, now);
        Live.TryAdd(charge.Attempt, charge);
        var borrows = present?.Contains(" owed by ", StringComparison.Ordinal) != true && IsBorrowing(Live[charge.Attempt]);
        Reset(before);
        foreach (var gone in without.Where(w => w != charge.Attempt))
            Live.Remove(gone);
        var then = Expect(charge, now);
        Reset(before);
        return (present, then, borrows);
    }

    private void Reset(List<KeyValuePair<AttemptId, QuotaCharge>> charges)
    {
        Live.Clear();
        foreach (var (attempt, charge) in charges)
            Live.Add(attempt, charge);
    }

    public bool IsBorrowing(QuotaCharge charge)
    {
        var state = new State(this, Live.Values);
        return charge.Amounts.Any(a => a.Amount > 0 && Path(charge.Path.Value).Reverse().Where(l => l != "main")
            .Select(l => Children(Parent(l)).Any(s => Capacity(s, a.Resource) is not null) && state.Taken(l, a.Resource) > (Capacity(l, a.Resource) ?? 0) ? true : Capacity(l, a.Resource) is null ? (bool?)null : false)
            .FirstOrDefault(b => b is not null) == true);
    }

    private long CouldBeGivenBack(string path, string binding, string resource, State real, State with, SortedSet<string> from)
    {
        var sum = 0L;
        foreach (var branch in Path(path).Where(l => l.Length > binding.Length))
        {
            if (Capacity(branch, resource) is not { } owed || with.Taken(branch, resource) > owed)
                continue;
            foreach (var sibling in Children(Parent(branch)).Where(s => s != branch))
                sum += GivesBack(sibling, resource, real, from);
        }

        return sum;
    }

    private long GivesBack(string level, string resource, State real, SortedSet<string> from)
    {
        var above = real.Taken(level, resource) - (Capacity(level, resource) ?? 0);
        if (above <= 0)
            return 0;
        if (Children(level).All(c => Capacity(c, resource) is null))
        {
            from.Add($"{level}:{resource}:{above}");
            return above;
        }

        var sum = Children(level).Sum(c => GivesBack(c, resource, real, from));
        var direct = Math.Min(above, Live.Values.Where(c => c.Path.Value == level).Sum(c => Amount(c, resource)));
        if (direct > 0)
            from.Add($"{level}!:{resource}:{direct}");
        return Math.Min(above, sum + direct);
    }

    private string? BudgetText(string level, QuotaCharge charge, DateTimeOffset now)
    {
        if (_specs[level].Budget is not { } budget || Amount(charge, "gpu") == 0)
            return null;
        var spent = BudgetSpent(level, now);
        return spent < budget.Hours * 3_600_000 ? null : $"Budget {level} {spent / 3_600_000} of {budget.Hours}";
    }

    /// <summary>In the present period of the level's budget.</summary>
    public long BudgetSpent(string level, DateTimeOffset now)
    {
        var budget = _specs[level].Budget!;
        var today = now.UtcDateTime.Date;
        var from = budget.Period switch
        {
            BudgetPeriod.Month => today.AddDays(1 - today.Day),
            BudgetPeriod.Week => today.AddDays(-(((int)today.DayOfWeek + 6) % 7)),
            BudgetPeriod.Rolling => today.AddDays(1 - budget.Days),
            _ => DateTime.UnixEpoch.AddSeconds(_endlessSince[level]),
        };
        var since = Math.Max(budget.Period == BudgetPeriod.None ? 0 : _budgetSince[level], new DateTimeOffset(from, TimeSpan.Zero).ToUnixTimeSeconds());
        return Spent(level, since, now);
    }

    private string? CapText(string level, QuotaCharge charge)
    {
        var below = Live.Values.Where(c => IsBelow(c.Path.Value, level)).ToList();
        foreach (var (resource, asked) in charge.Amounts.Where(a => a.Amount > 0))
        {
            var used = below.Where(c => c.UserName == charge.UserName).Sum(c => Amount(c, resource));
            if (Amount(_specs[level].MaxPerUser, resource) is { } most && used + asked > most)
                return $"User {charge.UserName} {level} {resource} {used} of {most}";
            foreach (var cap in _specs[level].PriorityCaps.Where(c => charge.Priority >= c.MinPriority))
            {
                var urgent = below.Where(c => c.Priority >= cap.MinPriority).Sum(c => Amount(c, resource));
                if (Amount(cap.Amounts, resource) is { } cannot && urgent + asked > cannot)
                    return string.Create(CultureInfo.InvariantCulture, $"Priority {cap.MinPriority} {level} {resource} {urgent} of {cannot}");
            }
        }

        return null;
    }

    private long? Capacity(string level, string resource)
    {
        if (Amount(_specs[level].Nominal, resource) is { } nominal)
            return nominal;
        var parts = Children(level).Select(c => Capacity(c, resource)).Where(c => c is not null).ToList();
        return parts.Count == 0 ? null : parts.Sum();
    }

    private long Reserve(string level, string resource) => Math.Max(
        Amount(_specs[level].Nominal, resource) - Amount(_specs[level].LendingLimit, resource) ?? 0, Children(level).Sum(c => Reserve(c, resource)));

    private long? Ceiling(string level, string resource) =>
        level == "main" ? Capacity(level, resource) : (Capacity(level, resource) ?? 0) + Amount(_specs[level].BorrowingLimit, resource);

    public static long? Amount(IEnumerable<ResourceAmount> amounts, string resource)
    {
        foreach (var (name, amount) in amounts)
        {
            if (name == resource)
                return amount;
        }

        return null;
    }

    private static long Amount(QuotaCharge charge, string resource) => Amount(charge.Amounts, resource) ?? 0;

    private static string Parent(string level) => level[..level.LastIndexOf('/')];

    private static string[] Children(string level) => [.. Levels.Where(l => l.StartsWith(level + "/", StringComparison.Ordinal) && !l[(level.Length + 1)..].Contains('/'))];

    private static string[] Path(string path) => [.. Levels.Where(l => IsBelow(path, l)).OrderBy(l => l.Length)];

    private static bool IsBelow(string path, string level) => path == level || path.StartsWith(level + "/", StringComparison.Ordinal);

    /// <summary>What some charges come to: what a level uses, and what it takes with what its children keep for themselves.</summary>
    private sealed class State(QuotaTwin twin, IEnumerable<QuotaCharge> charges)
    {
        private readonly QuotaCharge[] _charges = [.. charges];

        public long Used(string level, string resource)
        {
            var sum = 0L;
            foreach (var charge in _charges)
                sum += IsBelow(charge.Path.Value, level) ? Amount(charge, resource) : 0;
            return sum;
        }

        public long Taken(string level, string resource)
        {
            var sum = 0L;
            foreach (var charge in _charges)
                sum += charge.Path.Value == level ? Amount(charge, resource) : 0;
            foreach (var child in Children(level))
                sum += Math.Max(Taken(child, resource), twin.Reserve(child, resource));
            return sum;
        }
    }
}
