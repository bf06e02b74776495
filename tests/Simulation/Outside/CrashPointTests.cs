using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>The leading gateway dies at each effect in turn, before and after it was done, and its successor finishes what it began.</summary>
public sealed class CrashPointTests
{
    private static readonly Profile Calm = Profile.Gateways with { Kinds = FaultKinds.None };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gang_is_bound_once_and_whole_whichever_effect_its_gateway_dies_at(bool isServed)
    {
        var points = 0;
        for (var at = 1; ; at++)
        {
            var world = Run(at, isServed, Calm, [new Op.Submit(new JobId("gang"), Gang(workers: 3)) { Seed = at }]);
            Assert.True(world.Kubernetes.Effects is { Bound: 3, Stale: 0 }, $"point {at}: {world.Kubernetes.Effects}");
            if (world.Kills == 0)
            {
                break;
            }

            points++;
        }

        // Three made, three bound, three deleted.
        Assert.True(points >= 9, $"only {points} points");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Machines_created_are_machines_wanted_whichever_effect_its_gateway_dies_at(bool isServed)
    {
        var points = 0;
        for (var at = 1; ; at++)
        {
            var world = Run(at, isServed, Calm with { Outside = new OutsideSetup { ScaleSet = true } }, []);
            Assert.True(world.Arm!.Effects.Created == world.Arm.Effects.Deleted && world.Arm.Effects.Created is > 0 and <= 8, $"point {at}: {world.Arm.Effects}");
            if (world.Kills == 0)
            {
                break;
            }

            points++;
        }

        // Claimed, grown, deleted.
        Assert.True(points >= 3, $"only {points} points");
    }

    private static OutsideWorld Run(int at, bool isServed, Profile profile, Op[] ops)
    {
        var scenario = new Scenario { Seed = at, Profile = profile, Ops = [.. ops] };
        var (run, world) = GatewayTests.Run(at, new RunOptions
        {
            Scenario = scenario,
            Checkers =
            [
                w =>
                {
                    ((OutsideWorld)w).CrashAt(at, isServed);
                    return new Bystander<OutsideWorld>();
                },
            ],
        });
        Assert.True(run.Broken.Count == 0, $"point {at}: {run}");
        return world;
    }

    private static JobSpec Gang(int workers) => new()
    {
        Name = "gang", Tenant = new TenantId("t0"), User = "u", Quota = new QuotaPath("c/t0/u"), Pool = SimulatedWorld.Pool,
        Roles = [new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = SimulatedWorld.GpusPerNode } }],
    };
}
