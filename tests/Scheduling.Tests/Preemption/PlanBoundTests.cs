using System.Globalization;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Quotas;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

/// <summary>
/// How much work a search is until it finds a better plan: one that takes more, or less, is cut off elsewhere, and names others than the journal does
/// (I18). See <see cref="Records"/>.
/// </summary>
public sealed class PlanBoundTests
{
    /// <summary>Scenes in which more work finds better plans two times and more; without and with going through all combinations.</summary>
    public static TheoryData<int, int> Scenes => new(
        from scene in new[] { 355, 614, 642, 651, 716, 740, 755, 1536, 1576, 2520, 2998, 5375, 5558, 5953 }
        from exact in new[] { 0, 20 }
        select (scene, exact));

    [Theory]
    [MemberData(nameof(Scenes))]
    public void A_better_plan_is_found_after_as_much_work_as_when_it_was_written_down(int scene, int exactUpTo)
    {
        var (crowd, request) = Scene(scene);
        var steps = new List<string> { Plan(20) };
        for (var work = 20; work < 60_000; work *= 2)
        {
            // The work with which it is found for the first time.
            var (without, with) = (work, work * 2);
            if (Plan(without) == Plan(with))
                continue;
            while (with - without > 1)
            {
                var middle = (without + with) / 2;
                if (Plan(middle) == Plan(work))
                    without = middle;
                else
                    with = middle;
            }

            steps.Add(string.Create(CultureInfo.InvariantCulture, $"from {with} {Plan(with)}"));
        }

        Records.Check("Preemption", $"work {scene} {exactUpTo}", string.Join(", ", steps));

        string Plan(int work) => crowd.Find(request, Crowd.Options with { MaxWork = work, ExactUpTo = exactUpTo }) is PreemptionAnswer.Evict { Plan: var plan }
            ? string.Create(CultureInfo.InvariantCulture, $"{plan.Victims.Length} for {plan.Cost}")
            : "nobody";
    }

    /// <summary>Nothing hides what was chosen first: no plan is bettered. Many equal prices, so that it is seen who goes of equals.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void Before_anything_is_improved_those_are_named_who_were_named_when_it_was_written_down(int number)
    {
        var (plans, sum) = (0, 0UL);
        for (var scene = 0; scene < 12; scene++)
        {
            var (crowd, request) = MixedScene((number * 100) + scene);
            foreach (var options in new[] { Crowd.Options with { MaxWork = 1, ExactUpTo = 0, MaxTrials = 0 }, Crowd.Options with { MaxWork = 300, ExactUpTo = 8, MaxTrials = 3, MaxDomains = 2 } })
            {
                var answer = crowd.Find(request, options);
                plans += answer is PreemptionAnswer.Evict ? 1 : 0;
                sum = Records.Sum(sum, answer is PreemptionAnswer.Evict { Plan: var p } ? $"{string.Join(' ', p.Victims)} after {string.Join(' ', p.WaitsFor)} {p.Cost}" : $"{answer}");
            }
        }

        Records.Check("Preemption", $"first {number}", string.Create(CultureInfo.InvariantCulture, $"{plans} plans, {sum:x16}"));
    }

    /// <summary>Gangs of two roles, quota that is called back, spares and budgets: nobody is exchanged afterwards, so that it is seen what was counted on.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void For_gangs_of_several_roles_those_are_named_who_were_named_when_it_was_written_down(int number)
    {
        var (plans, sum) = (0, 0UL);
        for (var scene = 0; scene < 10; scene++)
        {
            var random = new Random(40_000 + (number * 100) + scene);
            var (crowd, request) = RoleScene(number, random);
            var need = new ReclaimNeed(ResourceNames.Gpu, random.Next(1, 5) * 3000, [new QuotaPath("all/a")]);
            foreach (var options in new[]
            {
                Crowd.Options with { MaxWork = 1, ExactUpTo = 0, MaxTrials = 0 },
                Crowd.Options with { MaxTrials = 0, Reclaim = [need] },
                Crowd.Options with { MaxTrials = 2, Reclaim = [need, need with { Amount = 2000, From = [new QuotaPath("all/b")] }], MaxDomains = 1 },
                Crowd.Options with { MaxTrials = 0, ExactUpTo = 0, MaxVictims = random.Next(1, 4) },
            })
            {
                var answer = crowd.Find(request, options);
                plans += answer is PreemptionAnswer.Evict ? 1 : 0;
                sum = Records.Sum(sum, answer is PreemptionAnswer.Evict { Plan: var p } ? $"{string.Join(' ', p.Victims)} after {string.Join(' ', p.WaitsFor)} {p.Cost}" : $"{answer}");
            }
        }

        Records.Check("Preemption", $"roles {number}", string.Create(CultureInfo.InvariantCulture, $"{plans} plans, {sum:x16}"));
    }

    private static (Crowd Crowd, GangRequest Request) RoleScene(int number, Random random)
    {
        var pool = new RandomPool(random);
        var racks = Enumerable.Range(0, 4).Select(r => VictimQualityTests.Ruled(random, pool.Rack($"b{r / 2}", $"r{r}", 4, uniform: true)));
        var crowd = Crowd.Random(random, victims: 30, number % 2 == 0 ? racks : null, number % 2 == 0 ? () => TextPool.Gang(random.Next(1, 4), TextPool.Shape(random.Next(1, 5), cpu: 2000)) : null);
        for (var i = 0; i < crowd.Victims.Count; i++)
        {
            var victim = crowd.Victims[i];
            crowd.Victims[i] = victim with { Quota = new QuotaPath($"all/{"abc"[random.Next(3)]}/u"), Amounts = [new ResourceAmount(ResourceNames.Gpu, victim.GpuMilli)] };
        }

        if (number % 2 != 0)
            return (crowd, pool.Request(2));
        RoleSpec Role(string name, int gpus) => new() { Name = name, Count = random.Next(1, 4), Shape = TextPool.Shape(gpus, cpu: 1000 * random.Next(1, 9)) };
        return (crowd, new GangRequest { Roles = [Role("lead", random.Next(3)), Role("worker", random.Next(2, 9)), Role("more", random.Next(1, 5))], Topology = new TopologyRule { Required = (TopologyLevel)(random.Next(2) * random.Next(4)) } });
    }

    private static (Crowd Crowd, GangRequest Request) MixedScene(int number)
    {
        var random = new Random(90_000 + number);
        var pool = new RandomPool(random);
        var racks = Enumerable.Range(0, 4).Select(r => VictimQualityTests.Ruled(random, pool.Rack($"b{r / 2}", $"r{r}", 4, uniform: true)));
        // Of every third scene shares of GPUs, memory and all.
        Func<GangRequest>? draw = number % 3 == 0 ? null : () => TextPool.Gang(random.Next(1, 4), TextPool.Shape(random.Next(1, 4), cpu: 1000 * random.Next(8), memory: 1000 * random.Next(20)));
        var crowd = Crowd.Random(random, victims: 40, number % 3 == 0 ? null : racks, draw);
        for (var i = 0; i < crowd.Victims.Count; i++)
        {
            var started = Crowd.Now.AddHours(-random.Next(2, 4));
            var saved = random.Next(2) == 0 ? (DateTimeOffset?)null : Crowd.Now.AddMinutes(-random.Next(3));
            crowd.Victims[i] = crowd.Victims[i] with { StartedAt = started, LastCheckpointAt = saved, IsStopping = random.Next(10) == 0 };
        }

        var shape = number % 4 == 0 ? pool.Shape() : TextPool.Shape(random.Next(3, 7), cpu: random.Next(3) * 8000, memory: random.Next(3) * 20_000);
        return (crowd, TextPool.Gang(random.Next(1, 7), shape, (TopologyLevel)(random.Next(2) * random.Next(5))));
    }

    private static (Crowd Crowd, GangRequest Request) Scene(int number)
    {
        var random = new Random(70_000 + number);
        var pool = new RandomPool(random);
        var racks = Enumerable.Range(0, 2).Select(r => pool.Rack("b", $"r{r}", 6, uniform: true)).ToList();
        var crowd = Crowd.Random(random, victims: 40, racks, () => TextPool.Gang(random.Next(1, 7), TextPool.Shape(random.Next(1, 5), cpu: 1000)));
        return (crowd, TextPool.Gang(random.Next(3, 9), TextPool.Shape(8), (TopologyLevel)(random.Next(2) * 3)));
    }
}
