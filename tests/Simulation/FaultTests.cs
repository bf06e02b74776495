namespace Simulation;

/// <summary>The same with everything that can go wrong, kind by kind and all at once.</summary>
public sealed class FaultTests
{
    [Theory]
    [MemberData(nameof(Runs.Seeds), 300, 14, MemberType = typeof(Runs))]
    public void Silos_that_crash_at_any_step_among_all_other_faults_lose_and_leak_nothing(int seed) =>
        Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Crashing });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 400, 6, MemberType = typeof(Runs))]
    public void Silos_that_are_cut_off_and_act_on_harm_nobody(int seed) => Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Zombies });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 500, 6, MemberType = typeof(Runs))]
    public void Nodes_and_racks_that_die_and_a_backend_that_errs_lose_and_leak_nothing(int seed) =>
        Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Hardware });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 600, 6, MemberType = typeof(Runs))]
    public void Clocks_that_jump_lose_and_leak_nothing(int seed) => Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Clocks });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 700, 10, MemberType = typeof(Runs))]
    public void Everything_that_can_go_wrong_at_once_loses_and_leaks_nothing(int seed) =>
        Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Everything });
}
