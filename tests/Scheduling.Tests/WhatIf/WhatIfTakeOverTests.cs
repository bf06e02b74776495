using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>A run that begins where a pool stood in the middle of something goes on with just that.</summary>
public sealed class WhatIfTakeOverTests
{
    private static readonly WhatIfStart Start = new()
    {
        Pool = new PoolId("p"), At = Specs.Start, Racks = [Specs.Rack("r", nodes: 1)], Policy = new PoolPolicy { MinRuntime = TimeSpan.Zero },
    };

    private static DateTimeOffset At(int seconds) => Specs.Start.AddSeconds(seconds);

    private static JobSpec Runs(int seconds, int priority = 0, CheckpointRule? saves = null, string tenant = "t") =>
        Specs.Job(priority: priority, tenant: tenant) with { RunFor = TimeSpan.FromSeconds(seconds), Checkpoint = saves };

    private static WhatIfArrival Arrival(string job, int at, JobSpec spec) =>
        new() { Attempt = Specs.Attempt(job), Spec = spec, SubmittedAt = At(at), At = At(at), Runs = new WhatIfRuns(spec.RunFor, default) };

    /// <summary>The pool as it stood at a time.</summary>
    private static WhatIfStart Stood(int at, WhatIfOptions options, params WhatIfArrival[] arrivals) => Stood(Start, at, options, arrivals);

    private static WhatIfStart Stood(WhatIfStart start, int at, WhatIfOptions options, params WhatIfArrival[] arrivals)
    {
        var run = new WhatIfRun(WhatIfScenario.Of(start), new WhatIfPast { From = Start.At, Until = At(9_999), Arrivals = [.. arrivals] }, options, At(9_999));
        Assert.True(run.Step(int.MaxValue, At(at)));
        return start with { At = At(at), Snapshot = run.Snapshot() };
    }

    /// <summary>"job first start–end", in seconds, and how often it was evicted.</summary>
    private static string GoesOn(WhatIfStart start, WhatIfOptions? options = null, WhatIfPast? past = null, params WhatIfChange[] changes)
    {
        var scenario = Assert.IsType<WhatIfPlan.Ready>(WhatIfPlanner.Plan(start, past, [.. changes])).Scenario;
        var run = new WhatIfRun(scenario, past, (options ?? new WhatIfOptions()) with { Checks = true }, At(9_999));
        while (run.Step(100))
        {
        }

        return string.Join("; ", run.Jobs.OrderBy(j => j.First.Job).Select(j => $"{j.First.Job} {Seconds(j.StartedAt)}–{Seconds(j.EndedAt)}{(j.Evictions > 0 ? $", evicted {j.Evictions}" : "")}"));

        static string Seconds(DateTimeOffset? at) => at is { } then ? (then - Specs.Start).TotalSeconds.ToString(CultureInfo.InvariantCulture) : "";
    }

    private static PoolAttemptRecord Only(WhatIfStart start, string job) => start.Snapshot!.Attempts.Single(a => a.Attempt.Job.Value == job);

    private static WhatIfStart With(WhatIfStart start, string job, Func<PoolAttemptRecord, PoolAttemptRecord> change) =>
        start with { Snapshot = start.Snapshot! with { Attempts = start.Snapshot.Attempts.Replace(Only(start, job), change(Only(start, job))) } };

    [Fact]
    public void What_was_between_plan_and_commit_is_committed_and_what_was_being_undone_is_planned_anew()
    {
        var start = Stood(20, new WhatIfOptions { CommitDelay = TimeSpan.FromSeconds(30) }, Arrival("a", 10, Runs(100)), Arrival("b", 12, Runs(100)));
        Assert.Equal((AttemptStage.Placing, AttemptStage.Queued), (Only(start, "a").Stage, Only(start, "b").Stage));
        Assert.Equal("a 20–120; b 120–220", GoesOn(start));
        Assert.Equal("a 25–125; b 130–230", GoesOn(start, new WhatIfOptions { CommitDelay = TimeSpan.FromSeconds(5) }));

        start = With(start, "a", a => a with { Undoing = true });
        Assert.Equal("a 20–120; b 120–220", GoesOn(start));
        Assert.Equal("a 25–125; b 130–230", GoesOn(start, new WhatIfOptions { CommitDelay = TimeSpan.FromSeconds(5) }));
    }

    [Fact]
    public void Whom_another_was_promised_the_place_of_stops_and_comes_back_and_who_was_stopped_for_nobody_does_not()
    {
        var start = Stood(320, new WhatIfOptions { StopDelay = TimeSpan.FromSeconds(60) }, Arrival("low", 10, Runs(400)), Arrival("high", 300, Runs(50, 900)));
        Assert.True(Only(start, "low").StopWanted);
        Assert.Single(start.Snapshot!.Claims);
        var soon = new WhatIfOptions { StopDelay = TimeSpan.FromSeconds(7) };
        Assert.Equal("high 327–377; low 377–777, evicted 1", GoesOn(start, soon));
        Assert.Equal("high 327–377; low –327", GoesOn(start with { Snapshot = start.Snapshot with { Claims = [] } }, soon));
    }

    [Fact]
    public void Who_was_told_to_save_saves_and_goes_or_goes_without_when_the_grace_is_over()
    {
        var saves = new CheckpointRule { Grace = TimeSpan.FromSeconds(60) };
        var start = Stood(320, new WhatIfOptions { SaveTime = TimeSpan.FromSeconds(45) }, Arrival("low", 10, Runs(400, saves: saves)), Arrival("high", 300, Runs(50, 900)));
        var stopAt = (int)(Only(start, "low").CheckpointBy!.Value - Specs.Start).TotalSeconds;
        Assert.InRange(stopAt, 360, 365);

        // Of 400 seconds 313 are saved; or none are.
        Assert.Equal("high 323–373; low 373–460, evicted 1", GoesOn(start, new WhatIfOptions { SaveTime = TimeSpan.FromSeconds(3) }));
        Assert.Equal($"high {stopAt}–{stopAt + 50}; low {stopAt + 50}–{stopAt + 450}, evicted 1", GoesOn(start, new WhatIfOptions { SaveTime = TimeSpan.FromHours(1) }));
    }

    [Fact]
    public void What_was_saved_before_is_kept_and_the_next_time_is_as_long_after_it_as_is_said()
    {
        var saves = new CheckpointRule { Grace = TimeSpan.Zero, Interval = TimeSpan.FromSeconds(100) };
        var start = Stood(230, new WhatIfOptions(), Arrival("low", 10, Runs(400, saves: saves)));
        Assert.Equal(At(210), Only(start, "low").CheckpointedAt);
        WhatIfPast Comes(int at) => new() { From = start.At, Until = At(2_000), Arrivals = [Arrival("high", at, Runs(50, 900))] };

        // Saved at 210 and at 310: 200 and 300 of its 400 seconds.
        Assert.Equal("high 245–295; low 295–495, evicted 1", GoesOn(start, null, Comes(240)));
        Assert.Equal("high 345–395; low 395–495, evicted 1", GoesOn(start, null, Comes(340)));
    }

    [Fact]
    public void Only_who_waits_for_a_first_start_counts_among_those_that_wait()
    {
        var start = Stood(310, new WhatIfOptions(), Arrival("low", 10, Runs(400)), Arrival("next", 20, Runs(10)), Arrival("high", 300, Runs(50, 900)));
        Assert.Equal(2, Only(start, "low").Attempt.Number);
        foreach (var changes in new ImmutableArray<WhatIfChange>[] { [], [new WhatIfChange.UsePolicy { Order = "sjf" }] })
        {
            var figures = Ask.Report(start, null, changes, TimeSpan.FromHours(1)).After;
            Assert.Equal((1, 1, 3, 0), (figures.Jobs, figures.Started, figures.Ended, figures.Waiting));
        }
    }

    [Theory]
    [InlineData("a", "a 120–220, evicted 1; b –120")]
    [InlineData("b", "a –110; b 110–210, evicted 1")]
    public void Of_two_jobs_the_one_whose_node_is_gone_comes_back_and_waits_for_the_other(string gone, string expected)
    {
        var start = Stood(Start with { Racks = [Specs.Rack("r", nodes: 2)] }, 30, new WhatIfOptions(), Arrival("a", 10, Runs(100)), Arrival("b", 20, Runs(100)));
        var slot = Only(start, gone).Placement!.Racks[0].Workers[0].Slot;
        Assert.Equal(expected, GoesOn(start, changes: new WhatIfChange.TakeNodes { Names = [$"r-n{slot}"], Remove = true }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sjf")]
    public void Who_waits_and_was_taken_back_in_the_past_is_taken_back_then(string? order)
    {
        var start = Stood(30, new WhatIfOptions(), Arrival("a", 10, Runs(100)), Arrival("b", 20, Runs(100)), Arrival("c", 25, Runs(100)));
        var past = new WhatIfPast { From = start.At, Until = At(1_000), Leaves = ImmutableDictionary<JobId, DateTimeOffset>.Empty.Add(new JobId("b"), At(50)).Add(new JobId("a"), At(60)) };
        var report = Ask.Report(start, past, order is null ? [] : [new WhatIfChange.UsePolicy { Order = order }]).After;
        Assert.Equal((2, 1, 2, 0), (report.Jobs, report.Started, report.Ended, report.Waiting));
    }

    [Fact]
    public void What_other_pools_hold_of_a_quota_is_held_and_what_this_one_holds_is_what_runs_in_it()
    {
        var start = Stood(30, new WhatIfOptions(), Arrival("a", 10, Runs(100)), Arrival("b", 20, Runs(100))) with { Racks = [Specs.Rack("r", nodes: 1), Specs.Rack("s", nodes: 2)] };
        var eight = ImmutableArray.Create(new ResourceAmount("gpu", 8000));
        var tree = new QuotaTree("c");
        tree.Apply(Assert.IsType<SpecDecision.Change>(tree.DecideSpec(new QuotaPath("c"), new QuotaSpec { Limit = [new ResourceAmount("gpu", 16_000)] }, tree.Version, Specs.Start)).Entry);
        WhatIfStart Of(params string[] charged) => start with
        {
            Trees = [tree.Snapshot() with { Charges = [.. charged.Select(c => new QuotaCharge { Attempt = Specs.Attempt(c), Path = new QuotaPath("c/t/u"), Amounts = eight, Plan = 7 })] }],
        };

        // Without others both run; with one there is only one place, also where the tree was asked before or after it knew of the first.
        Assert.Equal("a –110; b 30–130", GoesOn(Of()));
        Assert.Equal("a –110; b 30–130", GoesOn(Of("a")));
        Assert.Equal("a –110; b 110–210", GoesOn(Of("other")));
        Assert.Equal("a –110; b 110–210", GoesOn(Of("a", "other")));
    }
}
