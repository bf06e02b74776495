using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.Planted;

/// <summary>One team fills the pool with jobs that are not urgent; urgent jobs of another come, of which its limit lets two run.</summary>
internal static class UrgentScenario
{
    public static Scenario Draw(int seed)
    {
        var random = new Random(seed);
        var ops = ImmutableArray.CreateBuilder<Op>();
        ops.Add(new Op.SetQuota(1, new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, 2 * World.GpusPerNode * 1000)] }) { Seed = random.Next() });
        for (var i = 0; i < 30; i++)
        {
            Submit($"f-{i:000}", team: 0, priority: 0, gpus: World.GpusPerNode / (1 + random.Next(2)));
        }

        for (var i = 0; i < 8; i++)
        {
            Submit($"u-{i:000}", team: 1, priority: 500, gpus: World.GpusPerNode);
            for (var second = 0; second < 8; second++)
            {
                ops.Add(new Op.RunBackend(BackendMood.Obedient) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(500, 1500)) });
            }
        }

        return new Scenario { Seed = seed, Profile = Grounds.Urgent.Profile, Ops = ops.ToImmutable() };

        void Submit(string name, int team, int priority, int gpus)
        {
            var id = new JobId(name);
            var shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = 1000 };
            var spec = new JobSpec
            {
                Name = name, Tenant = new TenantId($"t{team}"), User = "u", Quota = new QuotaPath($"c/t{team}/u"), Pool = World.Pool, Priority = priority,
                MinRuntime = TimeSpan.Zero, Roles = [new RoleSpec { Name = "w", Count = 1, Shape = shape }],
            };
            ops.Add(new Op.Submit(id, spec) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(100)) });
            ops.Add(new Op.RunBackend(BackendMood.Obedient) { Seed = random.Next() });
        }
    }
}
