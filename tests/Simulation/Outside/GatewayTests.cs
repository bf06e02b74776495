namespace Simulation.Outside;

/// <summary>The gateway's production reconcilers against a cluster that counts every effect. Every failure names its seed.</summary>
public sealed class GatewayTests
{
    private static readonly WireFaults Faulty = new() { Loss = 0.06, Error = 0.06, Throttle = 0.04, Slow = 0.06, Stale = 0.5 };

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1000, 3, MemberType = typeof(Runs))]
    public void Without_faults_every_gang_is_bound_whole_runs_and_is_gone(int seed)
    {
        using var world = new OutsideWorld(seed, new OutsideFaults());
        world.Storm(jobs: 30);
        AssertComesToItsEnd(world);
        Assert.True(world.Kubernetes.Effects is { Bound: > 50, Stale: 0 }, world.Kubernetes.Effects.ToString());
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1100, 6, MemberType = typeof(Runs))]
    public void Whatever_the_api_server_loses_doubles_or_does_late_nothing_is_bound_twice_and_nothing_is_left(int seed)
    {
        using var world = new OutsideWorld(seed, new OutsideFaults { Wire = Faulty, Nodes = true });
        world.Storm(jobs: 30);
        AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1200, 8, MemberType = typeof(Runs))]
    public void Gateways_that_die_freeze_and_are_cut_off_at_any_step_never_both_act(int seed)
    {
        using var world = new OutsideWorld(seed, new OutsideFaults { Wire = Faulty, Nodes = true, Gateways = true });
        world.Storm(jobs: 40);
        AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1300, 8, MemberType = typeof(Runs))]
    public void Everything_that_fails_at_once_binds_nothing_twice_and_leaves_nothing_over(int seed)
    {
        using var world = new OutsideWorld(seed, Everything);
        world.Storm(jobs: 40);
        AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1400, 4, MemberType = typeof(Runs))]
    public void A_server_that_ignores_the_preconditions_of_a_binding_binds_nothing_twice_either(int seed)
    {
        using var world = new OutsideWorld(seed, Everything with { OldServer = true });
        world.Storm(jobs: 40);
        AssertComesToItsEnd(world);
    }

    [Fact]
    public void Machines_that_restart_lose_what_ran_on_them_and_take_work_once_they_have_passed_preflight()
    {
        var restarted = 0;
        for (var seed = 1900; seed < 1906; seed++)
        {
            using var world = new OutsideWorld(seed, Everything with { Restarts = true });
            world.Storm(jobs: 40);
            AssertComesToItsEnd(world);
            restarted += world.Kubernetes.Restarted;
        }

        Assert.True(restarted > 3, $"{restarted} machines restarted");
    }

    [Theory]
    [InlineData("NoWord", "I7")]
    [InlineData("NoPreconditions, NoSelfFence", "I13")]
    public void Without_their_guards_the_runs_find_what_the_guards_are_for(string guards, string invariant)
    {
        var planted = Enum.Parse<Planted>(guards);
        var found = Enumerable.Range(1800, 12).Any(seed =>
        {
            using var world = new OutsideWorld(seed, Everything with { Planted = planted });
            world.Storm(jobs: 40);
            return world.Seen.Broken.Any(b => b.StartsWith(invariant, StringComparison.Ordinal));
        });
        Assert.True(found, $"no seed finds {planted}");
    }

    [Fact]
    public void The_runs_meet_what_they_are_about()
    {
        var (takeovers, kills, freezes, cuts, silos, killed, conflicts, again, moves, faulty) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0L);
        for (var seed = 1; seed <= 5; seed++)
        {
            using var world = new OutsideWorld(seed, Everything);
            world.Storm(jobs: 40);
            takeovers += world.Leases.Takeovers;
            (kills, freezes, cuts, silos) = (kills + world.Kills, freezes + world.Freezes, cuts + world.Cuts, silos + world.SiloFaults);
            (killed, conflicts) = (killed + world.Kubernetes.Effects.Killed, conflicts + world.Kubernetes.Effects.Conflicts);
            again += world.Kubernetes.Effects.Again;
            moves += world.Committed.Moves;
            faulty += world.Gateways.Sum(g => g.Wire.Faulty);
        }

        Assert.True(
            takeovers > 8 && kills > 4 && freezes > 8 && cuts > 2 && silos > 8 && killed > 5 && conflicts > 2 && again > 3 && faulty > 100,
            $"{takeovers} takeovers, {kills} kills, {freezes} freezes, {cuts} cuts, {silos} silo faults, {killed} pods killed, {conflicts} conflicts, {again} bound again, {moves} times on another node, {faulty} calls that went wrong");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Hash(7), Hash(7));
        Assert.NotEqual(Hash(7), Hash(8));
    }

    private static OutsideFaults Everything => new() { Loss = 0.01, Storage = 0.01, Wire = Faulty, Gateways = true, Silos = true, Nodes = true };

    private static ulong Hash(int seed)
    {
        using var world = new OutsideWorld(seed, Everything);
        world.Storm(jobs: 12);
        return world.Cluster.TraceHash;
    }

    internal static void AssertComesToItsEnd(OutsideWorld world)
    {
        world.Calm();
        AssertNone(world, "at rest", world.Check());
        world.Empty();
        AssertNone(world, "when all were gone", [.. world.CheckEmpty(), .. world.Check()]);
    }

    private static void AssertNone(OutsideWorld world, string when, IReadOnlyList<string> wrong) =>
        Assert.True(wrong.Count == 0, $"seed {world.Seed}, {world.Cluster.Steps} steps, {when}, {world.Kubernetes.Effects}; {world.Arm?.Effects}:\n" + string.Join('\n', wrong));
}
