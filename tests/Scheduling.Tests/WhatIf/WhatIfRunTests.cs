using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>What a run does where the past and the pool do not fit together in the plainest way.</summary>
public sealed class WhatIfRunTests
{
    private static readonly WhatIfStart Start = new() { Pool = new PoolId("p"), At = Specs.Start, Racks = [Specs.Rack("r", nodes: 1)] };

    private static DateTimeOffset At(int seconds) => Specs.Start.AddSeconds(seconds);

    private static WhatIfArrival Arrival(string job, int at, int seconds, int number = 1, int? leaves = null) => new()
    {
        Attempt = Specs.Attempt(job, number),
        Spec = Specs.Job(),
        SubmittedAt = At(at),
        At = At(at),
        Runs = new WhatIfRuns(TimeSpan.FromSeconds(seconds), default),
        LeavesAt = leaves is { } l ? At(l) : null,
    };

    /// <summary>When each started and ended, in seconds.</summary>
    private static List<(string Job, double? Started, double? Ended)> Run(params WhatIfArrival[] arrivals)
    {
        var past = new WhatIfPast { From = Start.At, Until = At(3_600), Arrivals = [.. arrivals] };
        var run = new WhatIfRun(WhatIfScenario.Of(Start), past, new WhatIfOptions { Checks = true }, past.Until);
        while (run.Step(10))
        {
        }

        return [.. run.Jobs.Select(j => (j.First.Job.Value, Seconds(j.StartedAt), Seconds(j.EndedAt)))];

        static double? Seconds(DateTimeOffset? at) => at is { } then ? (then - Specs.Start).TotalSeconds : null;
    }

    [Fact]
    public void A_job_that_comes_again_while_it_still_runs_has_the_more_to_do() =>
        Assert.Equal([("a", 10.0, 170.0), ("b", 170, 180)], Run(Arrival("a", 10, 100), Arrival("b", 20, 10), Arrival("a", 60, 60, number: 2)));

    [Fact]
    public void A_job_that_its_owner_took_back_while_it_waited_never_starts_and_one_that_runs_runs_on() =>
        Assert.Equal([("a", 10.0, 110.0), ("b", null, 50), ("c", 110, 130)], Run(Arrival("a", 10, 100, leaves: 40), Arrival("b", 20, 10, leaves: 50), Arrival("c", 30, 20)));

    [Fact]
    public void A_pool_without_quota_trees_runs_as_if_everybody_might_have_everything()
    {
        var pool = new RecordedPool([Specs.Rack("r1", nodes: 1)]);
        foreach (var job in new[] { "a", "b" })
            pool.Second(() => pool.Submit(job, Specs.Job() with { RunFor = TimeSpan.FromSeconds(100) }, 100));
        var start = pool.Start(pool.Snapshot()) with { At = pool.Now };
        var (with, without) = (Ask.Report(start, null, [], TimeSpan.FromHours(1)), Ask.Report(start with { Trees = [] }, null, [], TimeSpan.FromHours(1)));
        Assert.Equal((2, 1), (without.Before.Ended, without.Before.Started));
        Assert.Equal(Ask.Text(with), Ask.Text(without));
    }

    [Fact]
    public void A_new_job_that_its_deadline_turned_away_says_that()
    {
        var spec = Specs.Job(workers: 2) with { Deadline = At(60), RunFor = TimeSpan.FromSeconds(10) };
        var job = Assert.Single(Ask.Report(Start, null, [new WhatIfChange.SubmitJob { Spec = spec }], TimeSpan.FromHours(1)).NewJobs);
        Assert.Null(job.StartsAt);
        Assert.Contains("deadline", job.WaitsFor, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_new_job_that_the_pool_takes_no_more_of_says_that_and_one_that_started_says_nothing()
    {
        ImmutableArray<WhatIfChange> changes = [.. Enumerable.Range(0, 2).Select(_ => new WhatIfChange.SubmitJob { Spec = Specs.Job(), RunsFor = TimeSpan.FromSeconds(10) })];
        var jobs = Ask.Report(Start with { Limits = new PoolLimits { MaxPendingJobs = 1 } }, null, changes, TimeSpan.FromHours(1)).NewJobs;
        Assert.Equal((At(0), At(10), null), (jobs[0].StartsAt, jobs[0].EndsAt, jobs[0].WaitsFor));
        Assert.Equal((null, null, "the pool takes no more jobs of this tenant"), (jobs[1].StartsAt, jobs[1].EndsAt, jobs[1].WaitsFor));
    }

    [Fact]
    public void The_pace_goes_by_those_that_are_there_and_a_tenth_of_those_that_come()
    {
        var start = Start with { Snapshot = new PoolSnapshot { Epoch = 1, LastPlan = 0, Racks = [], Attempts = [.. Enumerable.Range(0, 2).Select(i => There($"j{i}"))] } };
        TimeSpan Pace(int arrivals, WhatIfStart of) => WhatIfOptions.For(
            of, arrivals < 0 ? null : new WhatIfPast { From = At(0), Until = At(3_600), Arrivals = [.. Enumerable.Repeat(Arrival("a", 1, 1), arrivals)] }, At(3_600)).ReviewPeriod;

        // 5,000 attempts over an hour cost what a look in five seconds may.
        Assert.Equal((5, 5, 6), (Pace(-1, start).TotalSeconds, Pace(49_989, start).TotalSeconds, Pace(49_990, start).TotalSeconds));
        Assert.Equal((5, 6), (Pace(50_009, Start).TotalSeconds, Pace(50_010, Start).TotalSeconds));

        static PoolAttemptRecord There(string job) => new() { Attempt = Specs.Attempt(job), Spec = Specs.Job(), SubmittedAt = At(0), Stage = AttemptStage.Queued, Plan = 0 };
    }

    [Fact]
    public void Both_runs_are_counted_up_to_the_end_of_the_later_one()
    {
        var pool = new RecordedPool([Specs.Rack("r1", nodes: 1)]);
        foreach (var job in new[] { "a", "b" })
            pool.Second(() => pool.Submit(job, Specs.Job() with { RunFor = TimeSpan.FromSeconds(100) }, 100));
        var report = Ask.Report(pool.Start(pool.Snapshot()) with { At = pool.Now }, null, [new WhatIfChange.AddNodes { Count = 1 }], TimeSpan.FromHours(1));

        // One after the other, or both at once.
        Assert.Equal((At(2), At(201)), (report.From, report.Until));
        Assert.Equal((199 * 8, 199 * 16), (report.Before.CapacityGpuSeconds, report.After.CapacityGpuSeconds));
    }

    [Fact]
    public void A_team_that_only_the_new_job_is_of_had_nothing_before()
    {
        var past = new WhatIfPast { From = Start.At, Until = At(3_600), Arrivals = [Arrival("a", 10, 100)] };
        var spec = Specs.Job(tenant: "new");
        var teams = Ask.Report(Start, past, [new WhatIfChange.SubmitJob { Spec = spec, RunsFor = TimeSpan.FromSeconds(5) }]).Teams;
        Assert.Equal(["c/new 0 1", "c/t 1 1"], teams.Select(t => $"{t.Team} {t.Before.Ended} {t.After.Ended}"));
    }

    [Fact]
    public void A_run_of_a_year_in_which_nothing_happens_but_that_time_passes_comes_to_its_end()
    {
        var until = Start.At.AddDays(365);
        var run = new WhatIfRun(WhatIfScenario.Of(Start), new WhatIfPast { From = Start.At, Until = until }, new WhatIfOptions(), until);
        while (run.Step(10_000))
        {
        }

        // The pool is told the time every five minutes then.
        Assert.Equal((until, 365 * 24 * 12), (run.Now, run.Steps));
    }
}
