using Simulation.Shrinking;

namespace Simulation.Outside;

/// <summary>The gateway's production reconcilers against a cluster that counts every effect. Every failure names its seed, and is shrunk.</summary>
public sealed class GatewayTests
{
    private const FaultKinds ServerAndNodes = FaultKinds.Wire | FaultKinds.NodeDeath;

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1000, 3, MemberType = typeof(Runs))]
    public void Without_faults_every_gang_is_bound_whole_runs_and_is_gone(int seed)
    {
        var world = AssertHolds(seed, Profile.Gateways with { Kinds = FaultKinds.None, Jobs = 30 });
        Assert.True(world.Kubernetes.Effects is { Bound: > 50, Stale: 0 }, world.Kubernetes.Effects.ToString());
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1100, 6, MemberType = typeof(Runs))]
    public void Whatever_the_api_server_loses_doubles_or_does_late_nothing_is_bound_twice_and_nothing_is_left(int seed) =>
        AssertHolds(seed, Profile.Gateways with { Kinds = ServerAndNodes, Jobs = 30 });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1200, 8, MemberType = typeof(Runs))]
    public void Gateways_that_die_freeze_are_cut_off_and_live_twice_at_any_step_never_both_act(int seed) =>
        AssertHolds(seed, Profile.Gateways with { Kinds = ServerAndNodes | FaultKinds.Gateway });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1300, 8, MemberType = typeof(Runs))]
    public void Everything_that_fails_at_once_binds_nothing_twice_and_leaves_nothing_over(int seed) => AssertHolds(seed, Profile.Gateways);

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1400, 4, MemberType = typeof(Runs))]
    public void A_server_that_ignores_the_preconditions_of_a_binding_binds_nothing_twice_either(int seed) =>
        AssertHolds(seed, Profile.Gateways with { Outside = new OutsideSetup { OldServer = true } });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1450, 4, MemberType = typeof(Runs))]
    public void Machines_that_come_to_stand_in_other_racks_are_never_in_two_of_them(int seed) =>
        AssertHolds(seed, Profile.Gateways with { Kinds = FaultKinds.Relabel | FaultKinds.Wire });

    [Fact]
    public void Machines_that_restart_lose_what_ran_on_them_and_take_work_once_they_have_passed_preflight()
    {
        var restarted = Enumerable.Range(1900, 6).Sum(seed => AssertHolds(seed, Profile.Restarts).Kubernetes.Restarted);
        Assert.True(restarted > 3, $"{restarted} machines restarted");
    }

    [Fact]
    public void Members_of_lost_machines_start_on_others_while_their_gangs_run_on_and_no_two_of_a_rank_ever_live()
    {
        var moves = 0;
        for (var seed = 2100; seed < 2110; seed++)
        {
            var profile = Profile.Gateways with
            {
                Jobs = 24,
                Kinds = seed % 4 == 0 ? Profile.Gateways.Kinds : FaultKinds.NodeDeath,
                Outside = new OutsideSetup { Swaps = true, Restarts = seed % 2 == 0 },
            };
            moves += AssertHolds(seed, profile).Committed.Moves;
        }

        Assert.True(moves > 0, $"{moves} times workers got another node");
    }

    [Theory]
    [InlineData("NoWord", "I7")]
    [InlineData("NoPreconditions, NoSelfFence", "I13")]
    public void Without_their_guards_the_runs_find_what_the_guards_are_for(string guards, string invariant)
    {
        var planted = Enum.Parse<Planted>(guards);
        var options = new RunOptions { Profile = Profile.Gateways with { Outside = new OutsideSetup { Planted = planted } }, StopAtFirst = false };
        var found = Enumerable.Range(1800, 60).Select(seed => Runs.Run(seed, options))
            .Any(run => run.Broken.Any(b => b.StartsWith(invariant, StringComparison.Ordinal)));
        Assert.True(found, $"no seed finds {planted}");
    }

    [Fact]
    public void The_runs_meet_what_they_are_about()
    {
        var (takeovers, kills, freezes, cuts, doubles, silos, killed, conflicts, again, faulty) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0L);
        for (var seed = 1; seed <= 8; seed++)
        {
            var (run, world) = Run(seed, new RunOptions { Profile = Profile.Gateways, Ending = Ending.None });
            takeovers += world.Leases.Takeovers;
            (kills, freezes, cuts, doubles) = (kills + world.Kills, freezes + world.Freezes, cuts + world.Cuts, doubles + world.Doubles);
            silos += run.Counts.Crashes + run.Counts.Partitions;
            (killed, conflicts) = (killed + world.Kubernetes.Effects.Killed, conflicts + world.Kubernetes.Effects.Conflicts);
            again += world.Kubernetes.Effects.Again;
            faulty += world.Gateways.Sum(g => g.Wire.Faulty);
        }

        Assert.True(
            takeovers > 8 && kills > 4 && freezes > 4 && cuts > 2 && doubles > 2 && silos > 8 && killed > 5 && conflicts > 2 && again > 1 && faulty > 100,
            $"{takeovers} takeovers, {kills} kills, {freezes} freezes, {cuts} cuts, {doubles} doubles, {silos} silo faults, {killed} pods killed, {conflicts} conflicts, {again} bound again, {faulty} calls that went wrong");
    }

    [Theory]
    [InlineData("gateways")]
    [InlineData("machines")]
    [InlineData("planner")]
    public void The_same_seed_gives_the_same_run(string profile)
    {
        var options = new RunOptions { Profile = Profile.Named(profile) with { Jobs = 12 } };
        Assert.Equal(Runs.Run(7, options).TraceHash, Runs.Run(7, options).TraceHash);
        Assert.NotEqual(Runs.Run(7, options).TraceHash, Runs.Run(8, options).TraceHash);
    }

    [Fact]
    public void What_breaks_outside_shrinks_to_what_it_takes_and_replays_to_the_same_hash()
    {
        var options = new RunOptions { Profile = Profile.Gateways with { Outside = new OutsideSetup { Planted = Planted.NoWord } } };
        var failing = Enumerable.Range(1800, 30).Select(s => Runs.Run(s, options)).First(r => r.Broken.Count > 0);
        var shrunk = Shrinker.Shrink(failing, options, maxRuns: 150);

        Assert.True(shrunk.Result.Scenario.Ops.Length * 2 < failing.Scenario.Ops.Length, shrunk.Transcript());
        Assert.Contains(shrunk.Lines, l => l.Contains("VIOLATION I", StringComparison.Ordinal));
        var again = Runs.Run(shrunk.Result.Seed, options with { Scenario = shrunk.Result.Scenario, Ending = shrunk.Ending });
        Assert.Equal((shrunk.Result.TraceHash, shrunk.Result.Broken[0]), (again.TraceHash, again.Broken[0]));
    }

    /// <summary>The run of the seed, and the world it was in, which is over.</summary>
    internal static (RunResult Run, OutsideWorld World) Run(int seed, RunOptions options)
    {
        var seen = new Bystander<OutsideWorld>();
        return (Runs.Run(seed, options with { Checkers = [.. options.Checkers, seen.Meet] }), seen.World!);
    }

    internal static OutsideWorld AssertHolds(int seed, Profile profile)
    {
        var seen = new Bystander<OutsideWorld>();
        var run = Runs.AssertHolds(seed, new RunOptions { Profile = profile, Checkers = [seen.Meet] });
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Steps} steps, {seen.World!.Kubernetes.Effects}; {seen.World.Arm?.Effects}");
        return seen.World!;
    }
}
