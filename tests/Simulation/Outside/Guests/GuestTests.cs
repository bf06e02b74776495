namespace Simulation.Outside.Guests;

/// <summary>Pods that users make, fail and delete, taken in by gateways that fail: whole or not at all, once, and nothing is left over. Every failure names its seed.</summary>
public sealed class GuestTests
{
    private static readonly WireFaults Faulty = new() { Loss = 0.05, Error = 0.05, Throttle = 0.03, Slow = 0.06, Stale = 0.5 };

    private static OutsideFaults Everything => new() { Loss = 0.01, Storage = 0.01, Wire = Faulty, Gateways = true, Silos = true };

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2000, 3, MemberType = typeof(Runs))]
    public void Users_who_make_fail_and_delete_pods_at_any_moment_have_whole_gangs_in_the_end(int seed)
    {
        using var world = new GuestWorld(seed, new OutsideFaults());
        world.Storm(40);
        AssertComesToItsEnd(world);
        Assert.True(world.Guests.Bound > 50, $"only {world.Guests.Bound} bound");
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2100, 6, MemberType = typeof(Runs))]
    public void Whatever_the_api_server_loses_doubles_or_does_late_no_pod_is_bound_elsewhere(int seed)
    {
        using var world = new GuestWorld(seed, new OutsideFaults { Wire = Faulty });
        world.Storm(40);
        AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2200, 8, MemberType = typeof(Runs))]
    public void Everything_that_fails_at_once_leaves_no_half_gang(int seed)
    {
        using var world = new GuestWorld(seed, Everything);
        world.Storm(50);
        AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2300, 3, MemberType = typeof(Runs))]
    public void A_server_that_ignores_the_preconditions_of_a_binding_leaves_none_either(int seed)
    {
        using var world = new GuestWorld(seed, Everything with { OldServer = true });
        world.Storm(50);
        AssertComesToItsEnd(world);
    }

    [Fact]
    public void The_runs_meet_what_they_are_about()
    {
        var (kills, givenUp, deleted, conflicts, takeovers) = (0, 0, 0, 0, 0);
        for (var seed = 1; seed <= 4; seed++)
        {
            using var world = new GuestWorld(seed, Everything);
            world.Storm(50);
            (kills, takeovers) = (kills + world.Kills, takeovers + world.Leases.Takeovers);
            (givenUp, deleted, conflicts) = (givenUp + world.Guests.GivenUp, deleted + world.Guests.Deleted, conflicts + world.Guests.Conflicts);
        }

        Assert.True(kills > 4 && takeovers > 4 && givenUp > 0 && deleted > 20 && conflicts > 2, $"{kills} kills, {takeovers} takeovers, {givenUp} given up, {deleted} deleted, {conflicts} conflicts");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Hash(7), Hash(7));
        Assert.NotEqual(Hash(7), Hash(8));
    }

    private static ulong Hash(int seed)
    {
        using var world = new GuestWorld(seed, Everything);
        world.Storm(12);
        return world.Cluster.TraceHash;
    }

    private static void AssertComesToItsEnd(GuestWorld world)
    {
        world.Calm();
        AssertNone(world, "at rest", world.Check());
        world.Empty();
        AssertNone(world, "when all were gone", world.CheckEmpty());
    }

    private static void AssertNone(GuestWorld world, string when, IReadOnlyList<string> wrong) =>
        Assert.True(wrong.Count == 0, $"seed {world.Seed}, {world.Cluster.Steps} steps, {when}:\n" + string.Join('\n', wrong));
}
