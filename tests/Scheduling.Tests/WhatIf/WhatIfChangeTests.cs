using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>What each kind of change does, in cases that can be worked out by hand.</summary>
public sealed class WhatIfChangeTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static RecordedPool Pool(int nodes = 4) => new([Specs.Rack("r1", nodes)]);

    private static void Seconds(RecordedPool pool, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            pool.Second();
        }
    }

    private static JobSpec RunsFor(JobSpec spec, int seconds) => spec with { RunFor = TimeSpan.FromSeconds(seconds) };

    private static void Submit(RecordedPool pool, string id, JobSpec spec, int seconds) => pool.Second(() => pool.Submit(id, RunsFor(spec, seconds), seconds));

    private static WhatIfReport Ask(RecordedPool pool, params WhatIfChange[] changes) =>
        WhatIf.Ask.Report(pool.Start(pool.Snapshot()) with { At = pool.Now }, null, [.. changes], Hour);

    [Fact]
    public void Work_that_is_kept_is_counted_over_all_GPU_time_up_to_the_end_of_the_last_job()
    {
        var pool = Pool(nodes: 2);
        Submit(pool, "a", Specs.Job(), 100);
        var report = Ask(pool);

        // One of two nodes, from the start at once to the end.
        Assert.Equal(100, (report.Until - report.From).TotalSeconds);
        Assert.Equal(0.5, report.Before.Goodput, 6);
        Assert.Equal(0.5, report.Before.Occupancy, 6);
        Assert.Equal((0, 0, 1, 0), (report.Before.Evictions, report.Before.Jobs, report.Before.Ended, report.Before.Waiting));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void More_nodes_shorten_the_waits_and_never_lose_work(int more)
    {
        var pool = Pool(nodes: 2);
        for (var i = 0; i < 12; i++)
        {
            Submit(pool, $"j{i:D2}", Specs.Job(workers: 1 + (i % 2)), 200 + i);
        }

        var report = Ask(pool, new WhatIfChange.AddNodes { Count = more });

        Assert.True(report.After.Waits.Mean < report.Before.Waits.Mean, $"{report.Before.Waits.Mean} → {report.After.Waits.Mean}");
        var (kept, before) = (report.After.Goodput * report.After.CapacityGpuSeconds, report.Before.Goodput * report.Before.CapacityGpuSeconds);
        Assert.Equal(before, kept, 3);
        Assert.Equal(report.Before.Ended, report.After.Ended);
    }

    [Fact]
    public void More_nodes_help_nobody_where_the_cohorts_quota_is_what_binds_until_it_grows_too()
    {
        var pool = Pool(nodes: 1);
        pool.Set("c", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 8000)] });
        Submit(pool, "a", Specs.Job(), 100);
        Submit(pool, "b", Specs.Job(), 100);

        Assert.Empty(Ask(pool, new WhatIfChange.AddNodes { Count = 1 }).Jobs);
        Assert.Equal(new JobId("b"), Assert.Single(Ask(pool, new WhatIfChange.AddNodes { Count = 1 }, new WhatIfChange.QuotaPercent { Path = new QuotaPath("c"), Percent = 100 }).Jobs).Job);
    }

    [Fact]
    public void A_quota_cut_delays_that_team_and_nobody_else()
    {
        var pool = Pool(nodes: 8);
        pool.Set("c/cut", new QuotaSpec { Limit = [new ResourceAmount("gpu", 32_000)] });
        for (var i = 0; i < 6; i++)
        {
            Submit(pool, $"cut{i}", Specs.Job(tenant: "cut"), 300);
            Submit(pool, $"other{i}", Specs.Job(tenant: "other", gpus: 4), 300);
        }

        var report = Ask(pool, new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/cut"), Percent = -50 });

        var cut = report.Teams.Single(t => t.Team.Value == "c/cut");
        var other = report.Teams.Single(t => t.Team.Value == "c/other");
        Assert.True(cut.After.Waits.Mean > cut.Before.Waits.Mean, $"{cut.Before.Waits.Mean} → {cut.After.Waits.Mean}");
        Assert.Equal(other.Before, other.After);

        // What ran above the new limit ran on.
        Assert.Equal(0, report.After.Evictions);
    }

    [Fact]
    public void A_limit_follows_what_is_in_use_down_to_what_is_wanted()
    {
        var pool = Pool(nodes: 8);
        pool.Set("c/t", new QuotaSpec { Limit = [new ResourceAmount("gpu", 24_000)] });
        Submit(pool, "a", Specs.Job(), 100);
        Submit(pool, "b", Specs.Job(), 200);
        Submit(pool, "c", Specs.Job(), 300);
        Submit(pool, "d", Specs.Job(), 10);
        var report = Ask(pool, new WhatIfChange.QuotaAmounts { Path = new QuotaPath("c/t"), Limit = [new ResourceAmount("gpu", 8000)] });

        // With three nodes the fourth job starts after the first; with one it starts after all of them.
        var change = Assert.Single(report.Jobs);
        Assert.Equal((new JobId("d"), true), (change.Job, change.LaterBy is > 195 and < 215));
    }

    [Fact]
    public void A_job_now_starts_on_the_nodes_and_at_the_second_that_were_said()
    {
        var pool = Pool(nodes: 4);
        Submit(pool, "a", Specs.Job(workers: 3), 500);
        Submit(pool, "b", Specs.Job(), 90);
        Submit(pool, "c", Specs.Job(workers: 2), 70);
        var spec = RunsFor(Specs.Job(workers: 3, tenant: "new"), 50);
        var job = Assert.Single(Ask(pool, new WhatIfChange.SubmitJob { Spec = spec }).NewJobs);

        pool.Submit("mine", spec, 50);
        Seconds(pool, 900);

        Assert.Equal((3, 0), (job.NodeCount, job.EvictedCount));
        Assert.InRange((job.StartsAt!.Value - pool.Starts[new JobId("mine")]).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(50), job.EndsAt - job.StartsAt);
    }

    [Fact]
    public void An_urgent_job_now_says_who_makes_room_for_it()
    {
        var pool = Pool(nodes: 2);
        Submit(pool, "old", Specs.Job(tenant: "low"), 3000);
        Submit(pool, "young", Specs.Job(tenant: "low"), 3000);
        Seconds(pool, 400);
        var spec = RunsFor(Specs.Job(priority: 900, tenant: "high"), 50);
        var job = Assert.Single(Ask(pool, new WhatIfChange.SubmitJob { Spec = spec }).NewJobs);

        pool.Submit("urgent", spec, 50);
        Seconds(pool, 30);

        Assert.Equal(1, pool.Evictions);
        var victim = Assert.Single(job.Evicts);
        var gone = new[] { "old", "young" }.Single(id => pool.Snapshot().Attempts.Any(a => a.Attempt == new AttemptId(new JobId(id), 2)));
        Assert.Equal((gone, "low", 8000L), (victim.Job.Value, victim.Tenant.Value, victim.GpuMilli));
        Assert.InRange((job.StartsAt!.Value - pool.Starts[new JobId("urgent")]).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void A_job_that_never_fits_says_what_it_waits_for()
    {
        var pool = Pool(nodes: 2);
        var job = Assert.Single(Ask(pool, new WhatIfChange.SubmitJob { Spec = Specs.Job(workers: 3) }).NewJobs);

        Assert.Null(job.StartsAt);
        Assert.Contains("fit", job.WaitsFor, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Nodes_that_are_gone_send_their_jobs_back_and_cordoned_ones_do_not(bool remove, int evictions)
    {
        var pool = Pool(nodes: 2);
        Submit(pool, "a", Specs.Job(workers: 2), 100);
        Submit(pool, "b", Specs.Job(), 100);
        var report = Ask(pool, new WhatIfChange.TakeNodes { Names = ["r1-n0"], Remove = remove });

        Assert.Equal(evictions, report.After.Evictions);

        // Without the node the gang of two never runs again; cordoned, it ends.
        Assert.Equal(remove ? 1 : 2, report.After.Ended);
        Assert.Equal(2, report.Before.Ended);
    }

    [Fact]
    public void A_higher_priority_goes_first()
    {
        var pool = Pool(nodes: 1);
        Submit(pool, "a", Specs.Job(), 100);
        Submit(pool, "b", Specs.Job(), 100);
        Submit(pool, "c", Specs.Job(), 100);
        var report = Ask(pool, new WhatIfChange.SetPriority { Job = new JobId("c"), Priority = 100 });

        var c = report.Jobs.Single(j => j.Job.Value == "c");
        Assert.InRange(c.LaterBy, -101, -99);
    }

    [Fact]
    public void Another_order_policy_gives_those_that_wait_other_places()
    {
        var pool = new RecordedPool([Specs.Rack("r1", 1)], new Scheduling.Pools.PoolPolicy { Order = "fifo" });
        Submit(pool, "a", Specs.Job(), 100);
        Submit(pool, "long", Specs.Job() with { TimeLimit = TimeSpan.FromHours(10) }, 3000);
        Submit(pool, "short", Specs.Job() with { TimeLimit = TimeSpan.FromMinutes(1) }, 30);
        var report = Ask(pool, new WhatIfChange.UsePolicy { Order = "sjf" });

        Assert.True(report.Jobs.Single(j => j.Job.Value == "short").LaterBy < -2000);
        Assert.InRange(report.Jobs.Single(j => j.Job.Value == "long").LaterBy, 25, 35);
    }

    [Fact]
    public void Changes_that_cannot_be_made_are_refused_by_member_all_at_once()
    {
        var pool = Pool();
        pool.Set("c", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 32_000)] });
        ImmutableArray<WhatIfChange> changes =
        [
            new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/nobody"), Percent = 10 },
            new WhatIfChange.QuotaPercent { Path = new QuotaPath("c"), Percent = -101 },
            new WhatIfChange.QuotaAmounts { Path = new QuotaPath("c") },
            new WhatIfChange.QuotaAmounts { Path = new QuotaPath("c"), Limit = [new ResourceAmount("gpu", -1)] },
            new WhatIfChange.AddNodes { Count = 0 },
            new WhatIfChange.AddNodes { Count = 1, Like = "nothing" },
            new WhatIfChange.TakeNodes { Names = ["r1-n0", "gone"] },
            new WhatIfChange.SetPriority { Job = new JobId("nobody"), Priority = 1 },
            new WhatIfChange.UsePolicy { Order = "best", Placement = "luck" },
        ];
        var refused = Assert.IsType<WhatIfPlan.Refused>(WhatIfPlanner.Plan(pool.Start(), null, changes));

        Assert.Equal(
            ["0 Path", "1 Percent", "2 Nominal", "3 Limit", "4 Count", "5 Like", "6 Names", "7 Job", "8 Order", "8 Placement"],
            refused.Problems.Select(p => $"{p.Change} {p.Member}"));
        Assert.All(refused.Problems, p => Assert.NotEmpty(p.Rule));
    }

    [Fact]
    public void A_run_that_takes_too_many_steps_says_where_it_was_cut()
    {
        var pool = Pool(nodes: 1);
        for (var i = 0; i < 20; i++)
        {
            Submit(pool, $"j{i:D2}", Specs.Job(), 60);
        }

        var report = WhatIf.Ask.Report(pool.Start(pool.Snapshot()), null, [], Hour, options: new WhatIfOptions { MaxSteps = 30 });

        Assert.NotNull(report.CutAt);
        Assert.Equal(report.CutAt, report.Until);
        Assert.InRange(report.Before.Ended, 1, 19);
    }

    [Fact]
    public void Where_one_of_two_runs_is_cut_the_answer_ends_there_and_in_slices_of_one_it_is_the_same()
    {
        var pool = Pool(nodes: 1);
        for (var i = 0; i < 8; i++)
        {
            Submit(pool, $"j{i}", Specs.Job(gpus: 4), 60);
        }

        var start = pool.Start(pool.Snapshot()) with { At = pool.Now };
        var submit = new WhatIfChange.SubmitJob { Spec = RunsFor(Specs.Job(gpus: 4) with { Checkpoint = new CheckpointRule { Interval = TimeSpan.FromSeconds(1) } }, 900) };
        var report = WhatIf.Ask.Report(start, null, [submit], Hour, options: new WhatIfOptions { MaxSteps = 150 });
        var whole = WhatIf.Ask.Report(start, null, [submit], Hour);

        Assert.NotNull(report.CutAt);
        Assert.Equal(report.CutAt, report.Until);
        Assert.True(report.Until < whole.Until);
        Assert.Equal(WhatIf.Ask.Text(whole), WhatIf.Ask.Text(WhatIf.Ask.Report(start, null, [submit], Hour, slice: 1)));
    }

    [Fact]
    public void Jobs_that_do_not_say_how_long_they_run_are_predicted_once_for_both_runs()
    {
        var pool = Pool(nodes: 1);
        pool.Second(() => pool.Submit("a", Specs.Job(), 60));
        pool.Second(() => pool.Submit("b", Specs.Job(), 60));
        var report = Ask(pool, new WhatIfChange.AddNodes { Count = 1 });

        Assert.Equal(2, report.Predicted);
        Assert.Equal(new JobId("b"), Assert.Single(report.Jobs).Job);
    }
}
