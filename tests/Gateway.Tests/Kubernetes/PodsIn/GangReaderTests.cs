using System.Text.Json;
using Gateway.Kubernetes.PodsIn;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>Which pods are one gang, and how large it is, in each ecosystem's own words.</summary>
public sealed class GangReaderTests
{
    private static readonly PodsInOptions Options = new() { SchedulerNames = ["ours"], TopologyKeys = new Dictionary<string, string> { ["example.com/rack"] = "rack" } };

    private readonly GuestReader _reader = new(Options, []);
    private readonly ObjectFacts _facts = new(Options);

    [Theory]
    [InlineData(nameof(GangKind.UpstreamPodGroup), "g", """{"schedulingGroup":{"podGroupName":"g"}}""", """{"scheduling.x-k8s.io/pod-group":"other"}""", "{}")]
    [InlineData(nameof(GangKind.PodGroup), "g", "{}", """{"scheduling.x-k8s.io/pod-group":"g","jobset.sigs.k8s.io/jobset-name":"other"}""", "{}")]
    [InlineData(nameof(GangKind.VolcanoPodGroup), "g", "{}", "{}", """{"scheduling.k8s.io/group-name":"g"}""")]
    [InlineData(nameof(GangKind.VolcanoPodGroup), "g", "{}", "{}", """{"scheduling.volcano.sh/group-name":"g"}""")]
    [InlineData(nameof(GangKind.KaiPodGroup), "g", "{}", "{}", """{"pod-group-name":"g"}""")]
    [InlineData(nameof(GangKind.KueuePodGroup), "g", "{}", """{"kueue.x-k8s.io/pod-group-name":"g"}""", """{"kueue.x-k8s.io/pod-group-total-count":"3"}""")]
    [InlineData(nameof(GangKind.TaskGroup), "app", "{}", """{"applicationId":"app"}""", """{"yunikorn.apache.org/task-group-name":"workers"}""")]
    [InlineData(nameof(GangKind.JobSet), "js", "{}", """{"jobset.sigs.k8s.io/jobset-name":"js"}""", "{}")]
    [InlineData(nameof(GangKind.TrainingJob), "tj", "{}", """{"training.kubeflow.org/job-name":"tj"}""", "{}")]
    [InlineData(nameof(GangKind.RayCluster), "rc", "{}", """{"ray.io/cluster":"rc"}""", "{}")]
    public void The_first_key_that_a_pod_carries_names_its_gang(string kind, string name, string spec, string labels, string annotations)
    {
        var gang = _reader.Read(GuestReaderTests.Pod(spec, labels, annotations))!.Gang!;
        Assert.Equal((Kind(kind), "team-a", name), (gang.Kind, gang.Namespace, gang.Name));
    }

    [Fact]
    public void An_indexed_jobs_pods_are_known_by_their_owner_and_others_stand_alone()
    {
        const string Owner = """{"apiVersion":"batch/v1","kind":"Job","name":"j","uid":"job-uid","controller":true}""";
        var indexed = _reader.Read(GuestReaderTests.Pod("{}", annotations: """{"batch.kubernetes.io/job-completion-index":"2"}""", owner: Owner))!;
        Assert.Equal(new GangKey(GangKind.IndexedJob, "team-a", "j", "job-uid"), indexed.Gang);
        Assert.Equal(2, indexed.Ask!.Index);
        Assert.Null(_reader.Read(GuestReaderTests.Pod("{}", owner: Owner))!.Gang);
    }

    [Fact]
    public void A_restart_of_a_jobset_is_a_gang_of_its_own() => Assert.NotEqual(
        _reader.Read(GuestReaderTests.Pod("{}", """{"jobset.sigs.k8s.io/jobset-name":"js","jobset.sigs.k8s.io/restart-attempt":"0"}"""))!.Gang,
        _reader.Read(GuestReaderTests.Pod("{}", """{"jobset.sigs.k8s.io/jobset-name":"js","jobset.sigs.k8s.io/restart-attempt":"1"}"""))!.Gang);

    [Fact]
    public void Some_pods_say_themselves_how_many_they_are()
    {
        Assert.Equal(3, Says("""{"kueue.x-k8s.io/pod-group-name":"g"}""", """{"kueue.x-k8s.io/pod-group-total-count":"3"}"""));
        Assert.Equal(5, Says("{}", """{"scheduling.k8s.io/group-name":"g","scheduling.volcano.sh/group-min-member":"5"}"""));
        Assert.Equal(9, Says("""{"applicationId":"app"}""", """{"yunikorn.apache.org/task-group-name":"w","yunikorn.apache.org/task-groups":"[{\"name\":\"w\",\"minMember\":8},{\"name\":\"d\",\"minMember\":1}]"}"""));
        Assert.Contains("pod-group-total-count", Assert.Single(_reader.Read(GuestReaderTests.Pod("{}", """{"kueue.x-k8s.io/pod-group-name":"g"}"""))!.Refusals));
    }

    [Theory]
    [InlineData(nameof(GangKind.PodGroup), 4, """{"spec":{"minMember":4}}""")]
    [InlineData(nameof(GangKind.UpstreamPodGroup), 8, """{"spec":{"schedulingPolicy":{"gang":{"minCount":8}}}}""")]
    [InlineData(nameof(GangKind.UpstreamPodGroup), 1, """{"spec":{"schedulingPolicy":{"basic":{}}}}""")]
    [InlineData(nameof(GangKind.VolcanoPodGroup), 3, """{"spec":{"minMember":3,"queue":"q"}}""")]
    [InlineData(nameof(GangKind.KaiPodGroup), 6, """{"spec":{"minMember":6,"queue":"q"}}""")]
    [InlineData(nameof(GangKind.JobSet), 9, """{"spec":{"replicatedJobs":[{"name":"leader","template":{"spec":{}}},{"name":"workers","replicas":2,"template":{"spec":{"parallelism":4,"completions":4}}}]}}""")]
    [InlineData(nameof(GangKind.IndexedJob), 5, """{"spec":{"completionMode":"Indexed","parallelism":5,"completions":5}}""")]
    [InlineData(nameof(GangKind.IndexedJob), 1, """{"spec":{"completionMode":"Indexed","parallelism":5,"completions":50}}""")]
    [InlineData(nameof(GangKind.RayCluster), 4, """{"spec":{"headGroupSpec":{},"workerGroupSpecs":[{"replicas":3,"minReplicas":1}]}}""")]
    [InlineData(nameof(GangKind.RayCluster), 3, """{"spec":{"enableInTreeAutoscaling":true,"workerGroupSpecs":[{"replicas":3,"minReplicas":1,"numOfHosts":2}]}}""")]
    [InlineData(nameof(GangKind.TrainingJob), 5, """{"kind":"PyTorchJob","spec":{"pytorchReplicaSpecs":{"Master":{"replicas":1},"Worker":{"replicas":4}}}}""")]
    [InlineData(nameof(GangKind.TrainingJob), 3, """{"kind":"PyTorchJob","spec":{"runPolicy":{"schedulingPolicy":{"minAvailable":3}},"pytorchReplicaSpecs":{"Worker":{"replicas":4}}}}""")]
    [InlineData(nameof(GangKind.TrainingJob), 9, """{"kind":"MPIJob","spec":{"mpiReplicaSpecs":{"Launcher":{},"Worker":{"replicas":8}}}}""")]
    [InlineData(nameof(GangKind.TrainingJob), 8, """{"kind":"MPIJob","spec":{"launcherCreationPolicy":"WaitForWorkersReady","mpiReplicaSpecs":{"Launcher":{},"Worker":{"replicas":8}}}}""")]
    public void Groups_and_owners_say_how_many_run_together(string kind, int min, string json) => Assert.Equal(min, Facts(Kind(kind), json).Min);

    [Fact]
    public void A_groups_queue_class_and_closeness_count_for_all_its_pods()
    {
        Assert.Equal("research", Facts(GangKind.VolcanoPodGroup, """{"spec":{"minMember":1,"queue":"research"}}""").Queue);
        Assert.Null(Facts(GangKind.VolcanoPodGroup, """{"spec":{"minMember":1,"queue":"default"}}""").Queue);
        Assert.Equal("train", Facts(GangKind.KaiPodGroup, """{"spec":{"minMember":1,"priorityClassName":"train"}}""").PriorityClass);
        Assert.Equal(TopologyLevel.Block, Facts(GangKind.VolcanoPodGroup, """{"spec":{"networkTopology":{"mode":"hard","highestTierAllowed":2}}}""").Topology!.Required);
        Assert.Equal(
            new TopologyRule { Required = TopologyLevel.Block, Preferred = TopologyLevel.Rack },
            Facts(GangKind.KaiPodGroup, """{"spec":{"topologyConstraint":{"requiredTopologyLevel":"block","preferredTopologyLevel":"example.com/rack"}}}""").Topology);
        Assert.Equal(TopologyLevel.Rack, Facts(GangKind.UpstreamPodGroup, """{"spec":{"schedulingConstraints":{"topology":[{"key":"example.com/rack"}]}}}""").Topology!.Required);
    }

    [Theory]
    [InlineData(nameof(GangKind.UpstreamPodGroup), """{"spec":{"schedulingConstraints":{"topology":[{"key":"example.com/row"}]}}}""", "example.com/row")]
    [InlineData(nameof(GangKind.VolcanoPodGroup), """{"spec":{"networkTopology":{"mode":"hard","highestTierAllowed":5}}}""", "highest-tier-allowed=5")]
    [InlineData(nameof(GangKind.JobSet), """{"spec":{"startupPolicy":{"startupPolicyOrder":"InOrder"},"replicatedJobs":[{"name":"a"},{"name":"b"}]}}""", "InOrder")]
    [InlineData(nameof(GangKind.JobSet), """{"spec":{"replicatedJobs":[{"name":"a"},{"name":"b","dependsOn":[{"name":"a","status":"Complete"}]}]}}""", "dependsOn")]
    public void A_group_that_asks_for_what_is_not_honoured_is_refused_by_name(string kind, string json, string named) => Assert.Contains(named, Facts(Kind(kind), json).Refusal);

    [Fact]
    public void Who_does_not_say_how_many_is_not_guessed_at()
    {
        Assert.Null(_facts.Of(GangKind.PodGroup, Parse("""{"spec":{}}""")));
        Assert.Null(_facts.Of(GangKind.TrainingJob, Parse("""{"kind":"Job","spec":{"parallelism":1}}""")));
    }

    private int Says(string labels, string annotations) => _reader.Read(GuestReaderTests.Pod("{}", labels, annotations))!.Says!.Min;

    private GangFacts Facts(GangKind kind, string json) => _facts.Of(kind, Parse(json))!;

    private static GangKind Kind(string name) => Enum.Parse<GangKind>(name);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
