using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>
/// A cohort's whole quota tree. A charge is checked at every level from its leaf to the cohort and then charged at all of them,
/// so at every level usage is the sum of the live charges at and below it (I3). Levels appear when they are first named, unlimited.
/// <c>Decide…</c> changes nothing; <see cref="Apply"/> is the only way in which what is stored changes. Beside it stand the earmarks,
/// which are not stored. The tree has no clock: every command brings its time.
/// </summary>
public sealed partial class QuotaTree
{
    /// <summary>Levels in one tree.</summary>
    public const int MaxLevels = 100_000;

    /// <summary>Live charges in one tree.</summary>
    public const int MaxCharges = 1_000_000;

    /// <summary>In use of one resource in one tree: sums stay whole numbers.</summary>
    public const long MostInUse = 1L << 60;

    /// <summary>Refunded attempts remembered, so that a charge that comes after its own refund is refused.</summary>
    private const int MaxRefunded = 4096;

    private readonly string _cohort;
    private readonly Dictionary<string, QuotaLevel> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<AttemptId, QuotaCharge> _charges = [];
    private readonly EndedPlans _refunded = new(MaxRefunded);
    private readonly SortedSet<string> _pools = new(StringComparer.Ordinal);
    private readonly QuotaLevel _root;

    public QuotaTree(string cohort)
    {
        _cohort = cohort;
        _root = LevelOf(new QuotaPath(cohort));
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
    public ChargeDecision DecideCharge(QuotaCharge charge, DateTimeOffset now)
    {
        if (QuotaRules.RefusesPath(charge.Path, _cohort) is { } badPath)
            return Fault(charge, badPath);
        if (QuotaRules.RefusesAmounts(charge.Amounts) is { } badAmount)
            return Fault(charge, badAmount);
        if (charge.User is { Length: > QuotaRules.MaxUserLength })
            return Fault(charge, $"the user's name has more than {QuotaRules.MaxUserLength} characters");
        if (_charges.TryGetValue(charge.Attempt, out var existing))
            return DecideRepeated(charge, existing, now);
        if (_refunded.Contains(new PlanRef(charge.Attempt, charge.Plan)) && Guards.Hold(Guard.ChargeBeforeRefund))
            return Fault(charge, $"plan {charge.Plan} of attempt {charge.Attempt} was refunded already");
        if (_levels.Count + QuotaRules.MaxDepth > MaxLevels && !_levels.ContainsKey(charge.Path.Value))
            return Fault(charge, $"the tree has its {MaxLevels} levels already");
        if (_charges.Count >= MaxCharges)
            return Fault(charge, $"the tree has its {MaxCharges} charges already");
        foreach (var (resource, asked) in charge.Amounts)
        {
            if (asked > MostInUse - _root.UsedOf(resource))
                return Fault(charge, $"{_cohort}: {resource} overflows");
        }

        return ChargeCheck.Refuses(Deepest(charge.Path), charge, _earmarks.Find(charge.Attempt), now) is { } refusal && Guards.Hold(Guard.QuotaLimit)
            ? new ChargeDecision.Refuse(refusal)
            : new ChargeDecision.Change(QuotaEntry.Charged(charge, now));
    }

    /// <summary>
    /// The entry that ends the charge of this plan or an older one; null when that is done already, or a newer plan has charged.
    /// A refund that overtook its charge is remembered, and the charge refused.
    /// </summary>
    public QuotaEntry? DecideRefund(PlanRef plan, DateTimeOffset now)
    {
        if (_charges.TryGetValue(plan.Attempt, out var charge))
            return charge.Plan <= plan.Plan || !Guards.Hold(Guard.RefundOfItsPlan) ? QuotaEntry.Refunded(plan, now) : null;
        return _refunded.Contains(plan) ? null : QuotaEntry.Refunded(plan, now);
    }

    /// <summary>Makes one change. Entries that <c>Decide…</c> gave for exactly this state always apply.</summary>
    /// <exception cref="InvariantViolationException">The entry does not belong to this state: nothing of it may be kept.</exception>
    public void Apply(QuotaEntry entry)
    {
        switch (entry.Kind)
        {
            case QuotaEntryKind.Charged:
                CallOff(entry.Charge!.Attempt);
                Remove(entry.Charge.Attempt, entry.At);
                Add(entry.Charge, entry.At);
                break;
            case QuotaEntryKind.Refunded:
                Remove(entry.Plan.Attempt, entry.At);
                _refunded.Add(entry.Plan);
                break;
            case QuotaEntryKind.SpecSet:
                Set(entry.Path, entry.Spec!, entry.At);
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

    /// <summary>Every level that anything was set at, in path order.</summary>
    public ImmutableArray<QuotaLevelState> Settings =>
    [
        .. _levels.Values.Where(l => !QuotaRules.IsSame(l.Spec, Nothing)).OrderBy(l => l.Path.Value, StringComparer.Ordinal)
            .Select(l => new QuotaLevelState { Path = l.Path, Spec = l.Spec }),
    ];

    /// <summary>The level and everything below it that <paramref name="maySee"/> lets through, in path order. Null: no such level.</summary>
    public QuotaTreeView? View(QuotaPath path, Func<QuotaPath, bool> maySee, DateTimeOffset now)
    {
        if (!_levels.ContainsKey(path.Value))
            return null;
        var below = path.Value + "/";
        return new QuotaTreeView
        {
            Levels = [.. _levels.Values
                .Where(l => (l.Path == path || l.Path.Value.StartsWith(below, StringComparison.Ordinal)) && maySee(l.Path))
                .OrderBy(l => l.Path.Value.Replace('/', '\0'), StringComparer.Ordinal)
                .Select(l => l.View(now))],
            Version = Version,
        };
    }

    public QuotaSnapshot Snapshot() => new()
    {
        Cohort = _cohort,
        Levels = [.. _levels.Values.OrderBy(l => l.Path.Value, StringComparer.Ordinal).Select(l => new QuotaLevelState { Path = l.Path, Spec = l.Spec, Clock = l.Clock.ToState() })],
        Charges = [.. _charges.Values.OrderBy(c => c.Attempt.Job).ThenBy(c => c.Attempt.Number)],
        Refunded = _refunded.ToArray(),
        Pools = [.. Pools],
        Version = Version,
    };

    /// <summary>The tree that a snapshot was taken of, without its earmarks.</summary>
    public static QuotaTree Restore(QuotaSnapshot snapshot)
    {
        var tree = new QuotaTree(snapshot.Cohort);
        foreach (var state in snapshot.Levels)
        {
            var level = tree.LevelOf(state.Path);
            level.Spec = state.Spec;
            level.Caps = QuotaCaps.For(state.Spec);
        }

        tree.Settle();
        foreach (var charge in Guards.Hold(Guard.SnapshotOfCharges) ? snapshot.Charges : [])
            tree.Add(charge, default);
        foreach (var state in snapshot.Levels)
        {
            if (state.Clock is { } clock)
                tree.LevelOf(state.Path).Clock.Restore(clock);
        }

        foreach (var plan in snapshot.Refunded)
            tree._refunded.Add(plan);
        tree._pools.UnionWith(snapshot.Pools.Select(p => p.Value));
        tree.Version = snapshot.Version;
        return tree;
    }

    private static QuotaSpec Nothing { get; } = new();

    /// <summary>Who is charged and how urgent it is stays as it was first said: caps count by it.</summary>
    private static ChargeDecision DecideRepeated(QuotaCharge charge, QuotaCharge existing, DateTimeOffset now)
    {
        if (charge.Plan < existing.Plan)
            return Fault(charge, $"attempt {charge.Attempt} is charged by the newer plan {existing.Plan}");
        if (charge.Path != existing.Path || !QuotaRules.SameAmounts(charge.Amounts, existing.Amounts))
            return Fault(charge, $"attempt {charge.Attempt} is charged with other amounts already, to {existing.Path}");
        return charge.Plan == existing.Plan
            ? ChargeDecision.Nothing.Instance
            : new ChargeDecision.Change(QuotaEntry.Charged(charge with { Priority = existing.Priority, User = existing.User }, now));
    }

    private static ChargeDecision.Refuse Fault(QuotaCharge charge, string problem) =>
        new(new QuotaRefusal { Path = charge.Path, Resource = "", Limit = 0, Used = 0, Asked = 0, Problem = problem });

    private void Add(QuotaCharge charge, DateTimeOffset now)
    {
        _charges.Add(charge.Attempt, charge);
        Count(charge, 1, now);
    }

    private void Remove(AttemptId attempt, DateTimeOffset now)
    {
        if (_charges.Remove(attempt, out var charge))
            Count(charge, -1, now);
    }

    private void Count(QuotaCharge charge, int sign, DateTimeOffset now)
    {
        var leaf = LevelOf(charge.Path);
        for (var level = leaf; level is not null; level = level.Parent)
            level.Count(charge, sign, now);
        foreach (var (resource, amount) in charge.Amounts)
        {
            var (claim, held) = (sign * amount, sign * amount);
            for (var level = leaf; level is not null && amount != 0; level = level.Parent)
                (claim, held) = level.Add(resource, sign * amount, 0, claim, held);
        }
    }

    /// <summary>The deepest level of a path that the tree has.</summary>
    private QuotaLevel Deepest(QuotaPath path)
    {
        for (QuotaPath? at = path; at is { } p; at = p.Parent)
        {
            if (_levels.TryGetValue(p.Value, out var level))
                return level;
        }

        return _root;
    }

    private QuotaLevel LevelOf(QuotaPath path)
    {
        if (_levels.TryGetValue(path.Value, out var level))
            return level;
        var parent = path.Parent is { } above ? LevelOf(above) : null;
        level = new QuotaLevel(path, parent);
        parent?.Children.Add(level);
        _levels.Add(path.Value, level);
        return level;
    }
}
