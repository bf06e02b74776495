using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.Planted;

/// <summary>
/// Two teams with little quota: most charges are refused at first, and asked for again when somebody has ended. Meanwhile messages are doubled, the
/// second time long after, or lost, or slow, and silos crash.
/// </summary>
internal static class TightScenario
{
    public static FaultRates Doubled { get; } = new() { Duplication = 0.5, SecondComesWithin = TimeSpan.FromSeconds(12) };

    public static FaultRates Lost { get; } = new() { Loss = 0.3 };

    public static FaultRates Slow { get; } = new() { MaxDelay = TimeSpan.FromSeconds(1) };

    private const int Jobs = 80;

    public static Scenario Draw(int seed, Profile profile)
    {
        var random = new Random(seed);
        var ops = ImmutableArray.CreateBuilder<Op>();
        for (var team = 0; team < World.Teams; team++)
        {
            ops.Add(new Op.SetQuota(team, new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, 20_000)] }) { Seed = random.Next() });
        }

        ops.Add(new Op.SetFaults(profile.Rates) { Seed = random.Next() });
        for (var i = 0; i < Jobs; i++)
        {
            var id = new JobId($"j-{i:000}");
            ops.Add(new Op.Submit(id, Spec(id, random)) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(300)) });
            if (random.Next(4) == 0)
            {
                ops.Add(new Op.Cancel(new JobId($"j-{random.Next(i + 1):000}")) { Seed = random.Next() });
            }

            if (profile.Kinds.HasFlag(FaultKinds.Crash) && random.NextDouble() < profile.Crashes / Jobs)
            {
                ops.Add(new Op.CrashSilo(random.Next(World.Silos), random.Next(200), TimeSpan.FromSeconds(random.Next(4))) { Seed = random.Next() });
            }

            if (random.Next(2) == 0)
            {
                ops.Add(new Op.RunBackend(BackendMood.Finishing) { Seed = random.Next() });
            }

            ops.Add(new Op.Wait { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(600)) });
        }

        return new Scenario { Seed = seed, Profile = profile, Ops = ops.ToImmutable() };
    }

    private static JobSpec Spec(JobId id, Random random)
    {
        var team = random.Next(World.Teams);
        var shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = random.Next(1, 8), GpuMilli = 1000 };
        return new JobSpec
        {
            Name = id.Value, Tenant = new TenantId($"t{team}"), User = "u", Quota = new QuotaPath($"c/t{team}/u"), Pool = World.Pool, MayPreempt = false,
            Roles = [new RoleSpec { Name = "w", Count = random.Next(1, 3), Shape = shape }],
        };
    }
}
