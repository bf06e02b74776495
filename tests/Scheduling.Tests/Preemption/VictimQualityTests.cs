using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

/// <summary>Plans on random pools, against trying every subset of victims.</summary>
public sealed class VictimQualityTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(20, 2, 10)]
    [InlineData(20, 1, 10)]
    [InlineData(0, 1, 13)]
    public void Plans_cost_at_most_a_twentieth_more_than_the_best_there_is(int exactUpTo, int roles, int victims)
    {
        double cost = 0, evicted = 0;
        var plans = 0;
        var options = Crowd.Options with { ExactUpTo = exactUpTo };
        for (var seed = 0; seed < Ops.Of(500); seed++)
        {
            var random = new Random(seed);
            var crowd = Crowd.Random(random, victims);
            var request = new RandomPool(random).Request(roles);
            if (crowd.Index.Fits(request)) continue;
            var best = Best(crowd, request);
            var answer = crowd.Find(request, options);
            Assert.Equal(best is null, answer is PreemptionAnswer.Useless);
            if (best is not { } least || answer is not PreemptionAnswer.Evict found) continue;
            Check(crowd, request, found.Plan);
            Assert.True(found.Plan.Cost >= least.Cost, $"seed {seed}: {found.Plan.Cost} is better than the best, {least.Cost}");
            cost += least.Cost == 0 ? found.Plan.Cost == 0 ? 1 : 9 : found.Plan.Cost / (double)least.Cost;
            evicted += least.Count == 0 ? found.Plan.Victims.Length == 0 ? 1 : 9 : found.Plan.Victims.Length / (double)least.Count;
            plans++;
        }

        output.WriteLine($"{plans} plans: cost {cost / plans:N4}, evicted {evicted / plans:N4} of the best");
        Assert.True(plans > Ops.Of(500) / 7, $"{plans} plans");
        Assert.True(cost / plans <= 1.05, $"cost {cost / plans:N3}");
        Assert.True(evicted / plans <= 1.05, $"evicted {evicted / plans:N3}");
    }

    [Fact]
    public void With_equal_prices_plans_evict_at_most_a_twentieth_more_than_the_fewest()
    {
        double ratio = 0;
        var plans = 0;
        for (var seed = 0; seed < Ops.Of(400); seed++)
        {
            var random = new Random(7000 + seed);
            var crowd = Crowd.Random(random, victims: 11);
            // Equal price for all: the restart of the same GPU time, whatever the size.
            for (var i = 0; i < crowd.Victims.Count; i++)
            {
                var gpu = Math.Max(crowd.Victims[i].GpuMilli, crowd.Victims[i].Roles.Sum(r => r.Count));
                crowd.Victims[i] = crowd.Victims[i] with { LastCheckpointAt = null, IsStopping = false, RestartCost = TimeSpan.FromSeconds(64_000_000 / gpu) };
            }

            var options = Crowd.Options with { ExactUpTo = 0, Pricing = new EvictionPricing { MaxRestartCost = TimeSpan.FromDays(10_000) } };
            var request = new RandomPool(random).Request();
            if (crowd.Index.Fits(request) || Best(crowd, request, _ => 1) is not { } least) continue;
            if (crowd.Find(request, options) is not PreemptionAnswer.Evict found) continue;
            ratio += found.Plan.Victims.Length / (double)least.Count;
            plans++;
        }

        output.WriteLine($"{plans} plans: evicted {ratio / plans:N4} of the fewest");
        Assert.True(plans > Ops.Of(400) / 5, $"{plans} plans");
        Assert.True(ratio / plans <= 1.05, $"{ratio / plans:N3}");
    }

    [Fact]
    public void Under_slices_limits_per_domain_nvlink_domains_and_spares_no_plan_is_missed_and_few_cost_more_than_the_best()
    {
        double cost = 0;
        var (plans, missed) = (0, 0);
        for (var seed = 0; seed < Ops.Of(500); seed++)
        {
            var random = new Random(50_000 + seed);
            var pool = new RandomPool(random);
            var racks = Enumerable.Range(0, 4).Select(r => Ruled(random, pool.Rack($"b{r / 2}", $"r{r}", 4, uniform: true))).ToList();
            var crowd = Crowd.Random(random, victims: 10, racks, () => TextPool.Gang(random.Next(1, 4), TextPool.Shape(random.Next(2) == 0 ? 4 : 8)));
            var request = Ruled(random);
            if (crowd.Index.Fits(request) || Best(crowd, request) is not { } least) continue;
            if (crowd.Find(request) is not PreemptionAnswer.Evict found)
            {
                missed++;
                continue;
            }

            Check(crowd, request, found.Plan);
            cost += least.Cost == 0 ? 1 : found.Plan.Cost / (double)least.Cost;
            plans++;
        }

        output.WriteLine($"{plans} plans: cost {cost / plans:N4} of the best; {missed} missed");
        Assert.True(plans > Ops.Of(500) / 9, $"{plans} plans");
        Assert.Equal(0, missed);
        Assert.True(cost / plans <= 1.05, $"cost {cost / plans:N3}");
    }

    internal static RackSpec Ruled(Random random, RackSpec rack) => rack with
    {
        Spares = random.Next(3) == 0 ? 1 : 0,
        Nodes = [.. rack.Nodes.Select((n, i) => n with { Domain = $"d{i / 2}" })],
    };

    internal static GangRequest Ruled(Random random)
    {
        TopologyLevel[] levels = [TopologyLevel.Node, TopologyLevel.NvlinkDomain, TopologyLevel.Rack, TopologyLevel.Block];
        TopologyLevel Level() => levels[random.Next(4)];
        var size = random.Next(1, 4);
        var gang = TextPool.Gang(size * random.Next(1, 4), TextPool.Shape(random.Next(2) == 0 ? 4 : 8), random.Next(2) == 0 ? Level() : TopologyLevel.None);
        return gang with
        {
            Roles = [gang.Roles[0] with
            {
                Slices = random.Next(2) == 0 ? new SliceRule { Size = size, Level = Level() } : null,
                AntiAffinity = random.Next(2) == 0 ? new AntiAffinityRule { Level = Level(), MaxPerDomain = random.Next(1, 4) } : null,
            }],
        };
    }

    [Fact]
    public void Plans_in_big_pools_are_proven_and_spare_whom_they_can()
    {
        for (var seed = 0; seed < Ops.Of(25); seed++)
        {
            var random = new Random(900 + seed);
            var pool = new RandomPool(random);
            var racks = Enumerable.Range(0, 24).Select(r => pool.Rack($"b{r / 6}", $"r{r:D2}", 16, uniform: true)).ToList();
            var crowd = Crowd.Random(random, victims: 300, racks, () => Gang(random, 8));
            var request = Gang(random, 60);
            if (crowd.Index.Fits(request)) continue;
            if (crowd.Find(request) is not PreemptionAnswer.Evict found) continue;
            Check(crowd, request, found.Plan);
        }
    }

    private static GangRequest Gang(Random random, int most) =>
        TextPool.Gang(random.Next(1, most + 1), TextPool.Shape(random.Next(3) == 0 ? 4 : 8, cpu: 1000), (TopologyLevel)(random.Next(2) * random.Next(2, 4)));

    /// <summary>The target is free once exactly the victims are gone, none of them can be spared, and the index is as it was.</summary>
    private static void Check(Crowd crowd, GangRequest request, PreemptionPlan plan)
    {
        var gone = plan.Victims.Concat(plan.WaitsFor).Select(a => crowd.Named(a.Job.Value)).ToList();
        Assert.All(plan.WaitsFor, a => Assert.True(crowd.Named(a.Job.Value).IsStopping));
        Assert.Equal(plan.Cost, gone.Sum(v => EvictionCost.Of(v, Crowd.Now, EvictionPricing.Default)));
        var before = crowd.Index.Totals;
        using (var trial = crowd.Index.BeginTrial())
        {
            foreach (var victim in gone) trial.Release(victim.Placement, victim.Roles);
            Assert.True(trial.TryTake(plan.Target, request.Roles));
            Assert.Equal(request.TotalWorkers, plan.Target.TotalWorkers);
        }

        foreach (var spared in gone)
        {
            using var trial = crowd.Index.BeginTrial();
            foreach (var victim in gone.Where(v => v != spared)) trial.Release(victim.Placement, victim.Roles);
            Assert.False(trial.Fits(request), $"{spared.Attempt} need not go");
        }

        Assert.Equal(before, crowd.Index.Totals);
    }

    /// <summary>Every subset, in a gray order: one victim comes or goes at a time.</summary>
    private static (long Cost, int Count)? Best(Crowd crowd, GangRequest request, Func<Victim, long>? priceOf = null)
    {
        var victims = crowd.Victims;
        var prices = victims.Select(v => priceOf?.Invoke(v) ?? EvictionCost.Of(v, Crowd.Now, EvictionPricing.Default)).ToArray();
        (long Cost, int Count)? best = null;
        var gone = new bool[victims.Count];
        long cost = 0;
        var count = 0;
        for (var step = 1; step <= 1 << victims.Count; step++)
        {
            if (best is null || (cost, count).CompareTo(best.Value) < 0)
                if (crowd.Index.Fits(request)) best = (cost, count);
            var flip = Math.Min(System.Numerics.BitOperations.TrailingZeroCount(step), victims.Count - 1);
            var sign = gone[flip] ? -1 : 1;
            gone[flip] ^= true;
            cost += sign * prices[flip];
            count += victims[flip].IsStopping ? 0 : sign;
            if (gone[flip]) crowd.Index.Release(victims[flip].Placement, victims[flip].Roles);
            else crowd.Index.Take(victims[flip].Placement, victims[flip].Roles);
        }

        for (var i = 0; i < gone.Length; i++)
            if (gone[i]) crowd.Index.Take(victims[i].Placement, victims[i].Roles);
        return best;
    }
}
