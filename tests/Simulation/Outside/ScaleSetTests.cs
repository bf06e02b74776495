namespace Simulation.Outside;

/// <summary>Capacity follows demand and goes back, through everything that clouds do. Every failure names its seed.</summary>
public sealed class ScaleSetTests
{
    private static readonly WireFaults Faulty = new() { Loss = 0.04, Error = 0.04, Throttle = 0.03, Slow = 0.03, Stale = 0.3 };

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1500, 4, MemberType = typeof(Runs))]
    public void Capacity_follows_demand_and_goes_back_and_no_machine_goes_with_work_on_it(int seed)
    {
        using var world = new OutsideWorld(seed, new OutsideFaults { ScaleSet = true });
        world.Storm(jobs: 30);
        GatewayTests.AssertComesToItsEnd(world);
        Assert.True(world.Arm!.Effects is { Created: > 0, Deleted: > 0 }, world.Arm.Effects.ToString());
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1600, 8, MemberType = typeof(Runs))]
    public void Machines_created_are_machines_wanted_whatever_is_lost_refused_throttled_or_killed(int seed)
    {
        using var world = new OutsideWorld(seed, new OutsideFaults { ScaleSet = true, Wire = Faulty, Gateways = true, Loss = 0.01, Storage = 0.01, Silos = seed % 2 == 0, Nodes = true });
        world.Storm(jobs: 40);
        GatewayTests.AssertComesToItsEnd(world);
    }
}
