namespace Simulation;

/// <summary>The whole transaction with the production grains, under faults at every step. Every failure names its seed.</summary>
public sealed class PlacementTransactionTests
{
    [Theory]
    [MemberData(nameof(Runs.Seeds), 1, 5, MemberType = typeof(Runs))]
    public void Without_faults_every_job_is_placed_run_and_freed(int seed)
    {
        var run = Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Quiet });
        Assert.True(run.Counts.Accepted >= 30, $"seed {seed}: only {run.Counts.Accepted} accepted");
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 50, 5, MemberType = typeof(Runs))]
    public void Who_was_evicted_made_room_for_one_that_started(int seed) => Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Undisturbing });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 100, 8, MemberType = typeof(Runs))]
    public void Whatever_is_lost_doubled_or_late_nothing_accepted_is_lost_and_nothing_leaks(int seed) =>
        Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Network });

    [Theory]
    [MemberData(nameof(Runs.Seeds), 200, 8, MemberType = typeof(Runs))]
    public void Storage_that_fails_before_or_after_it_has_written_loses_and_leaks_nothing(int seed) =>
        Assert.True(Runs.AssertHolds(seed, new RunOptions { Profile = Profile.Storage }).Counts.StorageFaults > 0);

    [Fact]
    public void The_runs_meet_what_they_are_about()
    {
        var runs = Enumerable.Range(1, 4).Select(s => Runs.Run(s, new RunOptions { Profile = Profile.Quiet, Ending = Ending.None }).Counts).ToList();
        var (evictions, reservations) = (runs.Sum(r => r.EvictionsPlanned), runs.Sum(r => r.Reservations));
        var (asked, calledOff) = (runs.Sum(r => r.EvictionsAsked), runs.Sum(r => r.EvictionsCalledOff));
        Assert.True(evictions > 10 && reservations > 2 && asked > 10 && calledOff > 0, $"{evictions} evictions planned, {asked} asked, {calledOff} called off, {reservations} reservations");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var options = new RunOptions { Profile = Profile.Everything with { Jobs = 15 }, Ending = Ending.None };
        Assert.Equal(Runs.Run(7, options).TraceHash, Runs.Run(7, options).TraceHash);
        Assert.NotEqual(Runs.Run(7, options).TraceHash, Runs.Run(8, options).TraceHash);
    }
}
