using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation.Planted;

/// <summary>The kinds of runs in which planted bugs are looked for.</summary>
internal static class Grounds
{
    /// <summary>Nothing goes wrong.</summary>
    public static HuntingGround Quiet { get; } = new("quiet", Profile.Quiet);

    /// <summary>Nothing goes wrong, and somebody asks for less than nothing.</summary>
    public static HuntingGround Hostile { get; } = new("hostile", Profile.Quiet with { Name = "hostile" }) { Checkers = [w => new HostileCaller(w)] };

    /// <summary>Everything taken back is the scheduler's own doing.</summary>
    public static HuntingGround Undisturbed { get; } = new("undisturbed", Profile.Undisturbing);

    /// <summary>The same, and few evictions are allowed.</summary>
    public static HuntingGround Sparing { get; } = new("sparing", Profile.Undisturbing with { Name = "sparing" })
    {
        Pools = o => o.Policy = o.Policy with { Limits = new PreemptionLimits { MaxEvictions = 1 } },
    };

    /// <summary>The same, and one job may cause one eviction in its life.</summary>
    public static HuntingGround Spent { get; } = new("spent", Profile.Undisturbing with { Name = "spent" })
    {
        Pools = o => o.Policy = o.Policy with { Limits = new PreemptionLimits { MaxEvictionsCaused = 1 } },
    };

    /// <summary>Nobody is promised anything: who waits for room must be woken.</summary>
    public static HuntingGround Unpromising { get; } = new("unpromising", Profile.Quiet with { Name = "unpromising" })
    {
        Pools = o => o.Policy = o.Policy with { MaxReservations = 0, Preemption = false },
    };

    /// <summary>Two teams are owed half of the pool each, one borrows what the other leaves idle, and has to give it back.</summary>
    public static HuntingGround Lending { get; } = new("lending", Profile.Undisturbing with { Name = "lending" })
    {
        Draw = LendingScenario.Draw, Checkers = [w => new RefusalReferee(w)], Ending = Ending.Rest,
    };

    /// <summary>Messages are lost, doubled and late.</summary>
    public static HuntingGround Network { get; } = new("network", Profile.Network);

    /// <summary>Little quota, and messages that come again long after.</summary>
    public static HuntingGround Late { get; } = new("late", Profile.Network with { Name = "late", Kinds = FaultKinds.Duplication, Rates = TightScenario.Rates })
    {
        Draw = TightScenario.Draw,
    };

    /// <summary>Silos crash, messages and writes go wrong.</summary>
    public static HuntingGround Crashes { get; } = new("crashes", Profile.Crashing with { Crashes = 8 });

    /// <summary>The same, and journals are soon replaced by snapshots.</summary>
    public static HuntingGround Snapshots { get; } = new("snapshots", Profile.Crashing with { Name = "snapshots", Crashes = 8 }) { SnapshotAfter = 12 };

    /// <summary>Silos are cut off and live on, so that grains live twice.</summary>
    public static HuntingGround Zombies { get; } = new("zombies", Profile.Zombies with { Partitions = 8 });

    /// <summary>Nodes and racks die and come back with less.</summary>
    public static HuntingGround Hardware { get; } = new("hardware", Profile.Hardware with { NodeDeaths = 20 });

    /// <summary>Small jobs without end, and one gang that needs many nodes at once.</summary>
    public static HuntingGround Crowded { get; } = new("crowded", Profile.Undisturbing with { Name = "crowded" })
    {
        Draw = CrowdedScenario.Draw, Checkers = [w => new BypassReferee(w)], Ending = Ending.None,
    };
}

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
internal sealed class BypassReferee(World world) : IChecker
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
