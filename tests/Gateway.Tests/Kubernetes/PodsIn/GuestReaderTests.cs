using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Kubernetes.PodsIn;
using k8s;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>What manifests mean here: each key that is read, and each field that is refused by name.</summary>
public sealed class GuestReaderTests
{
    private static readonly PodsInOptions Options = new()
    {
        SchedulerNames = ["ours", "scheduler-plugins-scheduler"],
        PriorityClasses = new Dictionary<string, int> { ["train"] = 300 },
        TopologyKeys = new Dictionary<string, string> { ["network.topology.nvidia.com/leaf"] = "rack" },
        IgnoredResources = ["rdma/*"],
    };

    private readonly GuestReader _reader = new(Options, ["feature.node.kubernetes.io/"]);

    [Fact]
    public void Pods_of_other_schedulers_and_pods_that_we_made_are_none_of_our_business()
    {
        Assert.Null(_reader.Read(Pod("""{"schedulerName":"default-scheduler"}""")));
        Assert.Null(_reader.Read(Pod("{}", labels: """{"orleans.scheduler/job":"j"}""")));
        Assert.NotNull(_reader.Read(Pod("""{"schedulerName":"scheduler-plugins-scheduler"}""")));
    }

    [Fact]
    public void What_it_takes_of_a_node_is_counted_as_kubernetes_counts()
    {
        var ask = Ask("""
            {
              "initContainers":[
                {"name":"sidecar","restartPolicy":"Always","resources":{"requests":{"cpu":"500m","memory":"1Gi"}}},
                {"name":"fetch","resources":{"requests":{"cpu":"8","memory":"1Gi"}}}],
              "containers":[{"name":"a","resources":{"requests":{"cpu":"2","memory":"3000Mi"},"limits":{"nvidia.com/gpu":"4","rdma/ib":"1"}}}],
              "overhead":{"cpu":"250m","memory":"100Mi"}
            }
            """);

        // The fetch beside the sidecar takes more CPU than what runs afterwards; memory is the other way round.
        Assert.Equal((8750, 3000 + 1024 + 100, 4), (ask.Shape.CpuMilli, ask.Shape.MemoryMiB, ask.Shape.Gpus));
    }

    [Fact]
    public void Everything_that_has_a_number_is_counted_by_its_name_init_containers_sidecars_overhead_and_limits_too()
    {
        var ask = Ask("""
            {
              "initContainers":[
                {"name":"sidecar","restartPolicy":"Always","resources":{"requests":{"ephemeral-storage":"1Gi"},"limits":{"smarter-devices/fuse":"1"}}},
                {"name":"fetch","resources":{"requests":{"ephemeral-storage":"20Gi"}}}],
              "containers":[
                {"name":"a","resources":{"requests":{"cpu":"1","ephemeral-storage":"10Gi"},"limits":{"ephemeral-storage":"50Gi","hugepages-2Mi":"1Gi","example.com/fpga":"2"}}},
                {"name":"b","resources":{"limits":{"ephemeral-storage":"1000001"}}}],
              "overhead":{"ephemeral-storage":"1Gi"}
            }
            """);

        // The fetch beside the sidecar takes most of the disk; bytes are rounded up to MiB.
        Assert.Equal(
            [new ExtendedAmount("ephemeral-storage", 22 * 1024), new("example.com/fpga", 2), new("hugepages-2Mi", 1024), new("smarter-devices/fuse", 1)], ask.Shape.Extended);
        Assert.Equal([new ExtendedAmount("ephemeral-storage", 1)], Ask("""{"containers":[{"name":"b","resources":{"limits":{"ephemeral-storage":"1000001"}}}]}""").Shape.Extended);
    }

    [Fact]
    public void A_resource_that_is_ignored_is_not_counted() =>
        Assert.Empty(Ask("""{"containers":[{"name":"a","resources":{"limits":{"rdma/ib":"1"}}}]}""").Shape.Extended);

    [Fact]
    public void A_node_selector_an_affinity_with_one_value_and_tolerations_of_new_pods_are_taken_exactly()
    {
        var ask = Ask("""
            {
              "nodeSelector":{"nvidia.com/gpu.product":"NVIDIA-A100-SXM4-80GB","orleans.scheduler/pool":"p2"},
              "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["z1"]}]}]}}},
              "tolerations":[
                {"key":"sku","operator":"Equal","value":"gpu","effect":"NoSchedule"},{"key":"nvidia.com/gpu","operator":"Exists"},
                {"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
              "containers":[{"name":"a","resources":{"limits":{"nvidia.com/gpu":"1"}}}]
            }
            """);
        Assert.Equal(new PoolId("p2"), ask.Pool);
        Assert.Equal(["A100-80GB"], ask.Shape.GpuModels);
        Assert.Equal([new Label("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"), new Label("zone", "z1")], ask.Shape.NodeSelector);
        Assert.Equal([new Label("nvidia.com/gpu", "*"), new Label("sku", "gpu")], ask.Shape.Tolerations);
    }

    [Fact]
    public void Of_several_gpu_models_any_will_do_and_a_mig_profile_is_a_part_of_the_model_that_is_named()
    {
        var ask = Ask(Affinity("""{"key":"nvidia.com/gpu.product","operator":"In","values":["NVIDIA-H100-80GB-HBM3","NVIDIA-A100-SXM4-80GB"]}""", """{"nvidia.com/gpu":"1"}"""));
        Assert.Equal(["H100-80GB", "A100-80GB"], ask.Shape.GpuModels);
        var part = Ask("""{"nodeSelector":{"nvidia.com/gpu.product":"NVIDIA-A100-SXM4-80GB"},"containers":[{"name":"a","resources":{"limits":{"nvidia.com/mig-1g.10gb":"2"}}}]}""");
        Assert.Equal((2, "A100-80GB/1g.10gb"), (part.Shape.Gpus, Assert.Single(part.Shape.GpuModels)));
    }

    [Fact]
    public void Node_affinity_is_taken_as_it_is_written_term_by_term()
    {
        var one = Ask(Affinity("""{"key":"zone","operator":"In","values":["z1","z2"]},{"key":"slow","operator":"DoesNotExist"},{"key":"rack","operator":"In","values":["r1"]}""", "{}"));
        Assert.Equal([new Label("rack", "r1")], one.Shape.NodeSelector);
        Assert.Equal("zone In z1,z2 and slow DoesNotExist", Assert.Single(one.Shape.NodeTerms).ToString());

        var several = Ask("""
            {"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
              {"matchExpressions":[{"key":"zone","operator":"NotIn","values":["z1"]},{"key":"gen","operator":"Gt","values":["3"]}]},
              {},
              {"matchExpressions":[{"key":"gen","operator":"Lt","values":["2"]},{"key":"fast","operator":"Exists"}]}]}}}}
            """);
        Assert.Empty(several.Shape.NodeSelector);
        Assert.Equal(["zone NotIn z1 and gen Gt 3", "gen Lt 2 and fast Exists"], several.Shape.NodeTerms.Select(t => t.ToString()));
    }

    [Theory]
    [InlineData("""{"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone"}]}}}""", "spec.affinity.podAffinity")]
    [InlineData("""{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone"}]}}}""", "spec.affinity.podAntiAffinity")]
    [InlineData("""{"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}]}""", "spec.topologySpreadConstraints[zone]")]
    [InlineData("""{"containers":[{"name":"a","ports":[{"containerPort":80,"hostPort":8080}]}]}""", "hostPort 8080")]
    [InlineData("""{"resourceClaims":[{"name":"gpu","resourceClaimName":"c"}]}""", "spec.resourceClaims")]
    [InlineData("""{"volumes":[{"name":"scratch","ephemeral":{"volumeClaimTemplate":{}}}]}""", "spec.volumes[scratch].ephemeral")]
    [InlineData("""{"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"c"}}]}""", "spec.volumes[data].persistentVolumeClaim c")]
    [InlineData("""{"volumes":[{"name":"disk","azureDisk":{"diskName":"d","diskURI":"u"}}]}""", "spec.volumes[disk]")]
    [InlineData("""{"containers":[{"name":"a","resources":{"limits":{"attachable-volumes-azure-disk":"1"}}}]}""", "attachable-volumes-azure-disk")]
    [InlineData("""{"containers":[{"name":"a","resources":{"limits":{"pods":"1"}}}]}""", "pods")]
    [InlineData("""{"containers":[{"name":"a","resources":{"limits":{"x/01":"1","x/02":"1","x/03":"1","x/04":"1","x/05":"1","x/06":"1","x/07":"1","x/08":"1","x/09":"1","x/10":"1","x/11":"1","x/12":"1","x/13":"1","x/14":"1","x/15":"1","x/16":"1","x/17":"1"}}}]}""", "17 extended resources")]
    [InlineData("""{"containers":[{"name":"a","resources":{"limits":{"nvidia.com/mig-1g.10gb":"1"}}}]}""", "nvidia.com/gpu.product")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"Near","values":["z"]}]}]}}}}""", "zone Near")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]}}}}""", "matchFields")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"orleans.scheduler/pool","operator":"NotIn","values":["p"]}]}]}}}}""", "orleans.scheduler/pool NotIn p")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"feature.node.kubernetes.io/avx","operator":"DoesNotExist"}]}]}}}}""", "Nodes.IgnoredLabels")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{},{}]}}}}""", "no term asks for anything")]
    [InlineData("""{"os":{"name":"windows"}}""", "spec.os")]
    public void What_is_not_honoured_is_refused_by_name(string spec, string named)
    {
        var guest = _reader.Read(Pod(spec))!;
        Assert.Null(guest.Ask);
        Assert.Contains(named, Assert.Single(guest.Refusals));
    }

    [Theory]
    [InlineData("gpu-fraction", "0.5")]
    [InlineData("volcano.sh/preemptable", "false")]
    [InlineData("kai.scheduler/preemptibility", "non-preemptible")]
    [InlineData("alpha.jobset.sigs.k8s.io/exclusive-topology", "rack")]
    [InlineData("kueue.x-k8s.io/podset-required-topology", "example.com/row")]
    [InlineData("kueue.x-k8s.io/priority-class", "gold")]
    [InlineData("kueue.x-k8s.io/priority-boost", "5")]
    [InlineData("orleans.scheduler/checkpoint-grace", "soon")]
    public void A_key_that_is_not_honoured_is_refused_by_name(string key, string value)
    {
        var guest = _reader.Read(Pod("{}", annotations: new JsonObject { [key] = value }.ToJsonString()))!;
        Assert.Contains(key, Assert.Single(guest.Refusals));
    }

    [Fact]
    public void Wishes_that_bind_nobody_are_let_be() => Assert.Empty(_reader.Read(Pod("""
        {
          "affinity":{
            "nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"zone","operator":"Exists"}]}}]},
            "podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"zone"}}]}},
          "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway"}],
          "volumes":[{"name":"a","emptyDir":{}},{"name":"b","hostPath":{"path":"/x"}},{"name":"c","nfs":{"server":"s","path":"/"}},{"name":"d","projected":{}}]
        }
        """))!.Refusals);

    [Fact]
    public void Claims_are_taken_where_every_volume_is_reachable_from_every_node()
    {
        var reader = new GuestReader(new PodsInOptions { SchedulerNames = ["ours"], ClaimsReachEverywhere = true }, []);
        Assert.NotNull(reader.Read(Pod("""{"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"c"}}]}"""))!.Ask);
    }

    [Theory]
    [InlineData("kueue.x-k8s.io/queue-name")]
    [InlineData("volcano.sh/queue-name")]
    [InlineData("scheduling.volcano.sh/queue-name")]
    [InlineData("kai.scheduler/queue")]
    [InlineData("yunikorn.apache.org/queue")]
    public void The_queue_is_found_by_everybodys_key(string key)
    {
        Assert.Equal("research", _reader.Read(Pod("{}", labels: new JsonObject { [key] = "research" }.ToJsonString()))!.Ask!.Queue);
        Assert.Equal("research", _reader.Read(Pod("{}", annotations: new JsonObject { [key] = "research" }.ToJsonString()))!.Ask!.Queue);
    }

    [Fact]
    public void Priorities_keep_their_order_and_a_class_in_the_settings_has_the_value_given_there()
    {
        int[] values = [-5, 0, 10, 100, 1000, 10_000, 1_000_000, 1_000_000_000, 2_000_001_000];
        var scaled = values.Select(AskReader.Scaled).ToArray();
        Assert.Equal(scaled.Order(), scaled);
        Assert.Equal((0, 0, 1000, 1000), (scaled[0], scaled[1], scaled[7], scaled[8]));
        Assert.Equal(300, Ask("""{"priorityClassName":"train","priority":77}""").Priority);
        Assert.Equal(333, Ask("""{"priorityClassName":"other","priority":1000}""").Priority);
        Assert.False(Ask("""{"preemptionPolicy":"Never"}""").MayPreempt);
        Assert.Equal(300, _reader.Read(Pod("{}", labels: """{"priorityClassName":"train"}"""))!.Ask!.Priority);
    }

    [Theory]
    [InlineData("kueue.x-k8s.io/podset-required-topology", "network.topology.nvidia.com/leaf", TopologyLevel.Rack, TopologyLevel.None)]
    [InlineData("kueue.x-k8s.io/podset-preferred-topology", "kubernetes.io/hostname", TopologyLevel.None, TopologyLevel.Node)]
    [InlineData("kai.scheduler/topology-required-placement", "orleans.scheduler/block", TopologyLevel.Block, TopologyLevel.None)]
    [InlineData("orleans.scheduler/required-topology", "rack", TopologyLevel.Rack, TopologyLevel.None)]
    public void Closeness_is_found_by_everybodys_key(string key, string label, TopologyLevel required, TopologyLevel preferred) => Assert.Equal(
        new TopologyRule { Required = required, Preferred = preferred }, _reader.Read(Pod("{}", annotations: new JsonObject { [key] = label }.ToJsonString()))!.Ask!.Topology);

    [Fact]
    public void Volcanos_tiers_and_kueues_slices_are_ours_too()
    {
        var volcano = _reader.Read(Pod("{}", annotations: """{"volcano.sh/network-topology-mode":"hard","volcano.sh/network-topology-highest-tier-allowed":"2"}"""))!;
        Assert.Equal(TopologyLevel.Block, volcano.Ask!.Topology.Required);
        var kueue = _reader.Read(Pod("{}", annotations: """{"kueue.x-k8s.io/podset-slice-required-topology":"orleans.scheduler/rack","kueue.x-k8s.io/podset-slice-size":"4"}"""))!;
        Assert.Equal(new SliceRule { Size = 4, Level = TopologyLevel.Rack }, kueue.Ask!.Slices);
    }

    [Fact]
    public void What_was_written_on_it_and_how_it_is_is_read_back()
    {
        var guest = _reader.Read(Pod(
            """{"nodeName":"n1","schedulingGates":[]}""",
            annotations: """{"orleans.scheduler/bound-for":"pods-1/2","orleans.scheduler/given-up":"pods-1/1","orleans.scheduler/epoch":"7","orleans.scheduler/checkpointed-at":"2026-01-01T00:00:00Z"}""",
            status: """{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}"""))!;
        Assert.Equal((new AttemptId(new JobId("pods-1"), 2), new AttemptId(new JobId("pods-1"), 1), 7L), (guest.BoundFor, guest.GivenUp, guest.Epoch));
        Assert.Equal((new NodeId("n1"), FailureClass.OutOfMemory, "container a exit 137 (OOMKilled)"), (guest.Node, guest.FailureClass, guest.Failure));
        Assert.Equal(2026, guest.CheckpointedAt!.Value.Year);
        Assert.True(_reader.Read(Pod("""{"schedulingGates":[{"name":"kueue.x-k8s.io/topology"}]}"""))!.IsGated);
    }

    private GuestAsk Ask(string spec)
    {
        var guest = _reader.Read(Pod(spec))!;
        Assert.Empty(guest.Refusals);
        return guest.Ask!;
    }

    private static string Affinity(string expression, string limits) =>
        """{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[""" + expression
        + """]}]}}},"containers":[{"name":"a","resources":{"limits":""" + limits + "}}]}";

    internal static V1Pod Pod(string spec, string? labels = null, string? annotations = null, string? status = null, string? owner = null)
    {
        var pod = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "p", ["namespace"] = "team-a", ["uid"] = "u", ["resourceVersion"] = "1",
                ["labels"] = JsonNode.Parse(labels ?? "{}"), ["annotations"] = JsonNode.Parse(annotations ?? "{}"),
                ["ownerReferences"] = owner is null ? null : new JsonArray(JsonNode.Parse(owner)),
            },
            ["spec"] = JsonNode.Parse(spec),
            ["status"] = JsonNode.Parse(status ?? "{}"),
        };
        pod["spec"]!["schedulerName"] ??= "ours";
        pod["spec"]!["containers"] ??= new JsonArray(new JsonObject { ["name"] = "main" });
        return KubernetesJson.Deserialize<V1Pod>(pod.ToJsonString());
    }
}
