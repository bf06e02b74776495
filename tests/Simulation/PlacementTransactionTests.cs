using Scheduling.Preemption;

namespace Simulation;

/// <summary>The whole transaction with the production grains, under faults at every step. Every failure names its seed.</summary>
public sealed class PlacementTransactionTests
{
    [Theory]
    [MemberData(nameof(Runs.Seeds), 1, 5, MemberType = typeof(Runs))]
    public void Without_faults_every_job_is_placed_run_and_freed(int seed)
    {
        using var world = new World(seed, loss: 0, storageFaults: 0);
        world.Storm(jobs: 40, crashes: 0);
        Runs.AssertComesToItsEnd(world);
        Assert.True(world.Accepted.Count >= 30, $"seed {seed}: only {world.Accepted.Count} accepted");
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 50, 5, MemberType = typeof(Runs))]
    public void Who_was_evicted_made_room_for_one_that_started(int seed)
    {
        using var world = new World(seed, loss: 0, storageFaults: 0, quotas: false) { Undisturbed = true };
        world.Storm(jobs: 40, crashes: 0);
        world.Calm();
        Runs.AssertNone(world, "at rest", world.Wasted());
        Runs.AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 100, 8, MemberType = typeof(Runs))]
    public void Whatever_is_lost_doubled_or_late_nothing_accepted_is_lost_and_nothing_leaks(int seed)
    {
        using var world = new World(seed, loss: 0.03, storageFaults: 0);
        world.Storm(jobs: 40, crashes: 0);
        Runs.AssertComesToItsEnd(world);
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 200, 8, MemberType = typeof(Runs))]
    public void Storage_that_fails_before_or_after_it_has_written_loses_and_leaks_nothing(int seed)
    {
        using var world = new World(seed, loss: 0, storageFaults: 0.02);
        world.Storm(jobs: 40, crashes: 0);
        Assert.True(world.Faults.Injected > 0);
        Runs.AssertComesToItsEnd(world);
    }

    [Fact]
    public void The_runs_meet_what_they_are_about()
    {
        var (evictions, reservations, calledOff, asked) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 4; seed++)
        {
            using var world = new World(seed, loss: 0, storageFaults: 0);
            world.Storm(jobs: 40, crashes: 0);
            evictions += world.Seen.Promised[ClaimKind.Evict].Count;
            reservations += world.Seen.Promised[ClaimKind.Reserve].Count;
            calledOff += world.Seen.CalledOff;
            asked += world.Seen.Asked.Count;
        }

        Assert.True(evictions > 10 && reservations > 2 && asked > 10 && calledOff > 0, $"{evictions} evictions planned, {asked} asked, {calledOff} called off, {reservations} reservations");
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
}
