using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>How far changes may go, what is added like what, and what a longer question costs.</summary>
public sealed class WhatIfPlannerTests
{
    private static readonly QuotaPath Team = new("c/a");

    private static WhatIfStart Start(params RackView[] racks)
    {
        var tree = new QuotaTree("c");
        Set("c", new QuotaSpec { Nominal = [Gpus(40)] });
        Set("c/a", new QuotaSpec { Nominal = [Gpus(10), new ResourceAmount("cpu", 500)], Limit = [Gpus(20)], LendingLimit = [Gpus(8)] });
        Set("c/bare", new QuotaSpec());
        return new WhatIfStart { Pool = new PoolId("p"), At = Specs.Start, Racks = [.. racks], Trees = [tree.Snapshot()] };

        void Set(string path, QuotaSpec spec) =>
            tree.Apply(Assert.IsType<SpecDecision.Change>(tree.DecideSpec(new QuotaPath(path), spec, tree.Version, Specs.Start)).Entry);
    }

    private static ResourceAmount Gpus(long gpus) => new("gpu", gpus * 1000);

    private static WhatIfScenario Plan(WhatIfStart start, params WhatIfChange[] changes) => Assert.IsType<WhatIfPlan.Ready>(WhatIfPlanner.Plan(start, null, [.. changes])).Scenario;

    private static string Refused(WhatIfStart start, params WhatIfChange[] changes) =>
        string.Join("; ", Assert.IsType<WhatIfPlan.Refused>(WhatIfPlanner.Plan(start, null, [.. changes])).Problems.Select(p => $"{p.Change} {p.Member}: {p.Rule}"));

    /// <summary>The racks that were added: name, block, nodes, GPUs of each.</summary>
    private static string Added(WhatIfStart start, params WhatIfChange[] changes) => string.Join("; ", Plan(start, changes).Start.Racks.Skip(start.Racks.Length)
        .Select(r => $"{r.Spec.Rack} in {r.Spec.Block}: {r.Spec.Nodes[0].Name}…{r.Spec.Nodes[^1].Name} of {r.Spec.Nodes[0].Gpus}, {r.Schedulable:x}"));

    [Fact]
    public void Nodes_are_added_in_racks_and_blocks_as_large_as_those_that_they_are_like()
    {
        var start = Start(Specs.Rack("r1", nodes: 3), Specs.Rack("r2", nodes: 2, gpus: 4));
        Assert.Equal(
            "p/what-if-0001 in what-if-block-0001: what-if-0001-node-0000…what-if-0001-node-0002 of 8, 7; "
            + "p/what-if-0002 in what-if-block-0001: what-if-0002-node-0000…what-if-0002-node-0002 of 8, 7; p/what-if-0003 in what-if-block-0002: what-if-0003-node-0000…what-if-0003-node-0000 of 8, 1",
            Added(start, new WhatIfChange.AddNodes { Count = 7 }));
        Assert.Equal(
            "p/what-if-0001 in what-if-block-0001: what-if-0001-node-0000…what-if-0001-node-0001 of 4, 3; p/what-if-0002 in what-if-block-0001: what-if-0002-node-0000…what-if-0002-node-0000 of 4, 1",
            Added(start, new WhatIfChange.AddNodes { Count = 3, Like = "r2" }));
        Assert.EndsWith("of 4, 1", Added(start, new WhatIfChange.AddNodes { Count = 1, Like = "r2-n1" }), StringComparison.Ordinal);
        Assert.EndsWith("of 8, ffffffffffffffff", Added(Start(Specs.Rack("r", nodes: 64)), new WhatIfChange.AddNodes { Count = 64 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_name_nodes_are_like_most_GPU_nodes_and_places_without_a_node_count_for_nothing()
    {
        var odd = Specs.Rack("r1", nodes: 5);
        odd = odd with { Spec = odd.Spec with { Nodes = [NodeSpec.Vacant, .. odd.Spec.Nodes[1..4].Select(n => n with { Gpus = 0 }), odd.Spec.Nodes[4] with { Gpus = 2 }] } };
        var start = Start(odd, Specs.Rack("r2", nodes: 2, gpus: 4));
        Assert.EndsWith("what-if-0001-node-0001 of 4, 3", Added(start, new WhatIfChange.AddNodes { Count = 2 }), StringComparison.Ordinal);
        // The first that is there, of four.
        Assert.EndsWith("what-if-0001-node-0001 of 0, 3", Added(start, new WhatIfChange.AddNodes { Count = 2, Like = "r1" }), StringComparison.Ordinal);
        Assert.EndsWith("what-if-0001-node-0001 of 2, 3", Added(start, new WhatIfChange.AddNodes { Count = 2, Like = "r1-n4" }), StringComparison.Ordinal);
        Assert.StartsWith("0 Like: the pool has no GPU node", Refused(Start(), new WhatIfChange.AddNodes { Count = 1 }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bounds_are_those_that_are_said()
    {
        var start = Start(Specs.Rack("r1", nodes: 2));
        Plan(start, new WhatIfChange.AddNodes { Count = 1 }, new WhatIfChange.QuotaPercent { Path = Team, Percent = -100 }, new WhatIfChange.QuotaPercent { Path = Team, Percent = 1000 });
        Plan(start, new WhatIfChange.AddNodes { Count = WhatIfPlanner.MaxNodes });
        Assert.Equal("0 Count: must be from 1 to 20000", Refused(start, new WhatIfChange.AddNodes { Count = WhatIfPlanner.MaxNodes + 1 }));
        Assert.Equal("0 Percent: must be from -100 to 1000", Refused(start, new WhatIfChange.QuotaPercent { Path = Team, Percent = 1001 }));
        Assert.Equal("0 Path: c/bare has no nominal and no limit to change by percent: say an amount", Refused(start, new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/bare"), Percent = 1 }));
        Assert.StartsWith("0 Nominal: ", Refused(start, new WhatIfChange.QuotaAmounts { Path = Team, Nominal = [Gpus(-1)] }), StringComparison.Ordinal);
        Assert.StartsWith("0 Path: ", Refused(start, new WhatIfChange.QuotaAmounts { Path = Team, Limit = [Gpus(9)] }), StringComparison.Ordinal);
        Assert.Equal("0 Path: there is no quota x", Refused(start, new WhatIfChange.QuotaPercent { Path = new QuotaPath("x"), Percent = 1 }));
        Assert.Equal("0 Names: must name 1 to 1000 nodes or racks", Refused(start, new WhatIfChange.TakeNodes { Names = [] }));
        Assert.Equal("0 Names: must name 1 to 1000 nodes or racks", Refused(start, new WhatIfChange.TakeNodes { Names = [.. Enumerable.Repeat("r1", 1001)] }));
        Plan(start, new WhatIfChange.TakeNodes { Names = [.. Enumerable.Repeat("r1", 1000)] });
        Assert.Equal("0 Names: there is no node or rack a, b, c, d, e in the pool", Refused(start, new WhatIfChange.TakeNodes { Names = ["f", "e", "d", "c", "b", "a", "r1"] }));
        Assert.Equal("0 Order: order or placement must be named", Refused(start, new WhatIfChange.UsePolicy()));
        Plan(start, [.. Enumerable.Repeat(new WhatIfChange.AddNodes { Count = 1 }, 16)]);
        Assert.Equal("16 : at most 16 changes may be asked about at once", Refused(start, [.. Enumerable.Repeat(new WhatIfChange.AddNodes { Count = 1 }, 17)]));
    }

    [Fact]
    public void A_priority_is_set_of_a_job_that_is_there_or_comes_and_of_no_other()
    {
        var start = Start(Specs.Rack("r1"));
        var past = new WhatIfPast
        {
            From = start.At, Until = start.At, Arrivals = [new WhatIfArrival { Attempt = Specs.Attempt("coming"), Spec = Specs.Job(), SubmittedAt = start.At, At = start.At }],
        };
        foreach (var priority in new[] { 0, 1000 })
            Assert.IsType<WhatIfPlan.Ready>(WhatIfPlanner.Plan(start, past, [new WhatIfChange.SetPriority { Job = new JobId("coming"), Priority = priority }]));
        foreach (var priority in new[] { -1, 1001 })
            Assert.Equal("Priority", Assert.Single(Assert.IsType<WhatIfPlan.Refused>(WhatIfPlanner.Plan(start, past, [new WhatIfChange.SetPriority { Job = new JobId("coming"), Priority = priority }])).Problems).Member);
        Assert.Equal("0 Job: there is no job coming in the pool", Refused(start, new WhatIfChange.SetPriority { Job = new JobId("coming"), Priority = 1 }));
    }

    [Fact]
    public void Of_those_that_are_there_whoever_is_not_over_can_have_another_priority()
    {
        PoolAttemptRecord There(string job, bool over) => new() { Attempt = Specs.Attempt(job), Spec = Specs.Job(), SubmittedAt = Specs.Start, Stage = AttemptStage.Running, Plan = 1, EndWanted = over };
        WhatIfStart Of(params PoolAttemptRecord[] attempts) => Start(Specs.Rack("r1")) with { Snapshot = new PoolSnapshot { Epoch = 1, LastPlan = 1, Racks = [], Attempts = [.. attempts] } };
        var change = new WhatIfChange.SetPriority { Job = new JobId("a"), Priority = 1 };
        Plan(Of(There("a", over: false)), change);
        Assert.Equal("0 Job: there is no job a in the pool", Refused(Of(There("a", over: true), There("b", over: false)), change));
    }

    [Fact]
    public void Of_several_policies_the_last_counts_and_what_none_names_stays()
    {
        var start = Start(Specs.Rack("r1")) with { Placement = "WorstFit", Policy = new PoolPolicy { Order = "fifo" } };
        static string Of(WhatIfScenario scenario) => $"{scenario.Start.Policy.Order} {scenario.Start.Placement}";
        Assert.Equal("fifo WorstFit", Of(Plan(start)));
        Assert.Equal("sjf WorstFit", Of(Plan(start, new WhatIfChange.UsePolicy { Order = "sjf" })));
        Assert.Equal("sjf BestFit", Of(Plan(start, new WhatIfChange.UsePolicy { Placement = "BestFit" }, new WhatIfChange.UsePolicy { Order = "sjf" })));
        Assert.Equal("sjf ByLevel", Of(Plan(start, new WhatIfChange.UsePolicy { Order = "fifo", Placement = "BestFit" }, new WhatIfChange.UsePolicy { Order = "sjf", Placement = "ByLevel" })));
    }

    [Fact]
    public void The_pace_of_a_long_question_over_many_jobs_is_slower_but_never_above_five_minutes()
    {
        var plain = new WhatIfOptions();
        Assert.Equal(plain, WhatIfOptions.For(TimeSpan.FromDays(1), 0));
        Assert.Equal(plain, WhatIfOptions.For(TimeSpan.FromHours(1), 5_000));
        Assert.Equal(
            plain with { ReviewPeriod = TimeSpan.FromSeconds(6), ClaimPeriod = TimeSpan.FromSeconds(6), ClaimRetry = TimeSpan.FromSeconds(30), ChargesAtOnce = true },
            WhatIfOptions.For(TimeSpan.FromHours(1), 5_001));
        Assert.Equal(TimeSpan.FromMinutes(5), WhatIfOptions.For(TimeSpan.FromDays(7), 1_000_000).ReviewPeriod);
    }

    [Fact]
    public void Jobs_that_come_again_come_as_others_as_late_as_they_did_and_none_after_the_end()
    {
        var at = Specs.Start;
        WhatIfArrival Of(string job, int seconds) => new()
        {
            Attempt = Specs.Attempt(job, 3), Spec = Specs.Job() with { Deadline = at.AddSeconds(seconds + 90) }, SubmittedAt = at, At = at.AddSeconds(seconds), LeavesAt = at.AddSeconds(seconds + 60),
            Runs = new WhatIfRuns(TimeSpan.FromSeconds(9), default),
        };
        var past = new WhatIfPast { From = at, Until = at.AddHours(1), Arrivals = [Of("a", 10), Of("b", 20), Of("c", 30)] };
        var again = past.Again(at.AddDays(1), at.AddDays(1).AddSeconds(20));

        Assert.Equal((at.AddDays(1), at.AddDays(1).AddSeconds(20)), (again.From, again.Until));
        Assert.Equal(["again-0000000", "again-0000001"], again.Arrivals.Select(a => a.Attempt.Job.Value));
        var second = again.Arrivals[1];
        Assert.Equal((1, at.AddDays(1).AddSeconds(20), at.AddDays(1).AddSeconds(20)), (second.Attempt.Number, second.At, second.SubmittedAt));
        Assert.Equal((at.AddDays(1).AddSeconds(80), at.AddDays(1).AddSeconds(110)), (second.LeavesAt, second.Spec.Deadline));
    }
}
