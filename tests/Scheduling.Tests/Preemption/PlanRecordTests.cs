using System.Globalization;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Quotas;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

/// <summary>Who would have to go for random gangs on random crowded pools: see <see cref="Records"/>.</summary>
public sealed class PlanRecordTests
{
    public static TheoryData<string, int> Scenes => new(
        from kind in new[] { "any", "greedy", "ruled", "reclaim", "bounded", "crowded" }
        from number in Enumerable.Range(0, kind == "crowded" ? 2 : 4)
        select (kind, number));

    [Theory]
    [MemberData(nameof(Scenes))]
    public void Those_are_named_who_were_named_when_it_was_written_down(string kind, int number)
    {
        var (plans, none, cost, sum) = (0, 0, 0L, 0UL);
        for (var scene = 0; scene < (kind == "crowded" ? 3 : 14); scene++)
        {
            var random = new Random((number * 100) + scene + (kind.Length * 10_000));
            var (crowd, request) = Scene(kind, random);
            switch (crowd.Find(request, Options(kind, random)))
            {
                case PreemptionAnswer.Evict { Plan: var plan }:
                    plans++;
                    cost += plan.Cost;
                    sum = Records.Sum(sum, $"{string.Join(' ', plan.Victims)} after {string.Join(' ', plan.WaitsFor)} {plan.Cost} {plan.GpuMilliFreed} {string.Join(' ', plan.Target.Racks.Select(r => $"{r.Rack}:{string.Join(',', r.Workers)}"))}");
                    break;
                case PreemptionAnswer.OverBudget over:
                    none++;
                    sum = Records.Sum(sum, $"{over.Needed} of {over.Allowed}");
                    break;
                default:
                    none++;
                    sum = Records.Sum(sum, "useless");
                    break;
            }
        }

        Records.Check("Preemption", $"{kind} {number}", string.Create(CultureInfo.InvariantCulture, $"{plans} plans of {cost}, {none} without one, {sum:x16}"));
    }

    private static PreemptionOptions Options(string kind, Random random) => kind switch
    {
        "greedy" => Crowd.Options with { ExactUpTo = 0 },
        "bounded" => Crowd.Options with { MaxVictims = random.Next(1, 4), MaxDomains = 2, MaxCandidates = 8, ExactUpTo = 6, MaxWork = 500, MaxTrials = 4 },
        "reclaim" => Crowd.Options with
        {
            Reclaim = random.Next(2) == 0
                ? [new ReclaimNeed(ResourceNames.Gpu, random.Next(1, 5) * 4000, [new QuotaPath("all/a")])]
                : [new ReclaimNeed(ResourceNames.Gpu, random.Next(1, 5) * 4000, []) { Borrowers = [Borrower("all/a", 8000), Borrower("all/b", 12_000)] }],
        },
        _ => Crowd.Options,
    };

    private static QuotaBorrower Borrower(string path, long above) => new() { Path = new QuotaPath(path), Resource = ResourceNames.Gpu, Above = above };

    private static (Crowd Crowd, GangRequest Request) Scene(string kind, Random random)
    {
        var pool = new RandomPool(random);
        if (kind == "crowded")
        {
            var racks = Enumerable.Range(0, 12).Select(r => pool.Rack($"b{r / 4}", $"r{r:D2}", 12, uniform: true)).ToList();
            return (Crowd.Random(random, victims: 120, racks, () => TextPool.Gang(random.Next(1, 7), TextPool.Shape(random.Next(3) == 0 ? 4 : 8, cpu: 1000))), TextPool.Gang(random.Next(4, 40), TextPool.Shape(8), (TopologyLevel)(random.Next(2) * random.Next(2, 4))));
        }

        if (kind == "ruled")
        {
            var racks = Enumerable.Range(0, 4).Select(r => VictimQualityTests.Ruled(random, pool.Rack($"b{r / 2}", $"r{r}", 4, uniform: true))).ToList();
            return (Crowd.Random(random, victims: 10, racks, () => TextPool.Gang(random.Next(1, 4), TextPool.Shape(random.Next(2) == 0 ? 4 : 8))), VictimQualityTests.Ruled(random));
        }

        var crowd = Crowd.Random(random, victims: 24);
        if (kind == "reclaim")
        {
            for (var i = 0; i < crowd.Victims.Count; i++)
            {
                var victim = crowd.Victims[i];
                crowd.Victims[i] = victim with
                {
                    Quota = new QuotaPath($"all/{"abc"[random.Next(3)]}/u"),
                    Priority = random.Next(3),
                    Amounts = [new ResourceAmount(ResourceNames.Gpu, victim.Roles.Sum(r => r.Count * r.Shape.TotalGpuMilli))],
                };
            }
        }

        return (crowd, pool.Request(2));
    }
}
