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

        var together = Of(start, changes);
        while (together.Stretch() is { IsEmpty: false } pieces)
        {
            Parallel.Invoke([.. pieces]);
        }

        var report = together.Report();
        Assert.Equal(Ask.Text(Ask.Report(start, null, changes, Day)), Ask.Text(report));
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

    [Fact]
    public void Without_changes_there_is_one_piece_of_work()
    {
        var comparison = new WhatIfComparison(Busy(), null, null, new WhatIfOptions(), Specs.Start + Day);
        Assert.Single(comparison.Stretch());
    }

    private static WhatIfComparison Of(WhatIfStart start, ImmutableArray<WhatIfChange> changes) => new(
        start, Assert.IsType<WhatIfPlan.Ready>(WhatIfPlanner.Plan(start, null, changes)).Scenario, null, new WhatIfOptions { Checks = true }, start.At + Day);

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
