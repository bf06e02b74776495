namespace Simulation;

/// <summary>The same with silos that die under it.</summary>
public sealed class CrashTests
{
    [Theory]
    [MemberData(nameof(Runs.Seeds), 300, 14, MemberType = typeof(Runs))]
    public void Silos_that_crash_at_any_step_among_all_other_faults_lose_and_leak_nothing(int seed)
    {
        using var world = new World(seed, loss: 0.02, storageFaults: 0.01);
        world.Storm(jobs: 40, crashes: 4);
        Runs.AssertComesToItsEnd(world);
    }
}
