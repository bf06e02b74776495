using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.Shadow;

/// <summary>A quota tree as a list of charges: whatever is asked of it is added up from them.</summary>
internal sealed class QuotaTwin(Shadows all)
{
    private readonly Dictionary<AttemptId, QuotaCharge> _charges = [];
    private readonly HashSet<PlanRef> _refunded = [];
    private readonly SortedDictionary<string, QuotaSpec> _specs = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<AttemptId, QuotaCharge> Charges => _charges;

    /// <summary>Something was set at some time: then some may borrow from others.</summary>
    public bool HasSettings => _specs.Count > 0;

    public bool Has(PlanRef plan) => _charges.TryGetValue(plan.Attempt, out var charge) && charge.Plan == plan.Plan;

    public void Apply(QuotaEntry entry)
    {
        switch (entry.Kind)
        {
            case QuotaEntryKind.Charged:
                Charge(entry.Charge!);
                break;
            case QuotaEntryKind.Refunded:
                Refund(entry.Plan);
                break;
            case QuotaEntryKind.SpecSet:
                _specs[entry.Path.Value] = entry.Spec!;
                CheckLimits(entry.Path, () => $"with its new settings {entry.Path}");
                break;
        }
    }

    private void Charge(QuotaCharge charge)
    {
        var plan = new PlanRef(charge.Attempt, charge.Plan);
        var before = _charges.GetValueOrDefault(charge.Attempt);
        all.Holds(charge.Amounts.All(a => a.Amount >= 0), "I3", () => $"{plan} is charged {string.Join(", ", charge.Amounts)}");
        all.Holds(!_refunded.Contains(plan), "I3", () => $"{plan} is charged after its refund");
        all.Holds(all.Pool.PlacementOf(plan) is not null, "I3", () => $"{plan} is charged, and the pool's journal has no such plan");
        all.Holds(
            before is null || (before.Plan <= charge.Plan && before.Path == charge.Path && before.Amounts.SequenceEqual(charge.Amounts)), "I3",
            () => $"{plan} is charged {string.Join(", ", charge.Amounts)} to {charge.Path} in place of plan {before!.Plan} with {string.Join(", ", before.Amounts)} to {before.Path}");
        _charges[charge.Attempt] = charge;
        if (before is null)
        {
            CheckLimits(charge.Path, () => $"with {charge.Attempt} {charge.Path}");
            CheckShared(charge);
        }
    }

    private void Refund(PlanRef plan)
    {
        _refunded.Add(plan);
        if (!_charges.TryGetValue(plan.Attempt, out var charge))
        {
            return;
        }

        all.Holds(charge.Plan <= plan.Plan, "I3", () => $"{plan} is refunded, and plan {charge.Plan} was charged");
        all.Holds(!all.Jobs.IsCommitted(new PlanRef(plan.Attempt, charge.Plan)), "I3", () => $"{plan} is refunded while its job runs");
        _charges.Remove(plan.Attempt);
    }

    /// <summary>No level from here to the top uses more than its limit.</summary>
    private void CheckLimits(QuotaPath path, Func<string> when)
    {
        for (QuotaPath? level = path; level is { } at; level = at.Parent)
        {
            if (!_specs.TryGetValue(at.Value, out var spec))
            {
                continue;
            }

            foreach (var (resource, limit) in spec.Limit)
            {
                var used = Used(at, resource);
                all.Holds(used <= limit, "I3", () => $"{when()}: {at} uses {used} of {resource}, and its limit is {limit}");
            }
        }
    }

    /// <summary>
    /// What is used altogether is within what the teams are owed together, less what the others do not lend, where a cohort's teams are owed
    /// anything; and a team that borrows stays below what it may borrow.
    /// </summary>
    private void CheckShared(QuotaCharge charge)
    {
        const string Gpu = ResourceNames.Gpu;
        var cohort = charge.Path.Cohort;
        var teams = _specs.Where(s => new QuotaPath(s.Key).Parent?.Value == cohort).ToList();
        if (AmountIn(charge) == 0 || teams.All(t => AmountOf(t.Value.Nominal) is null))
        {
            return;
        }

        var owed = teams.Sum(t => AmountOf(t.Value.Nominal) ?? 0);
        var kept = 0L;
        foreach (var (path, spec) in teams)
        {
            var (nominal, used) = (AmountOf(spec.Nominal) ?? 0, Used(new QuotaPath(path), Gpu));
            var reserve = AmountOf(spec.Nominal) is not null && AmountOf(spec.LendingLimit) is { } lends ? Math.Max(0, nominal - lends) : 0;
            kept += Math.Max(0, reserve - used);
            if (AmountOf(spec.BorrowingLimit) is { } borrows && charge.Path.Value.StartsWith(path + "/", StringComparison.Ordinal))
            {
                all.Holds(used <= nominal + borrows, "I3", () => $"with {charge.Attempt} {path} uses {used}, is owed {nominal} and may borrow {borrows}");
            }
        }

        var total = Used(new QuotaPath(cohort), Gpu);
        all.Holds(
            total + kept <= owed, "I3",
            () => $"with {charge.Attempt} {cohort} uses {total}, {kept} are not lent, and its teams are owed {owed} together");
    }

    private long Used(QuotaPath path, string resource)
    {
        var sum = 0L;
        foreach (var charge in _charges.Values)
        {
            if (charge.Path == path || charge.Path.Value.StartsWith(path.Value + "/", StringComparison.Ordinal))
            {
                foreach (var (name, amount) in charge.Amounts)
                {
                    sum += name == resource ? amount : 0;
                }
            }
        }

        return sum;
    }

    private static long AmountIn(QuotaCharge charge) => AmountOf(charge.Amounts) ?? 0;

    private static long? AmountOf(System.Collections.Immutable.ImmutableArray<ResourceAmount> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            if (name == ResourceNames.Gpu)
            {
                return amount;
            }
        }

        return null;
    }
}
