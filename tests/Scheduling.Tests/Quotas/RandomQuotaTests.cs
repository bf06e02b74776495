using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>I3 under a million random operations: usage is the sum of the live charges at every level, never negative, never above a limit.</summary>
public sealed class RandomQuotaTests
{
    private const int Teams = 4;
    private const int Users = 3;
    private static readonly string[] Resources = ["gpu", "gpu/H100", "cpu"];

    private readonly Dictionary<AttemptId, QuotaCharge> _live = [];
    private readonly Dictionary<AttemptId, long> _refunded = [];
    private readonly Dictionary<(string, string), long> _limits = [];
    private readonly List<QuotaEntry> _journal = [];
    private QuotaTree _tree = new("main");
    private long _plan;
    private int _granted;
    private int _refused;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Usage_is_the_sum_of_live_charges_whatever_happens(int seed)
    {
        const int Steps = 260_000;
        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            Step(random, step);
            if (step % 1_000 == 0)
                CompareAll(step);
            if (step % 50_000 == 0)
                Restart();
        }

        CompareAll(Steps);
        Assert.True(_granted > Steps / 20 && _refused > Steps / 20, $"granted {_granted}, refused {_refused}: the test says little");
    }

    private void Step(Random random, int step)
    {
        switch (random.Next(100))
        {
            case 0:
                SetLimit(random);
                break;
            case < 60:
                ChargeOne(random, step);
                break;
            default:
                var job = $"j{random.Next(200)}";
                var plan = new PlanRef(Attempt(job), Math.Max(1, _plan - random.Next(300)));
                if (_live.TryGetValue(plan.Attempt, out var charge) && random.Next(2) == 0)
                    plan = plan with { Plan = charge.Plan };
                RefundOne(plan, step);
                break;
        }
    }

    private void ChargeOne(Random random, int step)
    {
        var job = $"j{random.Next(200)}";
        var charge = new QuotaCharge
        {
            Attempt = Attempt(job),
            Path = new QuotaPath($"main/t{job.Length % Teams}/u{job[^1] % Users}"),
            Amounts = [.. Resources.Take(1 + (job[^1] % 3)).Select((r, i) => new ResourceAmount(r, random.Next(30) == 0 ? -random.Next(1, 9000) : (job[^1] - '0') * 1000 * (i + 1)))],
            Plan = random.Next(10) == 0 ? Math.Max(1, _plan - random.Next(300)) : ++_plan,
        };

        var decision = _tree.DecideCharge(charge);
        var expected = Expect(charge);
        Assert.True(decision is not ChargeDecision.Refuse == expected, $"step {step}: {charge.Attempt} plan {charge.Plan}: {decision}, expected {expected}");
        _ = expected ? _granted++ : _refused++;
        if (decision is ChargeDecision.Change { Entry: var entry })
            Apply(entry);
        if (expected)
            _live[charge.Attempt] = charge;
    }

    /// <summary>The rule, told as dumbly as possible: add everything up at each level.</summary>
    private bool Expect(QuotaCharge charge)
    {
        if (charge.Amounts.Any(a => a.Amount < 0))
            return false;
        if (_live.TryGetValue(charge.Attempt, out var existing))
            return charge.Plan >= existing.Plan && charge.Amounts.SequenceEqual(existing.Amounts);
        if (_refunded.TryGetValue(charge.Attempt, out var refunded) && charge.Plan <= refunded)
            return false;
        return Levels(charge.Path).All(level => charge.Amounts.All(a =>
            a.Amount == 0 || !_limits.TryGetValue((level, a.Resource), out var limit) || Sum(level, a.Resource) + a.Amount <= limit));
    }

    private void RefundOne(PlanRef plan, int step)
    {
        var entry = _tree.DecideRefund(plan);
        var isNewer = _live.TryGetValue(plan.Attempt, out var charge) && charge.Plan > plan.Plan;
        Assert.False(isNewer && entry is not null, $"step {step}: refund of {plan} ends a newer charge");
        if (entry is not null)
            Apply(entry);
        if (isNewer)
            return;
        _live.Remove(plan.Attempt);
        _refunded[plan.Attempt] = Math.Max(plan.Plan, _refunded.GetValueOrDefault(plan.Attempt));
    }

    private void SetLimit(Random random)
    {
        var path = random.Next(3) switch
        {
            0 => "main",
            1 => $"main/t{random.Next(Teams)}",
            _ => $"main/t{random.Next(Teams)}/u{random.Next(Users)}",
        };
        var limits = ImmutableArray.CreateBuilder<ResourceAmount>();
        foreach (var resource in Resources)
        {
            if (random.Next(3) > 0)
                limits.Add(new ResourceAmount(resource, random.Next(20_000, 300_000)));
        }

        var spec = new QuotaSpec { Limit = limits.ToImmutable() };
        var decision = _tree.DecideSpec(new QuotaPath(path), spec, _tree.Version);
        var expected = spec.Limit.All(l => Sum(path, l.Resource) <= l.Amount);
        Assert.Equal(expected, decision is not SpecDecision.Refuse);
        if (!expected)
            return;
        if (decision is SpecDecision.Change { Entry: var entry })
            Apply(entry);
        foreach (var resource in Resources)
            _limits.Remove((path, resource));
        foreach (var (resource, amount) in spec.Limit)
            _limits[(path, resource)] = amount;
    }

    private void Apply(QuotaEntry entry)
    {
        _tree.Apply(entry);
        _journal.Add(entry);
    }

    private void CompareAll(int step)
    {
        _tree.CheckInvariants();
        Assert.Equal(_live.Count, _tree.Charges.Count);
        foreach (var level in _tree.View(new QuotaPath("main"), _ => true)!.Levels)
        {
            foreach (var resource in Resources)
            {
                var used = level.Used.FirstOrDefault(u => u.Resource == resource).Amount;
                Assert.True(used == Sum(level.Path.Value, resource) && used >= 0, $"step {step}: {level.Path} {resource} {used}");
                Assert.True(!_limits.TryGetValue((level.Path.Value, resource), out var limit) || used <= limit, $"step {step}: {level.Path} above its limit");
            }
        }
    }

    private void Restart()
    {
        var replayed = new QuotaTree("main");
        foreach (var entry in _journal)
            replayed.Apply(entry);
        var restored = QuotaTree.Restore(_tree.Snapshot());
        Assert.Equal(_tree.Text(), replayed.Text());
        Assert.Equal(_tree.Text(), restored.Text());
        _tree = restored;
    }

    private long Sum(string level, string resource)
    {
        var sum = 0L;
        foreach (var charge in _live.Values)
        {
            if (!Levels(charge.Path).Contains(level))
                continue;
            foreach (var amount in charge.Amounts)
                sum += amount.Resource == resource ? amount.Amount : 0;
        }

        return sum;
    }

    private static string[] Levels(QuotaPath path)
    {
        var parts = path.Value.Split('/');
        return [parts[0], $"{parts[0]}/{parts[1]}", path.Value];
    }
}
