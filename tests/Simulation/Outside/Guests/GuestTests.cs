using Simulation.Shrinking;

namespace Simulation.Outside.Guests;

/// <summary>
/// Pods that users make, fail and delete, taken in by gateways that fail: whole or not at all, once, and nothing is left over. Every failure names its seed, and is shrunk.
/// </summary>
public sealed class GuestTests
{
    [Theory]
    [MemberData(nameof(Runs.Seeds), 2000, 3, MemberType = typeof(Runs))]
    public void Users_who_make_fail_and_delete_pods_at_any_moment_have_whole_gangs_in_the_end(int seed)
    {
        var world = AssertHolds(seed, Profile.Guests with { Kinds = FaultKinds.None });
        Assert.True(world.Guests.Bound > 50, $"only {world.Guests.Bound} bound");
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2100, 6, MemberType = typeof(Runs))]
    public void Whatever_the_api_server_loses_doubles_or_does_late_no_pod_is_bound_elsewhere(int seed) => AssertHolds(seed, Profile.Guests with { Kinds = FaultKinds.Wire });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2200, 8, MemberType = typeof(Runs))]
    public void Everything_that_fails_at_once_leaves_no_half_gang(int seed) => AssertHolds(seed, Profile.Guests);

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2300, 3, MemberType = typeof(Runs))]
    public void A_server_that_ignores_the_preconditions_of_a_binding_leaves_none_either(int seed) =>
        AssertHolds(seed, Profile.Guests with { Outside = new OutsideSetup { Guests = true, OldServer = true } });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2500, 12, MemberType = typeof(Runs))]
    public void Nodes_that_come_with_the_placement_are_as_good_as_those_that_racks_are_asked_for(int seed) =>
        AssertHolds(seed, Profile.Guests with { Outside = new OutsideSetup { Guests = true, NamesNodes = true } });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 2600, 6, MemberType = typeof(Runs))]
    public void And_so_they_are_when_jobs_of_pods_are_cancelled_all_the_time(int seed) =>
        AssertHolds(seed, Profile.Guests with { Outside = new OutsideSetup { Guests = true, Cancels = true, NamesNodes = true } });

    [Fact]
    public void The_runs_meet_what_they_are_about()
    {
        var (kills, givenUp, deleted, conflicts, takeovers, silos) = (0, 0, 0, 0, 0, 0);
        for (var seed = 1; seed <= 4; seed++)
        {
            var (run, world) = Run(seed, new RunOptions { Profile = Profile.Guests, Ending = Ending.None });
            (kills, takeovers, silos) = (kills + world.Kills, takeovers + world.Leases.Takeovers, silos + run.Counts.Crashes + run.Counts.Partitions);
            (givenUp, deleted, conflicts) = (givenUp + world.Guests.GivenUp, deleted + world.Guests.Deleted, conflicts + world.Guests.Conflicts);
        }

        Assert.True(
            kills > 4 && takeovers > 4 && silos > 4 && givenUp > 0 && deleted > 20 && conflicts > 2,
            $"{kills} kills, {takeovers} takeovers, {silos} silo faults, {givenUp} given up, {deleted} deleted, {conflicts} conflicts");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var options = new RunOptions { Profile = Profile.Guests with { Jobs = 12 } };
        Assert.Equal(Runs.Run(7, options).TraceHash, Runs.Run(7, options).TraceHash);
        Assert.NotEqual(Runs.Run(7, options).TraceHash, Runs.Run(8, options).TraceHash);
    }

    [Fact]
    public void A_leader_that_goes_on_for_ever_is_found_and_shrinks_to_what_it_takes()
    {
        var options = new RunOptions { Profile = Profile.Guests with { Outside = new OutsideSetup { Guests = true, Planted = Planted.NoPreconditions | Planted.NoSelfFence } } };
        var failing = Enumerable.Range(2440, 60).Select(s => Runs.Run(s, options)).First(r => r.Broken.Any(b => b.StartsWith("I13", StringComparison.Ordinal)));
        var shrunk = Shrinker.Shrink(failing, options, maxRuns: 60);

        Assert.True(shrunk.Result.Scenario.Ops.Length * 4 < failing.Scenario.Ops.Length * 3, shrunk.Transcript());
        var again = Runs.Run(shrunk.Result.Seed, options with { Scenario = shrunk.Result.Scenario, Ending = shrunk.Ending });
        Assert.Equal((shrunk.Result.TraceHash, shrunk.Result.Broken[0]), (again.TraceHash, again.Broken[0]));
    }

    private static (RunResult Run, GuestWorld World) Run(int seed, RunOptions options)
    {
        var seen = new Bystander<GuestWorld>();
        return (Runs.Run(seed, options with { Checkers = [.. options.Checkers, seen.Meet] }), seen.World!);
    }

    private static GuestWorld AssertHolds(int seed, Profile profile)
    {
        var seen = new Bystander<GuestWorld>();
        Runs.AssertHolds(seed, new RunOptions { Profile = profile, Checkers = [seen.Meet] });
        return seen.World!;
    }
}
