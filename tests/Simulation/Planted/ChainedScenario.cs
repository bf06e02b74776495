using System.Collections.Immutable;
using Scheduling.Model;

namespace Simulation.Planted;

/// <summary>Nearly every job waits for another to end, and a third of all messages is lost.</summary>
internal static class ChainedScenario
{
    public static FaultRates Rates { get; } = new() { Loss = 0.3 };

    public static Scenario Draw(int seed)
    {
        var random = new Random(seed);
        var ops = ImmutableArray.CreateBuilder<Op>();
        ops.Add(new Op.SetFaults(Rates) { Seed = random.Next() });
        for (var i = 0; i < 40; i++)
        {
            var id = new JobId($"j-{i:000}");
            ops.Add(new Op.Submit(id, Spec(id, i, random)) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(300)) });
            ops.Add(new Op.RunBackend(BackendMood.Finishing) { Seed = random.Next(), Then = TimeSpan.FromSeconds(random.Next(4)) });
        }

        return new Scenario { Seed = seed, Profile = Grounds.Chained.Profile, Ops = ops.ToImmutable() };
    }

    private static JobSpec Spec(JobId id, int number, Random random) => new()
    {
        Name = id.Value, Tenant = new TenantId("t0"), User = "u", Quota = new QuotaPath("c/t0/u"), Pool = World.Pool,
        DependsOn = number < 4 ? [] : [.. Enumerable.Range(0, 2).Select(_ => new JobId($"j-{random.Next(number):000}")).Distinct().Select(j => new JobDependency(j, DependencyCondition.Ended))],
        Roles = [new RoleSpec { Name = "w", Count = 1, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 2, GpuMilli = 1000 } }],
    };
}
