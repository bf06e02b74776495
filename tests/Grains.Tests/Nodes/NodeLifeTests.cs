using Grains.Nodes;
using Grains.Tests.Racks;
using Scheduling.Nodes;

namespace Grains.Tests.Nodes;

/// <summary>Preflight, restarts, lost GPUs and the end of a machine, as its grain and its rack live through them.</summary>
public sealed class NodeLifeTests
{
    private static readonly NodeFacts Asked = new() { NeedsPreflight = true, Uid = "u1", Boot = "b1" };

    [Fact]
    public void A_machine_takes_work_only_when_it_has_passed_preflight_and_remembers_that()
    {
        using var f = new NodeFixture();
        Assert.True(f.Observe(Asked));
        Assert.Equal((NodeState.Preflight, false), (f.View!.State, f.IsSchedulable));

        Assert.True(f.Host.Ask(() => f.Node.Examined(NodeFixture.Operator, true, "NCCL at 460 GB/s", "b1")).IsDone);
        Assert.Equal((NodeState.Ready, true), (f.View!.State, f.IsSchedulable));

        f.Host.Crash();
        f.Observe(Asked);
        Assert.Equal((NodeState.Ready, NodePreflight.Passed, true), (f.View!.State, f.View!.Preflight, f.IsSchedulable));
    }

    [Fact]
    public void A_result_of_another_boot_and_one_of_a_tenant_are_refused()
    {
        using var f = new NodeFixture();
        f.Observe(Asked);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => f.Node.Examined(NodeFixture.Operator, true, "", "b0")).Outcome);
        Assert.Equal(Outcome.Forbidden, f.Host.Ask(() => f.Node.Examined(NodeFixture.Tenant, true, "", "b1")).Outcome);
        Assert.Equal(NodeState.Preflight, f.View!.State);
    }

    [Fact]
    public void A_machine_that_fails_a_later_check_keeps_what_runs_and_takes_nothing_new()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        f.Host.Ask(() => f.Node.Examined(NodeFixture.Operator, false, "GPU 3: row remap", null));
        f.Host.Wait(600);

        Assert.Equal((NodeState.Preflight, "failed preflight: GPU 3: row remap", false), (f.View!.State, f.View!.Reason, f.IsSchedulable));
        Assert.Empty(f.Evicted);
    }

    [Fact]
    public void What_ran_on_a_machine_that_restarted_is_queued_again_before_it_takes_anything_new()
    {
        using var f = new NodeFixture();
        f.Observe(Asked with { NeedsPreflight = false });
        f.Run("a", 1, 0xff);
        f.Observe(new NodeFacts { Uid = "u1", Boot = "b2" });
        f.Host.Wait(6);

        Assert.Equal((NodeState.NotReady, false), (f.View!.State, f.IsSchedulable));
        Assert.Equal("a/1 node n0 restarted", f.Evicted[0]);
        Assert.Contains(f.View!.Incidents, i => i.Reason == "it restarted: what ran on it is lost");

        f.Leave("a", 1);
        f.Host.Wait(6);
        Assert.Equal((NodeState.Ready, true), (f.View!.State, f.IsSchedulable));
    }

    [Fact]
    public void The_hardware_that_it_is_on_is_remembered_and_other_hardware_under_its_name_is_noted()
    {
        using var f = new NodeFixture();
        f.Observe(new NodeFacts { ProviderId = "azure:///subscriptions/s/x/virtualMachineScaleSets/h/virtualMachines/3", Host = "host-1", GpuSerials = "1,2" });
        f.Host.Crash();
        f.Observe();
        Assert.Equal(("3", "host-1", "1,2"), (f.View!.Machine.Instance, f.View.Machine.Host, f.View.Machine.GpuSerials));
        f.Observe(new NodeFacts { Host = "host-1", GpuSerials = "1,9" });
        Assert.Contains(f.View!.Incidents, i => i.Reason == "other GPUs: 1,9 instead of 1,2");
    }

    [Fact]
    public void A_restart_is_not_forgotten_by_a_crash()
    {
        using var f = new NodeFixture();
        f.Observe(Asked with { NeedsPreflight = false });
        f.Run("a", 1, 0xff);
        f.Observe(new NodeFacts { Uid = "u1", Boot = "b2" });
        f.Host.Crash();
        f.Evicted.Clear();
        f.Observe(new NodeFacts { Uid = "u1", Boot = "b2" });
        f.Host.Wait(6);
        Assert.NotEmpty(f.Evicted);
        Assert.False(f.IsSchedulable);
    }

    [Fact]
    public void A_node_object_that_is_made_anew_costs_a_preflight_and_no_work()
    {
        using var f = new NodeFixture();
        f.Observe(Asked);
        f.Host.Ask(() => f.Node.Examined(NodeFixture.Operator, true, "", "b1"));
        f.Run("a", 1, 0xff);
        f.Observe(Asked with { Uid = "u2" });
        f.Host.Wait(600);

        Assert.Equal((NodeState.Preflight, false), (f.View!.State, f.IsSchedulable));
        Assert.Empty(f.Evicted);
    }

    [Fact]
    public void Only_who_uses_a_GPU_that_was_lost_has_to_leave()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("low", 1, 0b1);
        f.Run("high", 2, 1UL << 7);
        f.Host.Do(() => f.Rack.Offer(RackFixture.Offer(2) with { Nodes = [RackFixture.Node("n0", 7), RackFixture.Node("n1")] }));
        f.Observe(gpus: 7);
        f.Host.Wait(6);

        Assert.All(f.Evicted, e => Assert.Equal("high/1 node n0 offers only 7 GPUs now", e));
        Assert.NotEmpty(f.Evicted);
        Assert.Contains(f.View!.Incidents, i => i.Reason == "offers 7 GPUs, 8 before");

        f.Leave("high", 2);
        f.Host.Wait(6);
        var asked = f.Evicted.Count;
        f.Host.Wait(60);
        Assert.Equal(asked, f.Evicted.Count);
        Assert.True(f.IsSchedulable);
    }

    [Fact]
    public void A_machine_that_is_declared_dead_gives_up_what_ran_on_it_at_once()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        Assert.Equal(Outcome.Conflict, f.Host.Ask(() => f.Node.DeclareDead(NodeFixture.Operator, "smoke")).Outcome);

        f.Observe(ready: false);
        Assert.True(f.Host.Ask(() => f.Node.DeclareDead(NodeFixture.Operator, "smoke")).IsDone);
        f.Host.Wait(6);
        Assert.Equal("a/1 node n0 is out of service", f.Evicted[0]);
        Assert.Equal("a/1 n0", f.Lost[0]);
        Assert.True(f.View!.OutOfService);

        f.Leave("a", 1);
        f.Host.Wait(6);
        f.Observe();
        Assert.Equal((NodeState.Ready, false), (f.View!.State, f.View!.OutOfService));
    }

    [Fact]
    public void What_the_cluster_holds_out_takes_nothing_new_and_is_let_go_only_there()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        f.Observe(new NodeFacts { HeldBecause = "kubectl cordon" });
        Assert.Equal((NodeState.Cordoned, "cluster", false), (f.View!.State, f.View!.By, f.IsSchedulable));
        Assert.Equal(Outcome.Conflict, f.Uncordon().Outcome);

        f.Observe();
        Assert.Equal((NodeState.Ready, true), (f.View!.State, f.IsSchedulable));
        f.Host.Wait(600);
        Assert.Empty(f.Evicted);
    }

    [Fact]
    public void A_cordoned_machine_that_dies_is_given_up_too()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        f.Cordon();
        f.Observe(ready: false);
        f.Host.Wait(320);
        Assert.Contains("has not been ready since", f.Evicted[0]);
        Assert.Equal(NodeState.Cordoned, f.View!.State);
    }

    [Fact]
    public void A_drain_waits_for_what_others_run_there_and_says_so()
    {
        using var f = new NodeFixture();
        var counted = new NodeFacts { CountsOthers = true };
        f.Observe(counted);
        f.Drain();
        f.Host.Wait(60);
        Assert.Equal((NodeState.Draining, "what others run there is being counted"), (f.View!.State, f.View!.WaitsFor));

        f.Observe(counted with { Others = "default/web-0: its disruption budget web allows no eviction now" });
        f.Host.Wait(60);
        Assert.Equal(NodeState.Draining, f.View!.State);
        Assert.Contains("disruption budget", f.View!.WaitsFor);

        f.Observe(counted with { Others = "" });
        f.Host.Wait(6);
        Assert.Equal((NodeState.Drained, (string?)null), (f.View!.State, f.View!.WaitsFor));

        // What was counted for one drain says nothing of the next.
        f.Uncordon();
        f.Drain();
        f.Host.Wait(60);
        Assert.Equal(NodeState.Draining, f.View!.State);
    }

    [Fact]
    public void A_machine_that_is_gone_is_forgotten_once_nothing_is_left_on_it()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Run("a", 1, 0xff);
        var gone = new NodeFacts { Gone = true, NotReadyBecause = "it is gone from the cluster" };
        f.Observe(gone, ready: false);
        Assert.Equal((NodeState.NotReady, "it is gone from the cluster"), (f.View!.State, f.View!.Reason));
        f.Host.Wait(320);
        Assert.NotEmpty(f.Evicted);

        f.Leave("a", 1);
        f.Observe(gone, ready: false);
        Assert.Null(f.View);
        f.Observe();
        Assert.Equal((NodeState.Ready, true), (f.View!.State, f.IsSchedulable));
    }

    [Fact]
    public void A_machine_that_an_operator_holds_out_stays_so_while_it_is_away()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Cordon();
        f.Observe(new NodeFacts { Gone = true }, ready: false);
        f.Host.Crash();
        f.Observe();
        Assert.Equal(NodeState.Cordoned, f.View!.State);
    }

    [Fact]
    public void What_happened_to_a_machine_is_noted_once()
    {
        using var f = new NodeFixture();
        f.Observe();
        f.Host.Do(() => f.Node.Remark("kubectl", "took our taint away"));
        f.Host.Do(() => f.Node.Remark("kubectl", "took our taint away"));
        Assert.Equal((NodeState.Ready, NodeState.Ready, "kubectl"), Assert.Single(f.View!.Incidents) is var i ? (i.From, i.To, i.By) : default);
    }
}
