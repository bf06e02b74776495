namespace Simulation;

/// <summary>The whole transaction with the production grains, under faults at every step. Every failure names its seed.</summary>
public sealed class PlacementTransactionTests
{
    /// <summary>SIMULATION_SCALE=20 in the environment runs twenty times as many seeds.</summary>
    public static TheoryData<int> Seeds(int first, int count) =>
        [.. Enumerable.Range(first, count * int.Parse(Environment.GetEnvironmentVariable("SIMULATION_SCALE") ?? "1", System.Globalization.CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds), 1, 10)]
    public void Without_faults_every_job_is_placed_run_and_freed(int seed)
    {
        using var world = new World(seed, loss: 0, storageFaults: 0);
        world.Storm(jobs: 40, crashes: 0);
        world.Calm(untilEnded: true);
        AssertClean(world);
        Assert.Equal(40, world.Accepted.Count);
    }

    [Theory]
    [MemberData(nameof(Seeds), 100, 25)]
    public void Whatever_is_lost_doubled_or_late_nothing_accepted_is_lost_and_nothing_leaks(int seed)
    {
        using var world = new World(seed, loss: 0.03, storageFaults: 0);
        world.Storm(jobs: 40, crashes: 0);
        world.Calm(untilEnded: false);
        AssertClean(world);
    }

    [Theory]
    [MemberData(nameof(Seeds), 200, 25)]
    public void Storage_that_fails_before_or_after_it_has_written_loses_and_leaks_nothing(int seed)
    {
        using var world = new World(seed, loss: 0, storageFaults: 0.02);
        world.Storm(jobs: 40, crashes: 0);
        world.Calm(untilEnded: false);
        Assert.True(world.Faults.Injected > 0);
        AssertClean(world);
    }

    [Theory]
    [MemberData(nameof(Seeds), 300, 40)]
    public void Silos_that_crash_at_any_step_among_all_other_faults_lose_and_leak_nothing(int seed)
    {
        using var world = new World(seed, loss: 0.02, storageFaults: 0.01);
        world.Storm(jobs: 40, crashes: 4);
        world.Calm(untilEnded: false);
        AssertClean(world);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Hash(7), Hash(7));
        Assert.NotEqual(Hash(7), Hash(8));
    }

    private static ulong Hash(int seed)
    {
        using var world = new World(seed, loss: 0.02, storageFaults: 0.01);
        world.Storm(jobs: 15, crashes: 2);
        return world.Cluster.TraceHash;
    }

    private static void AssertClean(World world)
    {
        var wrong = world.Check();
        Assert.True(wrong.Count == 0, $"seed {world.Seed}, {world.Cluster.Steps} steps:\n" + string.Join('\n', wrong));
    }
}
