using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Quotas;

/// <summary>
/// Random operations on the tree and on its twin: the same answers, and everything conserved. The benchmark "quota" runs the same for
/// millions of steps.
/// </summary>
internal sealed class QuotaTwinRun(int seed)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);

    private readonly Random _random = new(seed);
    private readonly QuotaTwin _twin = new();
    private readonly List<QuotaEntry> _journal = [];
    private QuotaTree _tree = new("main");
    private DateTimeOffset _now = Start;
    private long _plan;
    private long _step;

    /// <summary>How often each kind of answer was given: a run in which one is missing says little.</summary>
    public SortedDictionary<string, int> Answers { get; } = new(StringComparer.Ordinal);

    public void Run(long steps)
    {
        for (_step = 0; _step < steps; _step++)
        {
            Step();
            if (_step % 500 == 0)
                CompareAll();
            if (_step % 10_000 == 9_999)
                Restart();
        }

        CompareAll();
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 3:
                Set();
                break;
            case < 6:
                _now += _random.Next(20) == 0 ? TimeSpan.FromHours(_random.Next(200)) : TimeSpan.FromMilliseconds(_random.Next(60_000));
                _twin.ForgetUsesBefore(_now.AddDays(-400));
                EndMarks();
                break;
            case 6:
                var called = Attempt();
                _tree.CallOff(called);
                _twin.Marks.Remove(called);
                break;
            case < 75:
                ChargeOne(Random());
                break;
            default:
                var plan = new PlanRef(Attempt(), Math.Max(1, _plan - _random.Next(200)));
                if (_twin.Live.TryGetValue(plan.Attempt, out var charge) && _random.Next(3) > 0)
                    plan = plan with { Plan = charge.Plan };
                RefundOne(plan);
                break;
        }
    }

    /// <summary>Answers the twin's words, which are the tree's too: null when granted.</summary>
    private string? ChargeOne(QuotaCharge charge)
    {
        var expected = _twin.Expect(charge, _now);
        var decision = _tree.DecideCharge(charge, _now);
        Holds(QuotaTwin.Text(decision) == expected, $"{charge.Attempt} plan {charge.Plan} to {charge.Path}, {string.Join(',', charge.Amounts)}: {decision}\nexpected {expected}");
        Saw(expected is null ? "granted" : expected.Contains(" owed by ", StringComparison.Ordinal) ? "owed" : expected.Split(' ')[0]);
        if (decision is ChargeDecision.Change { Entry: var entry })
        {
            Apply(entry);
            Holds(!entry.Charge!.Amounts.Any(a => a.Amount < 0), "a negative charge");
        }

        if (expected is null)
        {
            _twin.Charge(charge, _now);
            Holds(_tree.IsBorrowing(charge.Attempt) == _twin.IsBorrowing(charge), $"{charge.Attempt} borrows: {_tree.IsBorrowing(charge.Attempt)}");
            Saw(_tree.IsBorrowing(charge.Attempt) ? "borrows" : "does not borrow");
        }
        else if (decision is ChargeDecision.Refuse { Refusal: { Owed: true } refusal })
        {
            Mark(charge);
            if (_random.Next(4) == 0)
                Reclaim(charge, refusal);
        }
        else if (_tree.CallOff(charge.Attempt) is not null | _twin.Marks.Remove(charge.Attempt))
        {
            Saw("earmark dropped");
        }

        return expected;
    }

    /// <summary>
    /// What the refusal names is given back, one job after the other, while others go on asking: in the end the owner has it, or is held by
    /// something that is not anybody's debt.
    /// </summary>
    private void Reclaim(QuotaCharge owner, QuotaRefusal refusal)
    {
        foreach (var borrower in refusal.Borrowers)
        {
            foreach (var charge in _twin.Live.Values.Where(c => Owes(c, borrower)).OrderBy(c => c.Attempt.Job).ToList())
            {
                if (charge.Amounts.Any(a => a.Resource == borrower.Resource && a.Amount > 0) && _twin.Live.TryGetValue(charge.Attempt, out var live))
                {
                    RefundOne(new PlanRef(charge.Attempt, live.Plan));
                    var other = Random();
                    if (other.Attempt != owner.Attempt)
                        ChargeOther(other);
                }
            }
        }

        var words = ChargeOne(owner);
        Holds(words is null || words.StartsWith("User ", StringComparison.Ordinal) || words.StartsWith("Priority ", StringComparison.Ordinal), $"all was given back, and {owner.Attempt} is refused: {words}");
        Saw("reclaimed");
    }

    private static bool Owes(QuotaCharge charge, QuotaBorrower borrower) =>
        charge.Path == borrower.Path || (!borrower.OnlyDirect && charge.Path.Value.StartsWith(borrower.Path.Value + "/", StringComparison.Ordinal));

    /// <summary>As <see cref="ChargeOne"/>, but without taking back in turn.</summary>
    private void ChargeOther(QuotaCharge charge)
    {
        var expected = _twin.Expect(charge, _now);
        var decision = _tree.DecideCharge(charge, _now);
        Holds(QuotaTwin.Text(decision) == expected, $"{charge.Attempt} beside an owner: {decision}\nexpected {expected}");
        if (decision is ChargeDecision.Change { Entry: var entry })
            Apply(entry);
        if (expected is null)
            _twin.Charge(charge, _now);
    }

    private void Mark(QuotaCharge charge)
    {
        var until = _now + TimeSpan.FromSeconds(60);
        Holds(_tree.Earmark(charge, until), "no room for an earmark");
        _twin.Marks[charge.Attempt] = (charge, until, charge.Path.Value);
    }

    private void EndMarks()
    {
        var ended = _tree.EndEarmarks(_now);
        var expected = _twin.Marks.Where(m => m.Value.Until <= _now).ToList();
        Holds(ended.Select(p => p.Value).Order(StringComparer.Ordinal).SequenceEqual(expected.Select(m => m.Value.Charge.Path.Value).Order(StringComparer.Ordinal)), "other earmarks ended");
        foreach (var (attempt, _) in expected)
            _twin.Marks.Remove(attempt);
    }

    private void RefundOne(PlanRef plan)
    {
        var entry = _tree.DecideRefund(plan, _now);
        var isNewer = _twin.Live.TryGetValue(plan.Attempt, out var charge) && charge.Plan > plan.Plan;
        Holds(!isNewer || entry is null, $"the refund of {plan} ends a newer charge");
        if (entry is not null)
            Apply(entry);
        if (isNewer)
            return;
        _twin.Refund(plan.Attempt, _now);
        _twin.Refunded[plan.Attempt] = Math.Max(plan.Plan, _twin.Refunded.GetValueOrDefault(plan.Attempt));
    }

    private void Set()
    {
        var path = QuotaTwin.Levels[_random.Next(QuotaTwin.Levels.Length)];
        var nominal = _random.Next(3) > 0 ? Some(path.Length < 5 ? 90_000 : path.Length < 8 ? 40_000 : 15_000) : [];
        var spec = new QuotaSpec
        {
            Nominal = nominal,
            LendingLimit = path != "main" && _random.Next(3) == 0 ? [.. nominal.Select(n => n with { Amount = _random.NextInt64(n.Amount + 1) })] : [],
            BorrowingLimit = path != "main" && _random.Next(4) == 0 ? Some(30_000) : [],
            Limit = _random.Next(4) == 0 ? [.. Some(60_000).Select(l => l with { Amount = l.Amount + (QuotaTwin.Amount(nominal, l.Resource) ?? 20_000) })] : [],
            MaxPerUser = _random.Next(4) == 0 ? Some(40_000) : [],
            PriorityCaps = _random.Next(6) == 0 ? [new PriorityCap { MinPriority = 100 * _random.Next(1, 9), Amounts = Some(60_000) }] : [],
            Budget = _random.Next(6) == 0 ? Budget() : null,
            Weight = _random.Next(1, 5),
        };
        var expected = _twin.MaySet(path, spec);
        var decision = _tree.DecideSpec(new QuotaPath(path), spec, _tree.Version, _now);
        Holds(decision is not SpecDecision.Refuse == expected, $"{path} {spec}: {decision}, expected {expected}");
        Saw(expected ? "set" : "not set");
        if (decision is SpecDecision.Change { Entry: var entry })
            Apply(entry);
        if (expected)
            _twin.Set(path, spec, _now);
    }

    private GpuHourBudget Budget()
    {
        var period = (BudgetPeriod)_random.Next(4);
        return new GpuHourBudget { Hours = _random.Next(period == BudgetPeriod.None ? 100_000 : 30_000), Period = period, Days = period == BudgetPeriod.Rolling ? _random.Next(1, 60) : 0 };
    }

    private void CompareAll()
    {
        _tree.CheckInvariants();
        Holds(_twin.Live.Count == _tree.Charges.Count, $"{_tree.Charges.Count} charges");
        foreach (var level in _tree.View(new QuotaPath("main"), _ => true, _now)!.Levels)
        {
            foreach (var resource in QuotaTwin.Resources)
                Holds((QuotaTwin.Amount(level.Used, resource) ?? 0) == _twin.Used(level.Path.Value, resource), $"{level.Path} uses {string.Join(',', level.Used)}");
        }
    }

    private void Restart()
    {
        var replayed = new QuotaTree("main");
        foreach (var entry in _journal)
            replayed.Apply(entry);
        var restored = QuotaTree.Restore(_tree.Snapshot());
        Holds(_tree.Text() == replayed.Text(), $"replayed:\n{replayed.Text()}\nwas\n{_tree.Text()}");
        Holds(_tree.Text() == restored.Text(), $"restored:\n{restored.Text()}\nwas\n{_tree.Text()}");
        _tree = restored;
        _twin.Marks.Clear();
    }

    private void Apply(QuotaEntry entry)
    {
        _tree.Apply(entry);
        _journal.Add(entry);
    }

    private QuotaCharge Random()
    {
        var attempt = Attempt();
        var number = int.Parse(attempt.Job.Value.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
        return new QuotaCharge
        {
            Attempt = attempt,
            Path = new QuotaPath(QuotaTwin.Levels[number % QuotaTwin.Levels.Length]),
            Amounts = [.. QuotaTwin.Resources.Take(1 + (number % 3)).Select((r, i) => new ResourceAmount(r, _random.Next(40) == 0 ? -_random.Next(1, 9000) : number % 10 * 1000 / (i + 1)))],
            Plan = _random.Next(10) == 0 ? Math.Max(1, _plan - _random.Next(200)) : ++_plan,
            Priority = number * 37 % 1000,
            User = number % 4 == 0 ? null : $"p{number % 5}",
        };
    }

    private AttemptId Attempt() => new(new JobId($"j{_random.Next(90)}"), 1);

    private ImmutableArray<ResourceAmount> Some(int most) => [.. QuotaTwin.Resources.Where(_ => _random.Next(3) > 0).Select(r => new ResourceAmount(r, _random.Next(most)))];

    private void Saw(string answer) => Answers[answer] = Answers.GetValueOrDefault(answer) + 1;

    private void Holds(bool holds, string message)
    {
        if (!holds)
            throw new InvalidOperationException($"seed {seed}, step {_step}: {message}");
    }
}
