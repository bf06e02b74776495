using System.Text.Json.Nodes;
using Gateway.Kubernetes.Nodes;
using Grains;
using Grains.Racks;
using KubeKit;
using KubeTests.Support;
using Scheduling.Model;
using Scheduling.Nodes;

namespace KubeTests.Nodes;

/// <summary>Nodes of a real API server, its kubectl and its controllers' hands on one side, our grains on the other.</summary>
public sealed class NodeTests(KubeServerFixture fixture)
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task Labels_become_pools_racks_and_models_and_pods_of_others_take_their_share()
    {
        var nodes = await Nodes("labels", 4, perRack: 2);
        var space = await Server.CreateNamespace();
        await using var stage = await NodeStage.Start(Server, "test-labels");
        var first = await stage.UntilRack("gpu/labels-leaf-0", v => v.Spec.Nodes.Length == 2, "has both nodes");
        await stage.UntilRack("gpu/labels-leaf-1", v => v.Spec.Nodes.Length == 2, "has both nodes");
        Assert.Equal(("labels-spine-0", 8, "H100-80GB", 96_000L), (first!.Spec.Block, first.Spec.Nodes[0].Gpus, first.Spec.Nodes[0].GpuModel, first.Spec.Nodes[0].CpuMilli));
        Assert.Equal([new ExtendedAmount(ExtendedResources.EphemeralStorage, 3500 * 1024)], first.Spec.Nodes[0].Extended);

        await Put(space, "daemon", nodes.Name(0), "default-scheduler", "DaemonSet");
        await stage.UntilRack("gpu/labels-leaf-0", v => v.Spec.Nodes.Any(n => n.Name.Value == nodes.Name(0) && n.CpuMilli == 95_000), "a core less");
        await Put(space, "ours", nodes.Name(0), NodeStage.OurScheduler, null);
        await stage.Until(nodes.Name(0), v => v.State == NodeState.Ready && v.Spec.CpuMilli == 95_000, "ours takes nothing of it");
        await Server.Admin.Delete($"/api/v1/namespaces/{space}/pods/daemon", Now);
        await stage.UntilRack("gpu/labels-leaf-0", v => v.Spec.Nodes.All(n => n.CpuMilli == 96_000), "the core is back");
    }

    [KubeFact]
    public async Task A_cordon_by_kubectl_takes_a_node_out_and_only_kubectl_brings_it_back()
    {
        var node = (await Nodes("kubectl", 1)).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-kubectl");
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready");

        await Server.Kubectl(["cordon", node]);
        var held = await stage.Until(node, v => v.State == NodeState.Cordoned, "is cordoned");
        Assert.Equal("cluster", held!.By);
        Assert.Equal(Outcome.Conflict, (await stage.Node(node).Uncordon(NodeStage.Operator)).Outcome);
        Assert.DoesNotContain("orleans", NodeStage.Taints(await stage.NodeObject(node)));

        await Server.Kubectl(["uncordon", node]);
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready again");
    }

    [KubeFact]
    public async Task A_cordon_by_an_operator_shows_as_a_taint_beside_those_of_others_under_our_field_manager()
    {
        var node = (await Nodes("operator", 1, ("sku", "gpu", "NoSchedule"))).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-operator");
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready");
        Assert.True((await stage.Node(node).Cordon(NodeStage.Operator, "fan")).IsDone);
        await stage.UntilTaints(node, t => t == "orleans.scheduler/held-out=cordoned:NoSchedule, sku=gpu:NoSchedule", "is tainted");

        // Another manager changes other things of the node at the same time: nobody's is lost.
        await Server.Kubectl(["taint", "node", node, "dedicated=red:NoExecute"]);
        await Server.Kubectl(["label", "node", node, "color=red"]);
        Assert.True((await stage.Node(node).Uncordon(NodeStage.Operator)).IsDone);
        await stage.UntilTaints(node, t => t == "dedicated=red:NoExecute, sku=gpu:NoSchedule", "ours is gone, theirs are not");
        var view = await stage.Until(node, v => v.Spec.Labels.Contains(new Label("color", "red")) && v.Spec.Taints.Length == 2, "is known as it is");
        Assert.Contains(new Label("dedicated", "red"), view!.Spec.Taints);
        var now = await stage.NodeObject(node);
        Assert.Equal("1", (string?)now["metadata"]!["annotations"]!["orleans.scheduler/epoch"]);
        Assert.Contains(now["metadata"]!["managedFields"]!.AsArray(), m => (string?)m!["manager"] == "orleans-scheduler");
    }

    [KubeFact]
    public async Task A_taint_of_ours_that_kubectl_takes_away_is_put_back_once_and_then_left_and_both_are_written_down()
    {
        var node = (await Nodes("fight", 1)).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-fight");
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready");
        await stage.Node(node).Cordon(NodeStage.Operator, "fan");
        for (var i = 0; i < 2; i++)
        {
            await stage.UntilTaints(node, t => t.Contains("held-out"), "is tainted");
            await Server.Kubectl(["taint", "node", node, "orleans.scheduler/held-out-"]);
        }

        var view = await stage.Until(node, v => v.Incidents.Any(i => i.Reason!.Contains("left so")), "gives up");
        Assert.Equal(NodeState.Cordoned, view!.State);
        Assert.Contains(view.Incidents, i => i.Reason!.Contains("put right in a while"));
        Assert.Equal("", NodeStage.Taints(await stage.NodeObject(node)));
    }

    [KubeFact]
    public async Task A_drain_evicts_what_has_a_controller_as_far_as_its_budget_allows()
    {
        var node = (await Nodes("drain", 1)).Name(0);
        var space = await Server.CreateNamespace();
        await using var kubelet = FakeKubelet.Start(Server.Admin, new FakeKubeletOptions { Namespace = space });
        await Put(space, "web", node, "default-scheduler", "ReplicaSet");
        await Put(space, "daemon", node, "default-scheduler", "DaemonSet");
        await Put(space, "lone", node, "default-scheduler", null);
        await Eventually.True(async () => FakePods.PhaseOf(await Server.Admin.Get($"/api/v1/namespaces/{space}/pods/web")) == "Running", "web runs");
        await Budget(space, allowed: 0);
        await using var stage = await NodeStage.Start(Server, "test-drain");
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready");
        Assert.True((await stage.Node(node).Drain(NodeStage.Operator, "repair")).IsDone);

        var waits = await stage.Until(node, v => v.WaitsFor?.Contains("disruption budget") == true, "says which budget");
        Assert.Equal(NodeState.Draining, waits!.State);
        Assert.Contains($"{space}/lone: has no controller", waits.WaitsFor);

        await Budget(space, allowed: 1);
        await Eventually.True(async () => await Server.Admin.Find($"/api/v1/namespaces/{space}/pods/web") is null, "web is evicted");
        await stage.Until(node, v => v.State == NodeState.Draining && v.WaitsFor?.Contains("web") == false, "waits for lone alone");
        await Server.Admin.Delete($"/api/v1/namespaces/{space}/pods/lone", Now);
        await stage.Until(node, v => v.State == NodeState.Drained, "is drained");
        Assert.NotNull(await Server.Admin.Find($"/api/v1/namespaces/{space}/pods/daemon"));
        await stage.UntilTaints(node, t => t.Contains("held-out=drained"), "says so");
    }

    [KubeFact]
    public async Task A_node_that_joins_with_our_taint_takes_work_once_it_has_passed_preflight_in_this_boot()
    {
        var node = (await Nodes("preflight", 1, ("orleans.scheduler/preflight", "pending", "NoSchedule"))).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-preflight");
        await stage.Until(node, v => v.State == NodeState.Preflight, "waits for preflight");
        Assert.Equal(0UL, (await stage.UntilRack("gpu/preflight-leaf-0", v => v.Spec.Nodes.Length == 1, "has it"))!.Schedulable);

        // What was said of another boot does not count.
        await Server.Kubectl(["annotate", "node", node, "orleans.scheduler/preflight-passed=boot-0"]);
        await Server.Kubectl(["annotate", "node", node, "--overwrite", "orleans.scheduler/preflight-passed=boot-1 NCCL 460 GB/s"]);
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready");
        await stage.UntilTaints(node, t => t.Length == 0, "the taint is gone");

        // A later check fails, and an operator lets it in again.
        Assert.True((await stage.Node(node).Examined(NodeStage.Operator, false, "row remap", "boot-1")).IsDone);
        await stage.UntilTaints(node, t => t == "orleans.scheduler/preflight=failed:NoSchedule", "says that it failed");
        Assert.True((await stage.Node(node).Examined(NodeStage.Operator, true, "looked at", "boot-1")).IsDone);
        await stage.UntilTaints(node, t => t.Length == 0, "the taint is gone again");
    }

    [KubeFact]
    public async Task Where_preflight_is_asked_of_all_a_restart_asks_for_it_again()
    {
        var node = (await Nodes("reboot", 1)).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-reboot", new NodeMappingOptions { Preflight = true });
        await stage.UntilTaints(node, t => t.Contains("preflight=pending"), "is tainted by us");
        Assert.True((await stage.Node(node).Examined(NodeStage.Operator, true, "", "boot-1")).IsDone);
        await stage.UntilTaints(node, t => t.Length == 0, "is let in");

        await stage.PatchStatus(node, new JsonObject { ["nodeInfo"] = new JsonObject { ["bootID"] = "boot-2" } });
        var view = await stage.Until(node, v => v.State == NodeState.Preflight, "is out again");
        Assert.Contains(view!.Incidents, i => i.Reason!.Contains("it restarted"));
        await stage.UntilTaints(node, t => t.Contains("preflight=pending"), "and is tainted again");
    }

    [KubeFact]
    public async Task A_node_that_is_deleted_is_forgotten_and_one_made_anew_is_a_new_one()
    {
        var nodes = await Nodes("anew", 2);
        var node = nodes.Name(0);
        await using var stage = await NodeStage.Start(Server, "test-anew");
        await stage.Until(node, v => v.State == NodeState.Ready, "is ready");
        await Server.Admin.Delete($"/api/v1/nodes/{node}");
        await Eventually.True(async () => await stage.Node(node).GetView() is null, "is forgotten");
        await stage.UntilRack("gpu/anew-leaf-0", v => v.Spec.Nodes.Count(n => !n.IsVacant) == 1, "has the other alone");

        await Server.Admin.Create("/api/v1/nodes", nodes.Node(0));
        await stage.Until(node, v => v.State == NodeState.Ready, "is back");
        Assert.Equal("gpu/anew-leaf-0", (await stage.Node(node).GetView())!.Rack.Value);
    }

    [KubeFact]
    public async Task A_node_that_is_not_ready_or_has_lost_a_GPU_is_so_for_its_rack_too()
    {
        var node = (await Nodes("less", 1)).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-less");
        await stage.UntilRack("gpu/less-leaf-0", v => v.Schedulable == 1, "takes work");
        await stage.PatchStatus(node, new JsonObject { ["conditions"] = new JsonArray(FakeNodes.NodeCondition("Ready", "Unknown", "NodeStatusUnknown")) });
        await stage.UntilRack("gpu/less-leaf-0", v => v.Schedulable == 0, "takes none");
        Assert.Contains("NodeStatusUnknown", (await stage.Node(node).GetView())!.Reason);
        Assert.True((await stage.Node(node).DeclareDead(NodeStage.Operator, "smoke")).IsDone);
        await stage.UntilTaints(node, t => t.Contains("node.kubernetes.io/out-of-service=orleans.scheduler:NoExecute"), "is out of service");
        await stage.PatchStatus(node, new JsonObject { ["conditions"] = new JsonArray(FakeNodes.NodeCondition("Ready", "True", "KubeletReady")) });
        await stage.UntilRack("gpu/less-leaf-0", v => v.Schedulable == 1, "takes work again");
        await stage.UntilTaints(node, t => t.Length == 0, "is in service");

        await stage.PatchStatus(node, new JsonObject { ["allocatable"] = new JsonObject { ["nvidia.com/gpu"] = "7" } });
        await stage.UntilRack("gpu/less-leaf-0", v => v.Spec.Nodes[0].Gpus == 7 && v.Schedulable == 1, "offers seven");
        var view = await stage.Until(node, v => v.Incidents.Any(i => i.Reason == "offers 7 GPUs, 8 before"), "has an incident");
        Assert.Equal(NodeState.Ready, view!.State);
    }

    [KubeFact]
    public async Task A_label_that_changes_moves_a_node_only_when_it_is_drained()
    {
        var node = (await Nodes("moves", 2)).Name(0);
        await using var stage = await NodeStage.Start(Server, "test-moves");
        await stage.UntilRack("gpu/moves-leaf-0", v => v.Spec.Nodes.Length == 2, "has both");
        await Server.Kubectl(["label", "node", node, "--overwrite", "orleans.scheduler/rack=other"]);
        await stage.Until(node, v => v.Rack.Value == "gpu/moves-leaf-0" && v.Incidents.Any(i => i.Reason!.Contains("until it is drained")), "stays, and says so");

        await stage.Node(node).Drain(NodeStage.Operator, "moved");
        var moved = await stage.Until(node, v => v.Rack.Value == "gpu/other", "moves");
        Assert.Equal(NodeState.Drained, moved!.State);
        Assert.Equal(0UL, (await stage.UntilRack("gpu/other", v => v.Spec.Nodes.Length == 1, "has it"))!.Schedulable);
        await stage.Node(node).Uncordon(NodeStage.Operator);
        await stage.UntilRack("gpu/other", v => v.Schedulable == 1, "gives it work");
    }

    private static JsonObject Now => new() { ["gracePeriodSeconds"] = 0 };

    private async Task<FakeNodes> Nodes(string prefix, int count, (string, string, string)? taint = null, int perRack = 16)
    {
        var nodes = new FakeNodes
        {
            Prefix = prefix, Count = count, NodesPerRack = perRack, Taints = taint is { } one ? [one] : [], Labels = _ => new Dictionary<string, string?> { [$"test-{prefix}"] = "" },
        };
        await nodes.Create(Server.Admin);
        return nodes;
    }

    private Task<JsonObject> Put(string space, string name, string node, string scheduler, string? owner)
    {
        var pod = FakePods.Gpu(name, scheduler, gpus: 0, labels: new Dictionary<string, string> { ["app"] = name });
        pod["spec"]!["nodeName"] = node;
        if (owner is not null)
        {
            var reference = new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = owner, ["name"] = "set", ["uid"] = "1234", ["controller"] = true };
            pod["metadata"]!["ownerReferences"] = new JsonArray(reference);
        }

        return Server.Admin.Create($"/api/v1/namespaces/{space}/pods", pod);
    }

    /// <summary>Nobody computes budgets here: the test says how many may go.</summary>
    private async Task Budget(string space, int allowed)
    {
        var version = KubeBinaries.Minor < 21 ? "v1beta1" : "v1";
        var path = $"/apis/policy/{version}/namespaces/{space}/poddisruptionbudgets";
        if (await Server.Admin.Find($"{path}/web") is null)
        {
            var spec = new JsonObject { ["minAvailable"] = 1, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } } };
            await Server.Admin.Create(path, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "web" }, ["spec"] = spec });
        }

        var status = new JsonObject { ["disruptionsAllowed"] = allowed, ["currentHealthy"] = 1 + allowed, ["desiredHealthy"] = 1, ["expectedPods"] = 1 + allowed, ["observedGeneration"] = 1 };
        await Server.Admin.Patch($"{path}/web/status", new JsonObject { ["status"] = status });
    }
}
