using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;

namespace Simulation.Planted;

/// <summary>More small jobs come all the time than have room, and one gang wants half of the pool.</summary>
internal static class CrowdedScenario
{
    public static JobId Gang { get; } = new("gang");

    /// <summary>Reserved for, it starts when the jobs that ran when it came have ended: they take 20 s at most.</summary>
    public static TimeSpan Bound { get; } = TimeSpan.FromSeconds(45);

    public static Scenario Draw(int seed)
    {
        var random = new Random(seed);
        var ops = ImmutableArray.CreateBuilder<Op>();
        for (var i = 0; i < 170; i++)
        {
            var id = i == 40 ? Gang : new JobId($"s-{i:000}");
            var limit = TimeSpan.FromSeconds(random.Next(10, 20));
            ops.Add(new Op.Submit(id, Spec(id, workers: i == 40 ? 8 : 1, limit)) { Seed = random.Next() });
            ops.Add(new Op.RunBackend(BackendMood.Obedient) { Seed = random.Next(), Then = TimeSpan.FromMilliseconds(random.Next(300, 900)) });
        }

        return new Scenario { Seed = seed, Profile = Grounds.Crowded.Profile, Ops = ops.ToImmutable() };
    }

    private static JobSpec Spec(JobId id, int workers, TimeSpan limit) => new()
    {
        Name = id.Value, Tenant = new TenantId("t0"), User = "u", Quota = new QuotaPath("c/t0/u"), Pool = World.Pool, TimeLimit = limit, MayPreempt = false,
        Roles = [new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = World.GpusPerNode, GpuMilli = 1000 } }],
    };
}

/// <summary>I12: the gang is not passed for ever.</summary>
internal sealed class BypassReferee(SimulatedWorld world) : IChecker
{
    public void Before(Op op)
    {
        if (world.Seen.Pool?.Machine.FindJob(CrowdedScenario.Gang) is { Stage: AttemptStage.Queued } gang
            && world.Cluster.Time.GetUtcNow() - gang.SubmittedAt is var waited && waited > CrowdedScenario.Bound)
        {
            world.Seen.Record($"I12: {gang.Id} fits the empty pool, waits for {waited.TotalSeconds:0} s and is passed by all that come later");
        }
    }
}
