using System.Collections.Immutable;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Fairness;

/// <summary>The book against a twin that adds everything up anew from a list of who used what and when.</summary>
public sealed class RandomFairShareTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(10);
    private static readonly string[] Resources = ["gpu", "gpu/H100", "cpu"];
    private static readonly string[] Leaves =
        [.. from t in Enumerable.Range(0, 3) from u in Enumerable.Range(0, 3) select $"c/t{t}/u{u}", "c/t0", "c", "d/t0/u0", "d"];

    private readonly List<Use> _uses = [];
    private readonly Dictionary<string, (int Weight, ImmutableArray<ResourceAmount> Nominal)> _settings = [];
    private FairShareBook _book = new(HalfLife);
    private FairLeaves _wanting = null!;
    private DateTimeOffset _now = Start;
    private long[] _capacity = [100_000, 50_000, 1_000_000];

    private sealed class Use(string path, ImmutableArray<ResourceAmount> amounts, DateTimeOffset from)
    {
        public string Path => path;
        public ImmutableArray<ResourceAmount> Amounts => amounts;
        public DateTimeOffset From => from;
        public DateTimeOffset? Until { get; set; }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Shares_and_order_are_those_that_the_twin_adds_up(int seed)
    {
        var random = new Random(seed);
        _book.SetCapacity(Capacity());
        _wanting = _book.NewLeaves();
        HashSet<string> wanting = [];
        for (var step = 0; step < 2_000; step++)
        {
            Step(random, wanting);
            Assert.Equal([.. wanting.OrderBy(p => new QuotaPath(p), _book)], _wanting.InOrder.Select(p => p.Value));
            Assert.Equal(_wanting.InOrder.Select(p => (QuotaPath?)p).FirstOrDefault(), _wanting.First);
            if (step % 10 == 0)
            {
                _book.Tick(_now);
                CompareShares(step);
                CompareOrder(step);
            }

            if (step % 500 == 499)
                Restart(wanting);
        }
    }

    private void Step(Random random, HashSet<string> wanting)
    {
        var path = Leaves[random.Next(Leaves.Length)];
        switch (random.Next(10))
        {
            case 0:
                _now += TimeSpan.FromSeconds(random.Next(60_000));
                _uses.RemoveAll(u => u.Until < _now - (HalfLife * 30)); // Past counting, for both.
                break;
            case 1:
                var level = random.Next(3) switch { 0 => path, 1 => path.Split('/')[0], _ => $"c/t{random.Next(3)}" };
                var setting = (random.Next(1, 5), Amounts(random, 60_000));
                _settings[level] = setting;
                _book.SetLevel(new QuotaPath(level), setting.Item1, setting.Item2);
                break;
            case 2:
                _capacity = [random.Next(50_000, 150_000), random.Next(3) == 0 ? 0 : random.Next(10_000, 60_000), random.Next(500_000, 1_500_000)];
                _book.SetCapacity(Capacity());
                break;
            case < 5:
                Assert.Equal(wanting.Add(path), _wanting.Add(new QuotaPath(path)));
                break;
            case 5:
                Assert.Equal(wanting.Remove(path), _wanting.Remove(new QuotaPath(path)));
                break;
            case < 8 when _uses.Exists(u => u.Until is null):
                var open = _uses.FindAll(u => u.Until is null);
                var over = open[random.Next(open.Count)];
                over.Until = _now;
                _book.Refund(new QuotaPath(over.Path), over.Amounts, _now);
                break;
            default:
                var use = new Use(path, Amounts(random, 20_000), _now);
                _uses.Add(use);
                _book.Charge(new QuotaPath(path), use.Amounts, _now);
                break;
        }
    }

    private void CompareShares(int step)
    {
        foreach (var level in Leaves.SelectMany(Levels).Distinct())
        {
            var share = _book.ShareOf(new QuotaPath(level));
            var expected = Twin(u => u.Path == level || u.Path.StartsWith(level + "/", StringComparison.Ordinal), level);
            Assert.True(Math.Abs(share.Weighted - expected.Weighted) < 1e-4, $"step {step}: {level} {share}, expected {expected}");
            Assert.True(share.IsOwed == expected.Owed, $"step {step}: {level} {share}, expected {expected}");
        }
    }

    private void CompareOrder(int step)
    {
        foreach (var a in Leaves)
        {
            foreach (var b in Leaves)
            {
                var order = _book.Compare(new QuotaPath(a), new QuotaPath(b));
                var (ka, kb) = KeysWhereTheyPart(a, b);
                if (a == b)
                    Assert.Equal(0, order);
                else if (ka.Owed != kb.Owed)
                    Assert.True(ka.Owed == (order < 0), $"step {step}: {a} {b}");
                else if (Math.Abs(ka.Weighted - kb.Weighted) > 2e-4)
                    Assert.True(ka.Weighted < kb.Weighted == (order < 0), $"step {step}: {a} {b} {ka} {kb}");
                else
                    Assert.NotEqual(0, order);
            }
        }
    }

    private ((bool Owed, double Weighted), (bool Owed, double Weighted)) KeysWhereTheyPart(string a, string b)
    {
        var (la, lb) = (Levels(a), Levels(b));
        var i = 0;
        while (i < la.Length && i < lb.Length && la[i] == lb[i])
            i++;
        return (Key(la, i, a), Key(lb, i, b));

        (bool, double) Key(string[] levels, int at, string path) => at < levels.Length
            ? Twin(u => u.Path == levels[at] || u.Path.StartsWith(levels[at] + "/", StringComparison.Ordinal), levels[at])
            : Twin(u => u.Path == path, null);
    }

    /// <summary>From the list of uses alone, with the maths library's powers.</summary>
    private (bool Owed, double Weighted) Twin(Func<Use, bool> counts, string? level)
    {
        var (weight, nominal) = level is not null && _settings.TryGetValue(level, out var set) ? set : (1, []);
        var share = 0.0;
        var (room, above) = (false, false);
        for (var r = 0; r < Resources.Length; r++)
        {
            var (used, past) = (0L, 0.0);
            foreach (var use in _uses.Where(counts))
            {
                var amount = use.Amounts.FirstOrDefault(x => x.Resource == Resources[r]).Amount;
                used += use.Until is null ? amount : 0;
                past += amount * (Half(_now - (use.Until ?? _now)) - Half(_now - use.From));
            }

            if (_capacity[r] > 0)
                share = Math.Max(share, (used + past) / _capacity[r]);
            foreach (var owed in nominal.Where(n => n.Resource == Resources[r]))
                (room, above) = (room || used < owed.Amount, above || used > owed.Amount);
        }

        return (room && !above, share / weight);
    }

    private static double Half(TimeSpan since) => Math.Pow(2, -(since / HalfLife));

    private void Restart(HashSet<string> wanting)
    {
        var restored = FairShareBook.Restore(_book.Snapshot(), HalfLife);
        foreach (var a in Leaves)
        {
            Assert.Equal(_book.ShareOf(new QuotaPath(a)), restored.ShareOf(new QuotaPath(a)));
            foreach (var b in Leaves)
                Assert.Equal(_book.Compare(new QuotaPath(a), new QuotaPath(b)), restored.Compare(new QuotaPath(a), new QuotaPath(b)));
        }

        _book = restored;
        _wanting = restored.NewLeaves();
        foreach (var path in wanting)
            _wanting.Add(new QuotaPath(path));
    }

    private ImmutableArray<ResourceAmount> Capacity() => [.. Resources.Select((r, i) => new ResourceAmount(r, _capacity[i]))];

    private static ImmutableArray<ResourceAmount> Amounts(Random random, int most) =>
        [.. Resources.Where(_ => random.Next(3) > 0).Select(r => new ResourceAmount(r, random.Next(most)))];

    private static string[] Levels(string path)
    {
        var parts = path.Split('/');
        return [.. Enumerable.Range(1, parts.Length).Select(n => string.Join('/', parts.Take(n)))];
    }
}
