using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Azure.Tests.Scenarios;

public sealed class LiveClusterTests
{
    [Fact]
    public async Task A_gang_in_a_pool_without_nodes_gets_its_machines_and_starts_on_them()
    {
        await using var cluster = await LiveCluster.Start(1);
        var job = await cluster.Submit("first", 20);
        await LiveCluster.Until(async () => (await cluster.PhaseOf(job)).HoldsResources(), cluster.Describe);
        Assert.Equal((20, 20), cluster.Arm.Under(() => (cluster.Sets[0].Capacity, cluster.Sets[0].Created)));
        Assert.Empty(cluster.Arm.Broken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_first_set_refuses_is_had_from_the_second_at_once_or_as_the_operation_ends(bool atOnce)
    {
        await using var cluster = await LiveCluster.Start(2, knobs: (i, k) =>
        {
            if (i == 0)
            {
                (k.SyncError, k.Left, k.AsyncError) = (atOnce ? "AllocationFailed" : null, atOnce ? int.MaxValue : 3, "OverconstrainedAllocationRequest");
            }
        });
        var job = await cluster.Submit("first", 10, TopologyLevel.Rack);
        await LiveCluster.Until(async () => (await cluster.PhaseOf(job)).HoldsResources(), cluster.Describe);
        Assert.Equal(10, cluster.Arm.Under(() => cluster.Sets[1].Created));
    }

    [Fact]
    public async Task No_machine_is_bought_for_a_gang_that_quota_would_not_admit()
    {
        // kai-scheduler/KAI-Scheduler#1615.
        await using var cluster = await LiveCluster.Start(1);
        Assert.True((await cluster.SetQuota("c/poor", 16)).IsDone);
        var poor = await cluster.Submit("poor", 5, team: "poor");
        var fits = await cluster.Submit("fits", 2, team: "poor");
        var rich = await cluster.Submit("rich", 4);
        await LiveCluster.Until(async () => (await cluster.PhaseOf(rich)).HoldsResources() && (await cluster.PhaseOf(fits)).HoldsResources(), cluster.Describe);
        Assert.True(cluster.Arm.Under(() => cluster.Sets[0].Created) == 6, cluster.Describe());
        Assert.Equal(JobPhase.Pending, await cluster.PhaseOf(poor));
    }

    [Fact]
    public async Task Machines_of_a_gang_that_gave_up_are_drained_deleted_and_forgotten()
    {
        await using var cluster = await LiveCluster.Start(1, (_, s) => s["Azure:Pools:gpu:IdleAfter"] = "00:00:10", (_, k) => k.NeverJoins = 0.4);
        var job = await cluster.Submit("first", 12);
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets[0].Machines.Count(m => m.HasJoined) > 3)), cluster.Describe);
        Assert.True((await cluster.Grains.GetGrain<IJobGrain>(job.Value).Cancel(LiveCluster.Admin, "no longer needed")).IsDone);

        // Those that have joined are returned; those that never join go when their time is up.
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => !cluster.Sets[0].Machines.Any(m => m.HasJoined))), cluster.Describe);
        Assert.Empty(cluster.Arm.Broken);
    }

    [Fact]
    public async Task Machines_that_come_one_by_one_for_a_gang_go_to_nobody_smaller_however_urgent()
    {
        // Boots are slow enough for the machines' names to be read first, and joins are spread.
        await using var cluster = await LiveCluster.Start(1, (_, s) => s["Azure:Reconcile:ReadEvery"] = "00:00:01", (_, k) => (k.BootDelay, k.JoinSpread) = (TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2)));
        var gang = await cluster.Submit("gang", 12);
        var pool = cluster.Grains.GetGrain<global::Grains.Pools.IPoolGrain>("gpu");
        await LiveCluster.Until(async () => (await pool.GetDemand(-1, TimeSpan.Zero))?.Earmarks is [{ Nodes.Length: 12 }], cluster.Describe);
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets[0].Machines.Any(m => m.HasJoined))), cluster.Describe);
        var small = await cluster.Submit("small", 1, priority: 900);
        await LiveCluster.Until(async () => (await cluster.PhaseOf(gang)).HoldsResources() && (await cluster.PhaseOf(small)).HoldsResources(), cluster.Describe);
        Assert.True(cluster.Arm.Under(() => cluster.Sets[0].Created) == 13, cluster.Describe());
        var used = (await cluster.Grains.GetGrain<IJobGrain>(gang.Value).Get(LiveCluster.Admin))!;
        Assert.NotNull(used);
        Assert.Empty((await pool.GetDemand(-1, TimeSpan.Zero))!.Earmarks);
        Assert.Empty(cluster.Arm.Broken);
    }

    [Fact]
    public async Task A_machine_is_used_once_it_has_passed_preflight_and_one_that_fails_is_replaced()
    {
        await using var cluster = await LiveCluster.Start(1, (_, s) => (s["Azure:Pools:gpu:ReplaceAfter"], s["Azure:Reconcile:JoinWithin"]) = ("00:00:01", "00:00:04"));
        var isAsked = true;
        cluster.Nodes.Preflight = m => m.Number == 1 ? NodePreflight.Failed : isAsked ? NodePreflight.NotAsked : NodePreflight.Passed;
        var job = await cluster.Submit("first", 3);
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets[0].Machines.Count(m => m.HasJoined) >= 3)), cluster.Describe);
        Assert.Equal(JobPhase.Pending, await cluster.PhaseOf(job));
        isAsked = false;
        await LiveCluster.Until(async () => (await cluster.PhaseOf(job)).HoldsResources(), cluster.Describe);
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets[0].Machines.All(m => m.Number != 1))), cluster.Describe);
        var view = await cluster.Grains.GetGrain<global::Grains.Nodes.INodeGrain>("set00000000").GetView();
        Assert.Equal((cluster.Sets[0].Url, "0"), (view!.Machine.ScaleSet, view.Machine.Instance));
    }

    [Fact]
    public async Task Machines_with_work_survive_azures_own_autoscale_and_what_it_took_comes_again()
    {
        await using var cluster = await LiveCluster.Start(1, (_, s) => (s["Azure:Reconcile:ReadEvery"], s["Azure:Pools:gpu:Warm:0:Machines"]) = ("00:00:02", "1"));
        var job = await cluster.Submit("first", 4);
        await LiveCluster.Until(async () => (await cluster.PhaseOf(job)).HoldsResources(), cluster.Describe);
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets[0].Machines.Count(m => m.Protection?["protectFromScaleIn"] is { } on && (bool)on) == 4)), cluster.Describe);
        cluster.Arm.Under(() => cluster.Sets[0].WriteFromOutside(1));
        Assert.Equal(4, cluster.Arm.Under(() => cluster.Sets[0].Capacity));
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets[0] is { Capacity: 5, Created: 6 })), cluster.Describe);
        Assert.True((await cluster.PhaseOf(job)).HoldsResources());
        Assert.Empty(cluster.Arm.Broken);
    }

    [Fact]
    public async Task A_dry_run_plans_and_does_nothing()
    {
        await using var cluster = await LiveCluster.Start(2, (i, s) => (s["Azure:Pools:gpu:DryRun"], s["Pool"]) = ("true", i == 0 ? "gpu" : "wet"));
        await cluster.Submit("dry", 2);
        await LiveCluster.Until(async () => await cluster.Grains.GetGrain<global::Grains.ScaleSets.IScaleSetGrain>(cluster.Sets[0].Url).GetState() is not null, cluster.Describe);
        var looks = cluster.Arm.Requests;
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Requests > looks + 2), cluster.Describe);
        Assert.Equal(0, cluster.Arm.Under(() => cluster.Sets[0].Writes));
    }
}
