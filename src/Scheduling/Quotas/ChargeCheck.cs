using System.Collections.Immutable;

namespace Scheduling.Quotas;

/// <summary>
/// Whether a charge has room at every level, and if not, whether only because others borrowed. One check, used once.
/// </summary>
internal ref struct ChargeCheck
{
    /// <summary>Levels × resources of one charge.</summary>
    public const int Cells = QuotaRules.MaxDepth * QuotaRules.MaxResources;

    private readonly QuotaCharge _charge;
    private readonly Earmark? _own;

    /// <summary>What the level would hold with this charge, by depth and resource: its own earmark out, the charge in.</summary>
    private readonly Span<long> _with;

    private List<Finding>? _findings;

    /// <summary>The own earmark is counted at this level and above.</summary>
    private bool _marked;

    private readonly record struct Finding(QuotaLevel Level, int Amount, QuotaBound Bound, long Limit, long Used, long Kept)
    {
        public QuotaRefusal ToRefusal(ResourceAmount asked) => new()
        {
            Path = Level.Path, Resource = asked.Resource, Limit = Limit, Used = Used, Asked = asked.Amount, Bound = Bound, Kept = Kept,
            OthersMayFit = Bound != QuotaBound.Limit || Kept > 0 || Level.BoundsOf(asked.Resource).Divides,
        };
    }

    private ChargeCheck(QuotaCharge charge, Earmark? own, Span<long> with)
    {
        _charge = charge;
        _own = own?.Path == charge.Path ? own : null; // Another path's is kept until the charge is made.
        _with = with;
    }

    /// <summary>Null when there is room. <paramref name="lowest"/> is the deepest level of the path that the tree knows.</summary>
    public static QuotaRefusal? Refuses(QuotaLevel lowest, QuotaCharge charge, Earmark? own, DateTimeOffset now) =>
        new ChargeCheck(charge, own, stackalloc long[Cells]).Run(lowest, now);

    private QuotaRefusal? Run(QuotaLevel lowest, DateTimeOffset now)
    {
        // What each level's parent sees change: (less, when the own earmark goes; more, when the charge comes).
        Span<(long Less, long More)> flows = stackalloc (long, long)[_charge.Amounts.Length];
        for (var i = 0; i < flows.Length; i++)
            flows[i] = (0, _charge.Amounts[i].Amount);
        for (var level = lowest; level is not null; level = level.Parent!)
        {
            if (level == _own?.Level)
            {
                _marked = true;
                for (var i = 0; i < flows.Length; i++)
                    flows[i].Less += OwnOf(i);
            }

            if ((BudgetRefuses(level, now) ?? level.Caps?.Refuses(level, _charge)) is { } refusal)
                return refusal;
            for (var i = 0; i < flows.Length; i++)
            {
                if (_charge.Amounts[i].Amount > 0)
                    Look(level, i, ref flows[i]);
            }
        }

        return _findings is null ? null : Conclude(lowest);
    }

    private void Look(QuotaLevel level, int i, ref (long Less, long More) flow)
    {
        var (resource, asked) = _charge.Amounts[i];
        var account = level.AccountOf(resource);
        var bounds = level.BoundsOf(resource);
        var kept = account.Kept - OwnOf(i);
        if (bounds.Limit is { } limit && asked > limit - account.Used - kept)
            Found(new Finding(level, i, QuotaBound.Limit, limit, account.Used, kept));

        var without = account.Held - flow.Less;
        var with = without + flow.More;
        _with[Cell(level, i)] = with;
        if (flow.More > 0 && bounds.Ceiling is { } ceiling && with + bounds.Inner > ceiling)
            Found(new Finding(level, i, level.Parent is null ? QuotaBound.Capacity : QuotaBound.Borrowing, ceiling, account.Claim + bounds.Inner, without - account.Claim));
        flow = (bounds.Passed(account.Held) - bounds.Passed(without), bounds.Passed(with) - bounds.Passed(without));
    }

    /// <summary>Where nothing helps but waiting, that is the answer; otherwise the first level that binds, and from whom to take back.</summary>
    private readonly QuotaRefusal Conclude(QuotaLevel lowest)
    {
        var borrowers = new Dictionary<(string Path, string Resource, bool OnlyDirect), QuotaBorrower>();
        var toReclaim = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var finding in _findings!)
        {
            var asked = _charge.Amounts[finding.Amount];
            var over = finding.Used + finding.Kept + asked.Amount - finding.Limit;
            if (finding.Bound != QuotaBound.Limit)
                over = _with[Cell(finding.Level, finding.Amount)] + finding.Level.BoundsOf(asked.Resource).Inner - finding.Limit;
            if (Reclaimable(finding, lowest, borrowers) < over)
                return finding.ToRefusal(asked);
            toReclaim[asked.Resource] = Math.Max(over, toReclaim.GetValueOrDefault(asked.Resource));
        }

        return _findings[0].ToRefusal(_charge.Amounts[_findings[0].Amount]) with
        {
            Owed = true,
            Borrowers = [.. borrowers.Values.OrderByDescending(b => b.Above).ThenBy(b => b.Path.Value, StringComparer.Ordinal).Take(QuotaRefusal.MaxBorrowers)],
            ToReclaim = [.. toReclaim.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => new ResourceAmount(r.Key, r.Value))],
        };
    }

    /// <summary>
    /// At each level from the binding one down: if the path's own branch stays within what it is owed, its siblings' branches may be asked
    /// for what they borrow.
    /// </summary>
    private readonly long Reclaimable(Finding finding, QuotaLevel lowest, Dictionary<(string, string, bool), QuotaBorrower> borrowers)
    {
        var resource = _charge.Amounts[finding.Amount].Resource;
        var sum = 0L;
        for (var branch = lowest; branch != finding.Level; branch = branch.Parent!)
        {
            if (!branch.BoundsOf(resource).IsWithin(_with[Cell(branch, finding.Amount)]))
                continue;
            foreach (var sibling in branch.Parent!.Children)
                sum += sibling == branch ? 0 : Borrowed(sibling, resource, borrowers);
        }

        return sum;
    }

    /// <summary>What a branch uses above what it is owed; whoever in it stays within what is owed to him is not asked.</summary>
    private static long Borrowed(QuotaLevel level, string resource, Dictionary<(string, string, bool), QuotaBorrower> borrowers)
    {
        var account = level.AccountOf(resource);
        var bounds = level.BoundsOf(resource);
        var above = bounds.Above(account.Claim);
        if (above == 0)
            return 0;
        if (!bounds.Divides)
        {
            borrowers[(level.Path.Value, resource, false)] = new QuotaBorrower { Path = level.Path, Resource = resource, Above = above };
            return above;
        }

        var (sum, direct) = (0L, account.Used);
        foreach (var child in level.Children)
        {
            sum += Borrowed(child, resource, borrowers);
            direct -= child.UsedOf(resource);
        }

        if (direct > 0)
        {
            direct = Math.Min(direct, above);
            borrowers[(level.Path.Value, resource, true)] = new QuotaBorrower { Path = level.Path, Resource = resource, Above = direct, OnlyDirect = true };
        }

        return Math.Min(above, sum + direct);
    }

    private readonly QuotaRefusal? BudgetRefuses(QuotaLevel level, DateTimeOffset now)
    {
        if (level.Spec.Budget is not { } budget || !SpendsGpu(_charge.Amounts))
            return null;
        var view = level.Clock.View(budget, level.UsedOf(ResourceNames.Gpu), now);
        return !view.IsSpent ? null : new QuotaRefusal
        {
            Path = level.Path, Resource = ResourceNames.Gpu, Limit = budget.Hours, Used = view.SpentMilliSeconds / GpuClock.MilliSecondsPerHour,
            Asked = 0, Bound = QuotaBound.Budget, ResetsAt = view.ResetsAt, OthersMayFit = true,
        };
    }

    private static bool SpendsGpu(ImmutableArray<ResourceAmount> amounts) => QuotaBounds.AmountOf(amounts, ResourceNames.Gpu) > 0;

    private readonly long OwnOf(int i) => !_marked ? 0 : QuotaBounds.AmountOf(_own!.Amounts, _charge.Amounts[i].Resource) ?? 0;

    private static int Cell(QuotaLevel level, int amount) => ((level.Depth - 1) * QuotaRules.MaxResources) + amount;

    private void Found(Finding finding) => (_findings ??= []).Add(finding);
}
