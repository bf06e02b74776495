using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>
/// A cohort's whole quota tree. A charge is checked at every level from its leaf to the cohort and then charged at all of them,
/// so at every level usage is the sum of the live charges at and below it (I3). Levels appear when they are first named, unlimited.
/// <c>Decide…</c> changes nothing; <see cref="Apply"/> is the only way in which a tree changes.
/// </summary>
public sealed class QuotaTree
{
    /// <summary>Levels in one tree.</summary>
    public const int MaxLevels = 100_000;

    /// <summary>Live charges in one tree.</summary>
    public const int MaxCharges = 1_000_000;

    /// <summary>Refunded attempts remembered, so that a charge that comes after its own refund is refused.</summary>
    private const int MaxRefunded = 4096;

    private readonly string _cohort;
    private readonly Dictionary<string, QuotaLevel> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<AttemptId, QuotaCharge> _charges = [];
    private readonly EndedPlans _refunded = new(MaxRefunded);
    private readonly SortedSet<string> _pools = new(StringComparer.Ordinal);

    public QuotaTree(string cohort)
    {
        _cohort = cohort;
        LevelOf(new QuotaPath(cohort));
    }

    /// <summary>Grows with every change of the settings, not with charges.</summary>
    public long Version { get; private set; }

    public IReadOnlyCollection<QuotaCharge> Charges => _charges.Values;

    /// <summary>Pools that ever charged here, in name order.</summary>
    public IEnumerable<PoolId> Pools => _pools.Select(p => new PoolId(p));

    /// <summary>
    /// All levels or none. The same attempt with the same amounts is charged once, under the newest plan that asked; with other
    /// amounts or another path it is refused, and so is a plan that was refunded.
    /// </summary>
    public ChargeDecision DecideCharge(QuotaCharge charge)
    {
        if (QuotaRules.RefusesPath(charge.Path, _cohort) is { } badPath)
            return Fault(charge, badPath);
        if (QuotaRules.RefusesAmounts(charge.Amounts) is { } badAmount)
            return Fault(charge, badAmount);
        if (_charges.TryGetValue(charge.Attempt, out var existing))
            return DecideRepeated(charge, existing);
        if (_refunded.Contains(new PlanRef(charge.Attempt, charge.Plan)))
            return Fault(charge, $"plan {charge.Plan} of attempt {charge.Attempt} was refunded already");
        if (_levels.Count + QuotaRules.MaxDepth > MaxLevels && !_levels.ContainsKey(charge.Path.Value))
            return Fault(charge, $"the tree has its {MaxLevels} levels already");
        if (_charges.Count >= MaxCharges)
            return Fault(charge, $"the tree has its {MaxCharges} charges already");

        for (QuotaPath? path = charge.Path; path is { } p; path = p.Parent)
        {
            if (_levels.TryGetValue(p.Value, out var level) && level.Refuses(charge.Amounts) is { } refusal)
                return new ChargeDecision.Refuse(refusal);
        }

        return new ChargeDecision.Change(QuotaEntry.Charged(charge));
    }

    /// <summary>
    /// The entry that ends the charge of this plan or an older one; null when that is done already, or a newer plan has charged.
    /// A refund that overtook its charge is remembered, and the charge refused.
    /// </summary>
    public QuotaEntry? DecideRefund(PlanRef plan)
    {
        if (_charges.TryGetValue(plan.Attempt, out var charge))
            return charge.Plan <= plan.Plan ? QuotaEntry.Refunded(plan) : null;
        return _refunded.Contains(plan) ? null : QuotaEntry.Refunded(plan);
    }

    /// <summary>
    /// Settings of one level. A limit below what is in use is refused: it would break at once what limits promise. A limit may be
    /// above the parent's: then the parent's binds.
    /// </summary>
    public SpecDecision DecideSpec(QuotaPath path, QuotaSpec spec, long ifVersion)
    {
        if (QuotaRules.RefusesPath(path, _cohort) is { } badPath)
            return new SpecDecision.Refuse(badPath);
        if (QuotaRules.RefusesSpec(spec) is { } badSpec)
            return new SpecDecision.Refuse($"{path}: {badSpec}");
        if (ifVersion != Version)
            return new SpecDecision.WrongVersion(Version);
        if (!_levels.TryGetValue(path.Value, out var level))
        {
            return _levels.Count + QuotaRules.MaxDepth > MaxLevels
                ? new SpecDecision.Refuse($"the tree has its {MaxLevels} levels already")
                : new SpecDecision.Change(QuotaEntry.SpecSet(path, spec));
        }

        foreach (var (resource, limit) in spec.Limit)
        {
            if (level.UsedOf(resource) is var used && used > limit)
                return new SpecDecision.Refuse($"{path}: {used} of {resource} is in use, so the limit cannot be {limit}; stop jobs first");
        }

        return IsSame(level.Spec, spec) ? SpecDecision.Nothing.Instance : new SpecDecision.Change(QuotaEntry.SpecSet(path, spec));
    }

    /// <summary>Makes one change. Entries that <c>Decide…</c> gave for exactly this state always apply.</summary>
    /// <exception cref="InvariantViolationException">The entry does not belong to this state: nothing of it may be kept.</exception>
    public void Apply(QuotaEntry entry)
    {
        switch (entry.Kind)
        {
            case QuotaEntryKind.Charged:
                Remove(entry.Charge!.Attempt);
                Add(entry.Charge);
                break;
            case QuotaEntryKind.Refunded:
                Remove(entry.Plan.Attempt);
                _refunded.Add(entry.Plan);
                break;
            case QuotaEntryKind.SpecSet:
                LevelOf(entry.Path).Spec = entry.Spec!;
                Version++;
                break;
            case QuotaEntryKind.PoolSeen:
                _pools.Add(entry.Pool.Value);
                break;
            default:
                throw new InvariantViolationException("I18", $"{_cohort}: entry kind {entry.Kind} is not known here");
        }
    }

    /// <summary>The level was named at least once.</summary>
    public bool Has(QuotaPath path) => _levels.ContainsKey(path.Value);

    public bool Knows(PoolId pool) => _pools.Contains(pool.Value);

    public QuotaCharge? Find(AttemptId attempt) => _charges.GetValueOrDefault(attempt);

    /// <summary>What was set at this level; the default when nothing was.</summary>
    public QuotaSpec SpecOf(QuotaPath path) => _levels.TryGetValue(path.Value, out var level) ? level.Spec : new QuotaSpec();

    /// <summary>The level and everything below it that <paramref name="maySee"/> lets through, in path order. Null: no such level.</summary>
    public QuotaTreeView? View(QuotaPath path, Func<QuotaPath, bool> maySee)
    {
        if (!_levels.ContainsKey(path.Value))
            return null;
        var below = path.Value + "/";
        return new QuotaTreeView
        {
            Levels = [.. _levels.Values
                .Where(l => (l.Path == path || l.Path.Value.StartsWith(below, StringComparison.Ordinal)) && maySee(l.Path))
                .OrderBy(l => l.Path.Value.Replace('/', '\0'), StringComparer.Ordinal)
                .Select(l => l.View())],
            Version = Version,
        };
    }

    public QuotaSnapshot Snapshot() => new()
    {
        Cohort = _cohort,
        Levels = [.. _levels.Values.OrderBy(l => l.Path.Value, StringComparer.Ordinal).Select(l => new QuotaLevelState { Path = l.Path, Spec = l.Spec })],
        Charges = [.. _charges.Values.OrderBy(c => c.Attempt.Job).ThenBy(c => c.Attempt.Number)],
        Refunded = _refunded.ToArray(),
        Pools = [.. Pools],
        Version = Version,
    };

    /// <summary>The tree that a snapshot was taken of.</summary>
    public static QuotaTree Restore(QuotaSnapshot snapshot)
    {
        var tree = new QuotaTree(snapshot.Cohort);
        foreach (var level in snapshot.Levels)
            tree.LevelOf(level.Path).Spec = level.Spec;
        foreach (var charge in snapshot.Charges)
            tree.Add(charge);
        foreach (var plan in snapshot.Refunded)
            tree._refunded.Add(plan);
        tree._pools.UnionWith(snapshot.Pools.Select(p => p.Value));
        tree.Version = snapshot.Version;
        return tree;
    }

    /// <summary>Adds all live charges up anew and compares with every level's counters (I3).</summary>
    /// <exception cref="InvariantViolationException">A counter is wrong, negative or above its limit.</exception>
    public void CheckInvariants()
    {
        var sums = new Dictionary<(string Path, string Resource), long>();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var charge in _charges.Values)
        {
            for (QuotaPath? path = charge.Path; path is { } p; path = p.Parent)
            {
                counts[p.Value] = counts.GetValueOrDefault(p.Value) + 1;
                foreach (var (resource, amount) in charge.Amounts)
                    sums[(p.Value, resource)] = checked(sums.GetValueOrDefault((p.Value, resource)) + amount);
            }
        }

        foreach (var level in _levels.Values)
        {
            Invariant.Holds(level.Charges == counts.GetValueOrDefault(level.Path.Value), "I3", $"{level.Path}: {level.Charges} charges counted");
            foreach (var (resource, used) in level.Used)
            {
                Invariant.Holds(used > 0 && used == sums.GetValueOrDefault((level.Path.Value, resource)), "I3", $"{level.Path}: {used} of {resource} counted");
                Invariant.Holds(level.LimitOf(resource) is not { } limit || used <= limit, "I3", $"{level.Path}: {used} of {resource} is above its limit");
            }
        }

        foreach (var ((path, resource), sum) in sums)
            Invariant.Holds(_levels[path].UsedOf(resource) == sum, "I3", $"{path}: {sum} of {resource} charged, not counted");
    }

    private ChargeDecision DecideRepeated(QuotaCharge charge, QuotaCharge existing)
    {
        if (charge.Plan < existing.Plan)
            return Fault(charge, $"attempt {charge.Attempt} is charged by the newer plan {existing.Plan}");
        if (charge.Path != existing.Path || !QuotaRules.SameAmounts(charge.Amounts, existing.Amounts))
            return Fault(charge, $"attempt {charge.Attempt} is charged with other amounts already, to {existing.Path}");
        return charge.Plan == existing.Plan ? ChargeDecision.Nothing.Instance : new ChargeDecision.Change(QuotaEntry.Charged(charge));
    }

    private static ChargeDecision.Refuse Fault(QuotaCharge charge, string problem) =>
        new(new QuotaRefusal { Path = charge.Path, Resource = "", Limit = 0, Used = 0, Asked = 0, Problem = problem });

    private void Add(QuotaCharge charge)
    {
        _charges.Add(charge.Attempt, charge);
        for (var level = LevelOf(charge.Path); level is not null; level = level.Parent)
            level.Add(charge.Amounts);
    }

    private void Remove(AttemptId attempt)
    {
        if (!_charges.Remove(attempt, out var charge))
            return;
        for (var level = LevelOf(charge.Path); level is not null; level = level.Parent)
            level.Remove(charge.Amounts);
    }

    private QuotaLevel LevelOf(QuotaPath path)
    {
        if (_levels.TryGetValue(path.Value, out var level))
            return level;
        level = new QuotaLevel(path, path.Parent is { } parent ? LevelOf(parent) : null);
        _levels.Add(path.Value, level);
        return level;
    }

    private static bool IsSame(QuotaSpec a, QuotaSpec b) =>
        a.Weight == b.Weight && a.MaxPendingJobs == b.MaxPendingJobs
        && a.Nominal.AsSpan().SequenceEqual(b.Nominal.AsSpan()) && a.Limit.AsSpan().SequenceEqual(b.Limit.AsSpan());
}
