using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.Planted;

/// <summary>
/// Two teams are owed a quarter of the pool each, set once. One uses all of it with small jobs and has more waiting; then jobs of the other come
/// for what they are owed. There is room: it is quota that they lack.
/// </summary>
internal static class LendingScenario
{
    public static Scenario Draw(int seed)
    {
        var random = new Random(seed);
        var ops = ImmutableArray.CreateBuilder<Op>();
        for (var team = 0; team < World.Teams; team++)
        {
            ops.Add(new Op.SetQuota(team, new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, 32_000)] }) { Seed = random.Next() });
        }

        for (var i = 0; i < 24; i++)
        {
            Submit($"b-{i:000}", team: 0, workers: random.Next(1, 3), gpus: random.Next(1, 5));
        }

        for (var i = 0; i < 10; i++)
        {
            Submit($"o-{i:000}", team: 1, workers: random.Next(1, 4), gpus: random.Next(1, 5));
            for (var more = random.Next(3); more > 0; more--)
            {
                Submit($"c-{i:000}-{more}", team: 0, workers: 1, gpus: random.Next(1, 5));
            }

            ops.Add(new Op.Wait { Seed = random.Next(), Then = TimeSpan.FromSeconds(random.Next(1, 6)) });
        }

        return new Scenario { Seed = seed, Profile = Grounds.Lending.Profile, Ops = ops.ToImmutable() };

        void Submit(string name, int team, int workers, int gpus)
        {
            var id = new JobId(name);
            ops.Add(new Op.Submit(id, Spec(id, team, workers, gpus)) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(200)) });
            ops.Add(new Op.RunBackend(BackendMood.Obedient) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(200)) });
        }
    }

    private static JobSpec Spec(JobId id, int team, int workers, int gpus) => new()
    {
        Name = id.Value, Tenant = new TenantId($"t{team}"), User = "u", Quota = new QuotaPath($"c/t{team}/u"), Pool = World.Pool, MinRuntime = TimeSpan.Zero,
        Roles = [new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = 1000 } }],
    };
}
