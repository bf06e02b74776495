using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>What one level has of one resource.</summary>
internal struct QuotaAccount
{
    /// <summary>The sum of the live charges at and below.</summary>
    public long Used;

    /// <summary>The sum of what is kept at and below for owners who wait.</summary>
    public long Kept;

    /// <summary>What is used here of all that the level has to share: less what children use of their own reserves.</summary>
    public long Claim;

    /// <summary>The same, as if what is kept were used.</summary>
    public long Held;
}

/// <summary>One level of the tree: its settings, and what is charged at and below it.</summary>
internal sealed class QuotaLevel(QuotaPath path, QuotaLevel? parent)
{
    private readonly Dictionary<string, QuotaAccount> _accounts = new(StringComparer.Ordinal);
    private Dictionary<string, QuotaBounds> _bounds = new(StringComparer.Ordinal);

    public QuotaPath Path { get; } = path;

    public QuotaLevel? Parent { get; } = parent;

    public List<QuotaLevel> Children { get; } = [];

    public int Depth { get; } = parent is null ? 1 : parent.Depth + 1;

    /// <summary>Live charges at or below.</summary>
    public int Charges { get; private set; }

    public QuotaSpec Spec { get; set; } = new();

    /// <summary>Kept only while the settings ask for them.</summary>
    public QuotaCaps? Caps { get; set; }

    public GpuClock Clock { get; } = new();

    public IEnumerable<KeyValuePair<string, QuotaAccount>> Accounts => _accounts;

    /// <summary>Resources that any setting here or below names.</summary>
    public IEnumerable<string> Bounded => _bounds.Keys;

    public QuotaAccount AccountOf(string resource) => _accounts.GetValueOrDefault(resource);

    public long UsedOf(string resource) => AccountOf(resource).Used;

    public QuotaBounds BoundsOf(string resource) => _bounds.GetValueOrDefault(resource);

    /// <summary>Reads the settings anew. Its children have.</summary>
    public void SetBounds()
    {
        var bounds = new Dictionary<string, QuotaBounds>(StringComparer.Ordinal);
        foreach (var (resource, _) in Spec.Nominal.Concat(Spec.Limit).Concat(Spec.BorrowingLimit))
            bounds.TryAdd(resource, QuotaBounds.Of(this, resource));
        foreach (var child in Children)
        {
            foreach (var resource in child.Bounded)
            {
                if (!bounds.ContainsKey(resource))
                    bounds.Add(resource, QuotaBounds.Of(this, resource));
            }
        }

        _bounds = bounds;
    }

    /// <summary>Claims anew, after settings changed. Its children have.</summary>
    public void SetClaims()
    {
        foreach (var resource in _accounts.Keys.ToList())
        {
            ref var account = ref CollectionsMarshal.GetValueRefOrNullRef(_accounts, resource);
            account.Claim = account.Used;
            account.Held = account.Used + account.Kept;
            foreach (var child in Children)
            {
                var (below, bounds) = (child.AccountOf(resource), child.BoundsOf(resource));
                account.Claim += bounds.Passed(below.Claim) - below.Used;
                account.Held += bounds.Passed(below.Held) - below.Used - below.Kept;
            }
        }
    }

    /// <summary>Counts a charge in, or out with <paramref name="sign"/> -1.</summary>
    public void Count(QuotaCharge charge, int sign, DateTimeOffset now)
    {
        Advance(now);
        Charges += sign;
        Invariant.Holds(Charges >= 0, "I3", $"{Path}: {Charges} charges");
        Caps?.Count(charge, sign);
    }

    /// <summary>Counts GPU time up to now: before anything changes here.</summary>
    public void Advance(DateTimeOffset now) => Clock.Advance(UsedOf(ResourceNames.Gpu), now, Spec.Budget is not null);

    /// <summary>Adds to an account; what the parent sees of it is answered as its change of claim and of what is held.</summary>
    public (long Claim, long Held) Add(string resource, long used, long kept, long claim, long held)
    {
        ref var account = ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, resource, out _);
        var bounds = BoundsOf(resource);
        var (oldClaim, oldHeld) = (bounds.Passed(account.Claim), bounds.Passed(account.Held));
        account.Used = checked(account.Used + used);
        account.Kept = checked(account.Kept + kept);
        account.Claim = checked(account.Claim + claim);
        account.Held = checked(account.Held + held);
        Invariant.Holds(
            account.Used >= 0 && account.Kept >= 0 && account.Claim >= 0 && account.Held >= account.Claim, "I3",
            $"{Path}: {resource} would be {account.Used} used, {account.Kept} kept, {account.Claim} claimed, {account.Held} held");
        var passed = (bounds.Passed(account.Claim) - oldClaim, bounds.Passed(account.Held) - oldHeld);
        if (account is { Used: 0, Kept: 0 })
            _accounts.Remove(resource);
        return passed;
    }

    public QuotaNodeView View(DateTimeOffset now)
    {
        var gpu = UsedOf(ResourceNames.Gpu);
        return new QuotaNodeView
        {
            Path = Path,
            Spec = Spec,
            Used = Amounts(_accounts.Select(a => (a.Key, a.Value.Used))),
            Charges = Charges,
            Owed = Amounts(_bounds.Select(b => (b.Key, b.Value.Capacity ?? 0))),
            Borrowed = Amounts(_accounts.Select(a => (a.Key, Borrowed(a.Key)))),
            Kept = Amounts(_accounts.Select(a => (a.Key, a.Value.Kept))),
            GpuMilliSeconds = Clock.TotalAt(gpu, now),
            Budget = Spec.Budget is { } budget ? Clock.View(budget, gpu, now) : null,
        };
    }

    /// <summary>What it uses above what it is owed, where its siblings are owed anything.</summary>
    public long Borrowed(string resource) =>
        Parent is not null && Parent.BoundsOf(resource).Divides ? BoundsOf(resource).Above(AccountOf(resource).Claim) : 0;

    private static ImmutableArray<ResourceAmount> Amounts(IEnumerable<(string Resource, long Amount)> amounts) =>
        [.. amounts.Where(a => a.Amount != 0).OrderBy(a => a.Resource, StringComparer.Ordinal).Select(a => new ResourceAmount(a.Resource, a.Amount))];
}
