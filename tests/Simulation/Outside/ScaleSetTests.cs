namespace Simulation.Outside;

/// <summary>Capacity follows demand and goes back, through everything that clouds do. Every failure names its seed, and is shrunk.</summary>
public sealed class ScaleSetTests
{
    [Theory]
    [MemberData(nameof(Runs.Seeds), 1500, 4, MemberType = typeof(Runs))]
    public void Capacity_follows_demand_and_goes_back_and_no_machine_goes_with_work_on_it(int seed)
    {
        var world = GatewayTests.AssertHolds(seed, Profile.Machines with { Kinds = FaultKinds.Cloud, Jobs = 30 });
        Assert.True(world.Arm!.Effects is { Created: > 0, Deleted: > 0 }, world.Arm.Effects.ToString());
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1600, 8, MemberType = typeof(Runs))]
    public void Machines_created_are_machines_wanted_whatever_is_lost_refused_throttled_or_killed(int seed) => GatewayTests.AssertHolds(seed, Profile.Machines);

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2500, 4, MemberType = typeof(Runs))]
    public void The_planner_buys_for_gangs_that_quota_admits_and_returns_what_is_idle(int seed)
    {
        var world = GatewayTests.AssertHolds(seed, Profile.Planner with { Kinds = FaultKinds.None });
        Assert.True(world.Arm!.Effects is { Created: > 0, Deleted: > 0 }, world.Arm.Effects.ToString());
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2600, 8, MemberType = typeof(Runs))]
    public void The_planner_buys_none_too_many_and_gives_none_away_with_work_on_it_whatever_fails(int seed) => GatewayTests.AssertHolds(seed, Profile.Planner);
}
