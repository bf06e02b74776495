using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>What is counted, in hours of one node of 8 GPUs that can be added up by hand.</summary>
public sealed class WhatIfFiguresTests
{
    private const double NodeHour = 8 * 3600;

    private static readonly WhatIfStart Start = new() { Pool = new PoolId("p"), At = Specs.Start, Racks = [Specs.Rack("r", nodes: 1)] };

    private static DateTimeOffset At(int seconds) => Specs.Start.AddSeconds(seconds);

    private static WhatIfArrival Arrival(string job, int at, int seconds, JobSpec? spec = null) => new()
    {
        Attempt = Specs.Attempt(job), Spec = spec ?? Specs.Job(), SubmittedAt = At(at), At = At(at), Runs = new WhatIfRuns(TimeSpan.FromSeconds(seconds), default),
    };

    private static WhatIfReport Hour(WhatIfStart start, WhatIfArrival[] arrivals, WhatIfOptions? options = null, params WhatIfChange[] changes) => Ask.Report(
        start, new WhatIfPast { From = start.At, Until = At(3_600), Arrivals = [.. arrivals] }, [.. changes], options: options ?? new WhatIfOptions { Checks = true });

    [Fact]
    public void The_wait_at_a_rank_is_that_of_the_first_whom_so_many_do_not_outwait()
    {
        var report = Hour(Start, [.. Enumerable.Range(0, 10).Select(i => Arrival($"j{i}", 10, 10))]);
        Assert.Equal(new WhatIfWaits(45, 40, 80, 90), report.Before.Waits);
        Assert.Equal((10, 10, 10, 0, 0, 0), (report.Before.Jobs, report.Before.Started, report.Before.Ended, report.Before.Waiting, report.Before.Evictions, report.Before.TurnedAway));
        Assert.Equal((NodeHour, 0.0), (report.Before.CapacityGpuSeconds, report.Before.LostGpuSeconds));
        Assert.Equal((100 / 3600.0, 100 / 3600.0), (report.Before.Goodput, report.Before.Occupancy));
        Assert.Equal(report.Before, report.After);
    }

    [Fact]
    public void Who_has_not_started_counts_with_the_wait_so_far_and_who_runs_does_not_wait()
    {
        var figures = Hour(Start, [Arrival("runs", 10, 7_200), Arrival("waits", 600, 10)]).Before;
        Assert.Equal((new WhatIfWaits(1500, 0, 3000, 3000), 2, 1, 0, 1), (figures.Waits, figures.Jobs, figures.Started, figures.Ended, figures.Waiting));
        Assert.Equal(3590 / 3600.0, figures.Goodput, 9);
    }

    [Fact]
    public void Nobody_waits_nought()
    {
        var figures = Hour(Start, []).Before;
        Assert.Equal((default, 0, 0.0, NodeHour), (figures.Waits, figures.Jobs, figures.Goodput, figures.CapacityGpuSeconds));
    }

    [Fact]
    public void A_pool_without_nodes_has_no_goodput_and_no_capacity()
    {
        var figures = Hour(Start with { Racks = [] }, [Arrival("a", 10, 10)]).Before;
        Assert.Equal((0.0, 0.0, 0.0, 1), (figures.Goodput, figures.Occupancy, figures.CapacityGpuSeconds, figures.Waiting));
    }

    [Fact]
    public void A_team_is_the_level_below_the_cohort_wherever_its_jobs_are_charged()
    {
        JobSpec Of(string quota) => Specs.Job(gpus: 2) with { Quota = new QuotaPath(quota) };
        var report = Hour(Start, [Arrival("z", 10, 10, Of("c/t/z")), Arrival("y", 10, 20, Of("c/t/y")), Arrival("t", 10, 30, Of("c/t")), Arrival("c", 10, 40, Of("c"))]);
        Assert.Equal(
            ["c 1 of 80", "c/t 3 of 120"], report.Teams.Select(t => $"{t.Team} {t.Before.Jobs} of {Math.Round(t.Before.Goodput * t.Before.CapacityGpuSeconds, 3)}"));
        Assert.All(report.Teams, t => Assert.Equal(t.Before, t.After));
    }

    [Fact]
    public void Whom_the_pool_turns_away_neither_waits_nor_counts_among_the_jobs()
    {
        var figures = Hour(Start with { Limits = new PoolLimits { MaxPendingJobs = 1 } }, [Arrival("a", 10, 7_200), Arrival("b", 20, 10), Arrival("c", 30, 10)]).Before;
        Assert.Equal((2, 1, 1, 1, 0), (figures.Jobs, figures.Started, figures.Waiting, figures.TurnedAway, figures.Ended));
        Assert.Equal(3580, figures.Waits.P99);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_eviction_throws_away_was_held_and_is_lost_and_what_was_saved_is_not_run_again(bool saves)
    {
        var low = Specs.Job(tenant: "low") with { Checkpoint = saves ? new CheckpointRule { Interval = TimeSpan.FromSeconds(30) } : null };
        var start = Start with { Policy = new PoolPolicy { MinRuntime = TimeSpan.Zero } };
        var figures = Hour(start, [Arrival("low", 10, 400, low), Arrival("high", 300, 50, Specs.Job(priority: 900, tenant: "high"))]).Before;

        Assert.Equal((1, 2, 2), (figures.Evictions, figures.Ended, figures.Started));
        Assert.Equal(450 * 8, figures.Goodput * figures.CapacityGpuSeconds, 3);
        Assert.Equal((450 * 8) + figures.LostGpuSeconds, figures.Occupancy * figures.CapacityGpuSeconds, 3);
        if (saves)
        {
            Assert.InRange(figures.LostGpuSeconds, 0, 30 * 8);
        }
        else
        {
            Assert.InRange(figures.LostGpuSeconds, 290 * 8, 330 * 8);
        }
    }

    [Fact]
    public void The_jobs_that_change_most_come_first_and_it_is_said_how_many_there_are()
    {
        WhatIfArrival[] arrivals = [Arrival("a", 10, 100), Arrival("b", 10, 100), Arrival("c", 10, 100)];
        var report = Hour(Start, arrivals, new WhatIfOptions { MaxJobs = 1 }, new WhatIfChange.AddNodes { Count = 2 });
        Assert.Equal(2, report.JobsChanged);
        var most = Assert.Single(report.Jobs);
        Assert.Equal((new JobId("c"), -200.0, At(210), At(10), 8000L, "job"), (most.Job, most.LaterBy, most.StartBefore!.Value, most.StartAfter!.Value, most.GpuMilli, most.Name));

        // Of equals the first by name.
        Assert.Equal(["b", "c"], Hour(Start, arrivals, null, new WhatIfChange.AddNodes { Count = 1 }).Jobs.Select(j => j.Job.Value));
    }

    [Fact]
    public void Who_starts_in_one_run_only_counts_with_the_end_in_the_other()
    {
        var report = Hour(Start, [Arrival("a", 10, 7_200), Arrival("b", 600, 10)], null, new WhatIfChange.AddNodes { Count = 1 });
        var change = Assert.Single(report.Jobs);
        Assert.Equal((new JobId("b"), null, At(600), -3000.0), (change.Job, change.StartBefore, change.StartAfter, change.LaterBy));
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(900, 0)]
    public void A_start_that_is_a_second_later_or_earlier_is_another(int milliseconds, int changed)
    {
        var first = Arrival("a", 10, 0) with { Runs = new WhatIfRuns(TimeSpan.FromMilliseconds(milliseconds), default) };
        Assert.Equal(changed, Hour(Start, [first, Arrival("b", 10, 10)], null, new WhatIfChange.AddNodes { Count = 1 }).JobsChanged);
    }

    [Fact]
    public void Of_those_that_start_as_they_did_who_is_evicted_most_comes_first()
    {
        var start = Start with { Racks = [Specs.Rack("r", nodes: 2)], Policy = new PoolPolicy { MinRuntime = TimeSpan.Zero } };
        var report = Hour(
            start, [Arrival("x", 10, 7_200), Arrival("y", 20, 7_200), Arrival("h1", 300, 100), Arrival("h2", 600, 100), Arrival("h3", 900, 100, Specs.Job(workers: 2))], null,
            [.. new[] { "h1", "h2", "h3" }.Select(h => new WhatIfChange.SetPriority { Job = new JobId(h), Priority = 900 })]);
        Assert.Equal(["h1", "h2", "h3", "y 3", "x 1"], report.Jobs.Select(j => j.EvictionsAfter > 0 ? $"{j.Job} {j.EvictionsAfter}" : j.Job.Value));
    }

    [Fact]
    public void Events_are_those_of_both_runs()
    {
        var (one, both) = (Hour(Start, []), Hour(Start, [], null, new WhatIfChange.AddNodes { Count = 1 }));
        Assert.True(one.Steps > 0);
        Assert.Equal(2 * one.Steps, both.Steps);
    }
}
