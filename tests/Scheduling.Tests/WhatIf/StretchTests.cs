using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>Both runs of a question beside each other say what they say one after the other.</summary>
public sealed class StretchTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void Two_threads_come_to_the_same_report_as_one()
    {
        var start = Busy();
        ImmutableArray<WhatIfChange> changes = [new WhatIfChange.AddNodes { Count = 2 }, new WhatIfChange.SubmitJob { Spec = Specs.Job(workers: 3, priority: 900), RunsFor = TimeSpan.FromHours(2) }];

        var together = Of(start, changes, new WhatIfOptions());
        while (together.Stretch() is { IsEmpty: false } pieces)
        {
            Parallel.Invoke([.. pieces]);
        }

        var report = together.Report();
        Assert.Equal(Ask.Text(Ask.Report(start, null, changes, Day, options: new WhatIfOptions())), Ask.Text(report));
        Assert.True(report is { CutAt: null, JobsChanged: > 0, Before.Ended: > 10 }, Ask.Text(report));
    }

    [Fact]
    public void Cut_off_between_two_stretches_both_runs_have_come_as_far()
    {
        var comparison = Of(Busy(), [new WhatIfChange.AddNodes { Count = 2 }]);
        for (var stretch = 0; stretch < 20; stretch++)
        {
            foreach (var piece in comparison.Stretch())
            {
                piece();
            }
        }

        comparison.Cut();
        Assert.Empty(comparison.Stretch());
        var report = comparison.Report();
        Assert.Equal(report.CutAt, report.Until);
        Assert.InRange(report.Until - report.From, TimeSpan.FromMinutes(80), TimeSpan.FromMinutes(110));
        Assert.True(report.Before.Ended <= report.After.Ended, Ask.Text(report));
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(7, 40)]
    [InlineData(1, 150)]
    [InlineData(200, 150)]
    [InlineData(1, 700)]
    [InlineData(200, 700)]
    public void Cut_off_after_so_many_steps_the_answer_is_that_of_a_question_about_just_so_long(int slice, long steps)
    {
        var comparison = Of(Busy(), Uneven, new WhatIfOptions { Checks = true, MaxSteps = steps });
        while (comparison.Step(slice))
        {
        }

        SaysWhatIsTrueUntilThere(comparison.Report());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(700)]
    [InlineData(2000)]
    public void Cut_off_after_so_many_steps_by_two_threads_it_is_too(long steps)
    {
        var comparison = Of(Busy(), Uneven, new WhatIfOptions { Checks = true, MaxSteps = steps });
        while (comparison.Stretch() is { IsEmpty: false } pieces)
        {
            Parallel.Invoke([.. pieces]);
        }

        SaysWhatIsTrueUntilThere(comparison.Report());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(333)]
    public void Cut_off_by_the_clock_after_any_slice_it_is_too(int slices)
    {
        var comparison = Of(Busy(), Uneven);
        for (var i = 0; i < slices; i++)
        {
            Assert.True(comparison.Step(1));
        }

        comparison.Cut();
        Assert.False(comparison.Step(1));
        SaysWhatIsTrueUntilThere(comparison.Report());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(60)]
    public void Cut_off_by_the_clock_between_two_stretches_it_is_too(int stretches)
    {
        var comparison = Of(Busy(), Uneven);
        for (var i = 0; i < stretches; i++)
        {
            // One after the other: the second is cut where the first is.
            foreach (var piece in comparison.Stretch())
            {
                piece();
            }
        }

        comparison.Cut();
        SaysWhatIsTrueUntilThere(comparison.Report());
    }

    [Fact]
    public void Cut_off_after_one_run_has_ended_by_itself_the_other_counts_as_far_as_it_came()
    {
        // With many more nodes all is over while the other run still works on its queue.
        var start = Busy();
        ImmutableArray<WhatIfChange> changes = [new WhatIfChange.AddNodes { Count = 100 }];
        var comparison = Of(start, changes);
        for (var stretch = 0; stretch < 30; stretch++)
        {
            Parallel.Invoke([.. comparison.Stretch()]);
        }

        comparison.Cut();
        var report = comparison.Report();
        Assert.True(report is { After.Ended: 40, Before.Ended: < 40 and > 5 }, Ask.Text(report));
        Assert.InRange(report.Until - report.From, TimeSpan.FromMinutes(145), TimeSpan.FromMinutes(155));
        SaysWhatIsTrueUntilThere(report, changes);
    }

    [Fact]
    public void A_step_is_so_many_moments_in_both_runs_and_no_moment_is_none()
    {
        Assert.True(Short().Step(0));
        Assert.Equal(Specs.Start, Until(Short(), 0));
        var (once, thrice) = (Until(Short(), 3), Until(Short(), 1, 1, 0, 1));
        Assert.Equal(once, thrice);
        Assert.Equal(once, Until(Short(), 2, 1));

        static DateTimeOffset Until(WhatIfComparison comparison, params int[] steps)
        {
            foreach (var moments in steps)
            {
                Assert.True(comparison.Step(moments));
            }

            comparison.Cut();
            return comparison.Report().Until;
        }
    }

    [Fact]
    public void A_stretch_is_five_minutes()
    {
        var comparison = Of(
            new WhatIfStart { Pool = new PoolId("p"), At = Specs.Start, Racks = [Specs.Rack("r")] }, [new WhatIfChange.SubmitJob { Spec = Specs.Job(), RunsFor = TimeSpan.FromHours(1) }]);
        for (var stretch = 1; stretch <= 3; stretch++)
        {
            foreach (var piece in comparison.Stretch())
            {
                piece();
            }
        }

        comparison.Cut();
        Assert.Equal(Specs.Start.AddMinutes(15), comparison.Report().Until);
    }

    [Fact]
    public void A_run_that_is_over_cannot_be_cut_any_more()
    {
        var (cut, whole) = (Short(), Short());
        while (cut.Step(1000) | whole.Step(1))
        {
        }

        cut.Cut();
        var report = cut.Report();
        Assert.Equal((null, Specs.Start.AddSeconds(4)), (report.CutAt, report.Until));
        Assert.Equal(Ask.Text(whole.Report()), Ask.Text(report));
    }

    [Fact]
    public void The_answer_says_how_far_it_was_to_come()
    {
        var start = Busy();
        var whole = Ask.Report(start, null, Uneven, TimeSpan.FromHours(3));
        var cut = Ask.Report(start, null, Uneven, TimeSpan.FromHours(3), options: new WhatIfOptions { MaxSteps = 40 });

        Assert.Equal((start.At + TimeSpan.FromHours(3), start.At + TimeSpan.FromHours(3)), (whole.AskedUntil, cut.AskedUntil));
        Assert.True(cut.Until < cut.AskedUntil);
    }

    /// <summary>What was asked about ran in one of the two only, and makes its run much the longer one in steps.</summary>
    private static ImmutableArray<WhatIfChange> Uneven =>
    [
        new WhatIfChange.AddNodes { Count = 1 },
        new WhatIfChange.SubmitJob
        {
            Spec = Specs.Job(workers: 2, priority: 900) with { Checkpoint = new CheckpointRule { Interval = TimeSpan.FromSeconds(7) } }, RunsFor = TimeSpan.FromHours(5),
        },
    ];

    /// <summary>The twin of a report that was cut: the same question, asked about no more than it came to.</summary>
    private static void SaysWhatIsTrueUntilThere(WhatIfReport report, ImmutableArray<WhatIfChange>? changes = null)
    {
        Assert.Equal(report.Until, report.CutAt);
        Assert.True(report.Until >= report.From && report.Until < report.AskedUntil);
        var twin = Ask.Report(Busy(), null, changes ?? Uneven, report.Until - report.From);
        Assert.Null(twin.CutAt);
        Assert.Equal(Ask.Text(twin with { CutAt = report.CutAt, AskedUntil = report.AskedUntil, Steps = report.Steps }), Ask.Text(report));
    }

    [Fact]
    public void Without_changes_there_is_one_piece_of_work()
    {
        var comparison = new WhatIfComparison(Busy(), null, null, new WhatIfOptions(), Specs.Start + Day);
        Assert.Single(comparison.Stretch());
    }

    private static WhatIfComparison Of(WhatIfStart start, ImmutableArray<WhatIfChange> changes, WhatIfOptions? options = null) => new(
        start, Assert.IsType<WhatIfPlan.Ready>(WhatIfPlanner.Plan(start, null, changes)).Scenario, null, options ?? new WhatIfOptions { Checks = true }, start.At + Day);

    /// <summary>Four jobs, which end after one to four seconds.</summary>
    private static WhatIfComparison Short() => Of(
        new WhatIfStart { Pool = new PoolId("p"), At = Specs.Start, Racks = [Specs.Rack("r")] },
        [.. new[] { 1, 2, 3, 4 }.Select(i => new WhatIfChange.SubmitJob { Spec = Specs.Job(), RunsFor = TimeSpan.FromSeconds(i) })]);

    /// <summary>Three nodes, and forty jobs that wait for them.</summary>
    private static WhatIfStart Busy()
    {
        var pool = new RecordedPool([Specs.Rack("r1", nodes: 3)]);
        pool.Set("c", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 1_000_000)] });
        pool.Second(() =>
        {
            for (var i = 0; i < 40; i++)
            {
                var seconds = 600 + (60 * i);
                pool.Submit($"j{i:D2}", Specs.Job(workers: 1 + (i % 3)) with { RunFor = TimeSpan.FromSeconds(seconds) }, seconds);
            }
        });
        return pool.Start(pool.Snapshot()) with { At = pool.Now };
    }
}
