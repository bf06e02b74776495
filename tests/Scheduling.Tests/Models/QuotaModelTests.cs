using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.Tests.Quotas;

namespace Scheduling.Tests.Models;

/// <summary>A quota tree against the list that <see cref="QuotaTwin"/> is (I3): charges, settings, lending and taking back, with a crash anywhere.</summary>
public sealed class QuotaModelTests(ITestOutputHelper output)
{
    [Fact]
    public void A_tree_charges_lends_and_takes_back_as_if_it_added_everything_up_anew() => new ModelCheck(output).Run<QuotaVerb>(
        () => new QuotaModel(),
        [
            (14, QuotaVerb.Charge), (4, QuotaVerb.Refund), (3, QuotaVerb.Set), (1, QuotaVerb.SetAgain), (1, QuotaVerb.SetNonsense), (1, QuotaVerb.CallOff), (2, QuotaVerb.Pass),
            (3, QuotaVerb.Foresee), (1, QuotaVerb.SeePool), (1, QuotaVerb.Restart),
        ],
        stories: 600, length: 80,
        "granted", "fault", "Limit", "Borrowing", "Capacity", "User", "Priority", "Budget", "owed", "borrows", "does not borrow", "set", "not set", "wrong version", "set so already",
        "nonsense refused", "refunded", "refund is late", "earmark ended", "earmark called off", "would fit without others", "replayed", "restored");
}

internal enum QuotaVerb
{
    Charge,
    Refund,
    Set,
    SetAgain,
    SetNonsense,
    CallOff,
    Pass,
    Foresee,
    SeePool,
    Restart,
}

internal sealed class QuotaModel : Model<QuotaVerb>
{
    private const int Jobs = 26;
    private static readonly DateTimeOffset Start = new(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);

    private readonly QuotaTwin _twin = new();
    private readonly List<QuotaEntry> _journal = [];
    private readonly SortedSet<string> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QuotaSpec> _specs = [];
    private QuotaTree _tree = new("main");
    private DateTimeOffset _now = Start;
    private long _plan;
    private long _version;

    public override string Begin(Dice dice)
    {
        List<string> words = ["an empty tree"];
        for (var i = dice.Next(4); i > 0; i--)
            words.Add(Set(dice));
        return string.Join(", ", words);
    }

    public override string Do(QuotaVerb verb, Dice dice)
    {
        _now += TimeSpan.FromMilliseconds(dice.Next(3000));
        var words = verb switch
        {
            QuotaVerb.Charge => Charge(NewCharge(dice)),
            QuotaVerb.Refund => Refund(dice),
            QuotaVerb.Set => Set(dice),
            QuotaVerb.SetAgain => SetAgain(dice),
            QuotaVerb.SetNonsense => SetNonsense(dice),
            QuotaVerb.CallOff => CallOff(_twin.Marks.Count > 0 && !dice.OneIn(3) ? _twin.Marks.Keys.ElementAt(dice.Next(_twin.Marks.Count)) : AttemptOf(dice)),
            QuotaVerb.Pass => Pass(dice),
            QuotaVerb.Foresee => Foresee(NewCharge(dice), dice),
            QuotaVerb.SeePool => SeePool(dice),
            _ => Restart(dice),
        };
        Compare();
        return words;
    }

    private string Charge(QuotaCharge charge)
    {
        var expected = _twin.Expect(charge, _now);
        var decision = _tree.DecideCharge(charge, _now);
        var what = $"charge {charge.Attempt} plan {charge.Plan} to {charge.Path}, {string.Join(',', charge.Amounts.Select(a => $"{a.Amount} {a.Resource}"))}";
        Same(expected, QuotaTwin.Text(decision), what);
        Saw(expected is null ? "granted" : expected.Contains(" owed by ", StringComparison.Ordinal) ? "owed" : expected.Split(' ')[0]);
        Same(_twin.Live.TryGetValue(charge.Attempt, out var live) && expected is null && live.Plan == charge.Plan, decision is ChargeDecision.Nothing, $"{what} is so already");
        if (decision is ChargeDecision.Change { Entry: var entry })
            Apply(entry);
        if (expected is null)
            _twin.Charge(charge, _now);
        else if (decision is ChargeDecision.Refuse { Refusal.Owed: true })
            Mark(charge);
        else
            CallOff(charge.Attempt);
        return $"{what}: {expected ?? "granted"}";
    }

    /// <summary>Refused what it is owed, an owner has what borrowers give back kept for it.</summary>
    private void Mark(QuotaCharge charge)
    {
        var until = _now + TimeSpan.FromSeconds(60);
        Holds(_tree.Earmark(charge, until), "there is room for an earmark");
        var from = charge.Path;
        while (!_tree.Has(from))
            from = from.Parent!.Value;
        _twin.Marks[charge.Attempt] = (charge, until, from.Value);
    }

    private string Refund(Dice dice)
    {
        var attempt = AttemptOf(dice);
        var has = _twin.Live.TryGetValue(attempt, out var live);
        var plan = new PlanRef(attempt, Math.Max(1, has && !dice.OneIn(4) ? live!.Plan : _plan + 2 - dice.Next(12)));
        var isLate = has ? live!.Plan > plan.Plan : _twin.Refunded.TryGetValue(attempt, out var over) && plan.Plan <= over;
        var entry = _tree.DecideRefund(plan, _now);
        Same(isLate, entry is null, $"the refund of {plan} changes nothing");
        Saw(isLate ? "refund is late" : "refunded");
        if (entry is not null)
        {
            Apply(entry);
            _twin.Refund(attempt, _now);
            _twin.Refunded[attempt] = Math.Max(plan.Plan, _twin.Refunded.GetValueOrDefault(attempt));
        }

        return $"refund {plan}: {(isLate ? "late" : "done")}";
    }

    private string Set(Dice dice)
    {
        var path = dice.Of(QuotaTwin.Levels);
        var spec = NewSpec(path, dice);
        if (dice.OneIn(10))
        {
            Same(_version, _tree.DecideSpec(new QuotaPath(path), spec, _version + dice.Of(1, -1), _now) is SpecDecision.WrongVersion { Present: var present } ? present : -1, "wrong version");
            Saw("wrong version");
            return $"set {path} on another version";
        }

        var good = _twin.MaySet(path, spec);
        var decision = _tree.DecideSpec(new QuotaPath(path), spec, _version, _now);
        Same(good, decision is not SpecDecision.Refuse, $"set {path} {Words(spec)} is allowed ({decision})");
        Saw(good ? "set" : "not set");
        if (decision is SpecDecision.Change { Entry: var entry })
        {
            Apply(entry);
            _version++;
            _twin.Set(path, spec, _now);
            _specs[path] = spec;
        }

        return $"set {path} {Words(spec)}: {(good ? "done" : "refused")}";
    }

    /// <summary>The same settings in another order are no change.</summary>
    private string SetAgain(Dice dice)
    {
        if (_specs.Count == 0)
            return "has set nothing yet";
        var path = _specs.Keys.ElementAt(dice.Next(_specs.Count));
        var spec = _specs[path];
        var same = spec with { Nominal = [.. spec.Nominal.Reverse()], Limit = [.. spec.Limit.Reverse()], MaxPerUser = [.. spec.MaxPerUser.Reverse()] };
        Holds(_tree.DecideSpec(new QuotaPath(path), same, _version, _now) is SpecDecision.Nothing, $"{path} is set so already");
        Saw("set so already");
        return $"set {path} as it is";
    }

    private string SetNonsense(Dice dice)
    {
        ImmutableArray<ResourceAmount> gpu = [new("gpu", 4000)];
        var (path, spec) = dice.Next(10) switch
        {
            0 => ("main/t0/u0/x", new QuotaSpec()),
            1 => ("other/t0", new QuotaSpec()),
            2 => ("main", new QuotaSpec { BorrowingLimit = gpu }),
            3 => ("main/t0", new QuotaSpec { LendingLimit = gpu }),
            4 => ("main/t0", new QuotaSpec { Nominal = gpu, Limit = [new("gpu", 3999)] }),
            5 => ("main/t0", new QuotaSpec { Nominal = [new("gpu", -1)] }),
            6 => ("main/t0", new QuotaSpec { Nominal = [new("gpus", 1)] }),
            7 => ("main/t0", new QuotaSpec { Weight = 0 }),
            8 => ("main/t0", new QuotaSpec { Nominal = gpu, LendingLimit = [new("gpu", 4001)] }),
            _ => ("main/t0", new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Month, Days = 3 } }),
        };
        Holds(_tree.DecideSpec(new QuotaPath(path), spec, _version, _now) is SpecDecision.Refuse, $"{path} {Words(spec)} is nonsense");
        Saw("nonsense refused");
        return "sets nonsense";
    }

    private string CallOff(AttemptId attempt)
    {
        QuotaPath? room = _twin.Marks.Remove(attempt, out var mark) ? mark.Charge.Path : null;
        Same(room, _tree.CallOff(attempt), $"room after {attempt} is called off");
        if (room is not null)
            Saw("earmark called off");
        return $"call off {attempt}";
    }

    private string Pass(Dice dice)
    {
        _now += dice.Of(TimeSpan.FromSeconds(dice.Next(90)), TimeSpan.FromHours(dice.Next(30)), TimeSpan.FromDays(dice.Next(20)));
        var ended = _twin.Marks.Where(m => m.Value.Until <= _now).ToList();
        SameList(ended.Select(m => m.Value.Charge.Path.Value).Order(StringComparer.Ordinal), _tree.EndEarmarks(_now).Select(p => p.Value).Order(StringComparer.Ordinal), "ended earmarks");
        ended.ForEach(m => _twin.Marks.Remove(m.Key));
        if (ended.Count > 0)
            Saw("earmark ended");
        return $"until {_now:yyyy-MM-dd HH:mm:ss}";
    }

    private string Foresee(QuotaCharge charge, Dice dice)
    {
        var without = _twin.Live.Keys.Where(_ => dice.OneIn(2)).ToImmutableArray();
        var before = _tree.Text();
        var foreseen = _tree.Foresee(charge, without, _now);
        Same(before, _tree.Text(), "foreseeing changes nothing");
        var (now, then, borrows) = _twin.Foresee(charge, without, _now);
        Same(now, foreseen.Now is { } n ? QuotaTwin.Text(new ChargeDecision.Refuse(n)) : null, "foreseen now");
        Same(then, foreseen.Then is { } t ? QuotaTwin.Text(new ChargeDecision.Refuse(t)) : null, $"foreseen without {string.Join(' ', without)}");
        if (now != "fault")
            Same(borrows, foreseen.Borrows, "foreseen to borrow");
        if (now is not null && then is null)
            Saw("would fit without others");
        return $"foresees {charge.Attempt} on {charge.Path}: {now ?? "granted"}; then {then ?? "granted"}";
    }

    private string SeePool(Dice dice)
    {
        var pool = dice.Of("p1", "p2");
        Same(_pools.Contains(pool), _tree.Knows(new PoolId(pool)), $"{pool} is known");
        if (_pools.Add(pool))
            Apply(QuotaEntry.PoolSeen(new PoolId(pool)));
        return $"sees {pool}";
    }

    private string Restart(Dice dice)
    {
        var other = new QuotaTree("main");
        var fromJournal = dice.OneIn(2);
        if (fromJournal)
            _journal.ForEach(other.Apply);
        else
            other = QuotaTree.Restore(_tree.Snapshot());
        Same(_tree.Text(), other.Text(), "after a crash");
        Saw(fromJournal ? "replayed" : "restored");
        _tree = other;

        // They are leases: their owners bring them back.
        _twin.Marks.Clear();
        return "restarts";
    }

    private QuotaCharge NewCharge(Dice dice)
    {
        var attempt = AttemptOf(dice);
        var number = int.Parse(attempt.Job.Value.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
        var path = dice.OneIn(25) ? QuotaTwin.Levels[dice.Next(QuotaTwin.Levels.Length)] : QuotaTwin.Levels[number % QuotaTwin.Levels.Length];
        var most = dice.OneIn(25) ? dice.Next(6) - 1 : 1 + (number % 4);
        return new QuotaCharge
        {
            Attempt = attempt,
            Path = new QuotaPath(path),
            Amounts = [.. QuotaTwin.Resources.Take(1 + (number % 3)).Select((r, i) => new ResourceAmount(r, most * 1000 / (i + 1)))],
            Plan = dice.OneIn(5) ? Math.Max(1, _plan - dice.Next(10)) : ++_plan,
            Priority = number * 100 % 1000,
            User = number % 4 == 0 ? null : $"p{number % 3}",
        };
    }

    private QuotaSpec NewSpec(string path, Dice dice)
    {
        var depth = path.Count(c => c == '/');
        var nominal = dice.Next(3) < 2 ? Some(dice, depth switch { 0 => 40, 1 => 16, _ => 6 }) : [];
        return new QuotaSpec
        {
            Nominal = nominal,
            LendingLimit = depth > 0 && dice.OneIn(3) ? [.. nominal.Select(n => n with { Amount = n.Amount * dice.Next(4) / 4 })] : [],
            BorrowingLimit = depth > 0 && dice.OneIn(4) ? Some(dice, 4) : [],
            Limit = dice.OneIn(4) ? [.. Some(dice, 8).Select(l => l with { Amount = l.Amount + (QuotaTwin.Amount(nominal, l.Resource) ?? 1000) })] : [],
            MaxPerUser = dice.OneIn(5) ? Some(dice, 6) : [],
            PriorityCaps = dice.OneIn(6) ? [new PriorityCap { MinPriority = 100 * dice.Next(1, 9), Amounts = Some(dice, 6) }] : [],
            Budget = dice.OneIn(4) ? NewBudget(dice) : null,
            Weight = dice.Next(1, 4),
        };
    }

    private static GpuHourBudget NewBudget(Dice dice)
    {
        var period = (BudgetPeriod)dice.Next(4);
        return new GpuHourBudget { Hours = dice.Next(60), Period = period, Days = period == BudgetPeriod.Rolling ? dice.Next(1, 20) : 0 };
    }

    private static ImmutableArray<ResourceAmount> Some(Dice dice, int most) =>
        [.. QuotaTwin.Resources.Take(1 + dice.Next(3)).Select(r => new ResourceAmount(r, 1000 * dice.Next(most + 1)))];

    private static AttemptId AttemptOf(Dice dice) => new(new JobId($"j{dice.Next(Jobs)}"), 1);

    private void Apply(QuotaEntry entry)
    {
        _tree.Apply(entry);
        _journal.Add(entry);
    }

    private void Compare()
    {
        _tree.CheckInvariants();
        Same(_version, _tree.Version, "version");
        SameList(_pools, _tree.Pools.Select(p => p.Value), "pools");
        Same((_twin.Marks.Count, _twin.Marks.Values.Select(m => (DateTimeOffset?)m.Until).Min()), (_tree.EarmarkCount, _tree.NextEarmarkEnd), "earmarks");
        SameList(_twin.Live.Keys.Select(a => a.Job.Value).Order(StringComparer.Ordinal), _tree.Charges.Select(c => c.Attempt.Job.Value).Order(StringComparer.Ordinal), "charges");
        foreach (var (attempt, charge) in _twin.Live)
        {
            Same((charge.Plan, charge.Priority, charge.User), _tree.Find(attempt) is { } c ? (c.Plan, c.Priority, c.User) : default, $"charge of {attempt}");
            Same(_twin.IsBorrowing(charge), _tree.IsBorrowing(attempt), $"{attempt} borrows");
            Saw(_tree.IsBorrowing(attempt) ? "borrows" : "does not borrow");
        }

        foreach (var level in _tree.View(new QuotaPath("main"), _ => true, _now)!.Levels)
            Compare(level);
    }

    private void Compare(QuotaNodeView level)
    {
        var path = level.Path.Value;
        Same(_twin.Live.Values.Count(c => c.Path.Value == path || c.Path.Value.StartsWith(path + "/", StringComparison.Ordinal)), level.Charges, $"charges at {path}");
        foreach (var resource in QuotaTwin.Resources)
        {
            Same(_twin.Used(path, resource), Amount(level.Used, resource), $"{path} uses of {resource}");
            Same(_twin.Kept(path, resource), Amount(level.Kept, resource), $"{path} keeps of {resource}");
            Same(_twin.Owed(path, resource), Amount(level.Owed, resource), $"{path} is owed of {resource}");
            Same(_twin.Borrowed(path, resource), Amount(level.Borrowed, resource), $"{path} borrows of {resource}");
        }

        Same(_twin.Spent(path, 0, _now), level.GpuMilliSeconds, $"GPU time of {path}");
        if (level.Budget is { } budget)
            Same(_twin.BudgetSpent(path, _now), budget.SpentMilliSeconds, $"spent of the budget of {path}");
    }

    private static long Amount(ImmutableArray<ResourceAmount> amounts, string resource) => QuotaTwin.Amount(amounts, resource) ?? 0;

    private static string Words(QuotaSpec spec) => string.Join(' ', new[]
    {
        Words("nominal", spec.Nominal), Words("limit", spec.Limit), Words("borrow", spec.BorrowingLimit), Words("lend", spec.LendingLimit), Words("per user", spec.MaxPerUser),
        string.Join(' ', spec.PriorityCaps.Select(c => Words($"from {c.MinPriority}", c.Amounts))), $"{spec.Budget}",
    }.Where(w => w.Length > 0));

    private static string Words(string what, ImmutableArray<ResourceAmount> amounts) =>
        amounts.IsEmpty ? "" : $"{what} {string.Join(',', amounts.Select(a => $"{a.Amount} {a.Resource}"))}";
}
