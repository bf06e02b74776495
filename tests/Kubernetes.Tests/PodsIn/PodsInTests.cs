using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Kubernetes.PodsIn;
using KubeKit;
using KubeTests.Support;
using Scheduling.Jobs;

namespace KubeTests.PodsIn;

/// <summary>Manifests of every ecosystem, as its operator makes the pods: only schedulerName says that they are ours, and they run whole.</summary>
public sealed partial class PodsInTests(PodsInWorld world) : IClassFixture<PodsInWorld>
{
    private KubeApi Api => world.Server.Admin;

    [KubeFact]
    public async Task Pods_that_stand_alone_run_and_those_of_another_scheduler_are_not_touched()
    {
        var space = await world.Server.CreateNamespace();
        await world.Create(space, FakePods.Gpu("theirs", "default-scheduler"));
        var before = await Api.Get($"/api/v1/namespaces/{space}/pods/theirs");
        for (var i = 0; i < 5; i++)
        {
            await world.Create(space, FakePods.Gpu(Name("one", i), PodsInWorld.Scheduler));
        }

        var pods = await world.Run(space, Names("one", 5));
        Assert.Equal((string?)before["metadata"]!["resourceVersion"], (string?)pods["theirs"]["metadata"]!["resourceVersion"]);
        var job = await world.JobOf(pods["one-0"]);
        Assert.Equal((space, $"default/{space}/pods", JobPhase.Running), (job!.Spec.Tenant.Value, job.Spec.Quota.Value, (await Until(job.Id.Value, JobPhase.Running)).Phase));
        await Gone(space);
    }

    [KubeFact]
    public async Task A_pod_that_ends_ends_its_job_as_it_ended()
    {
        var space = await world.Server.CreateNamespace();
        var ends = new Dictionary<string, string> { [FakeKubelet.RunMilliseconds] = "50" };
        await world.Create(space, FakePods.Gpu("well", PodsInWorld.Scheduler, annotations: ends));
        await world.Create(space, FakePods.Gpu("badly", PodsInWorld.Scheduler, annotations: new Dictionary<string, string>(ends) { [FakeKubelet.ExitCode] = "3" }));
        var pods = await Eventually.Get(() => world.Pods(space), all => all.Values.All(p => FakePods.PhaseOf(p) is "Succeeded" or "Failed"), "both have ended");
        await Until((await world.JobOf(pods["well"]))!.Id.Value, JobPhase.Succeeded);
        Assert.Contains("exit 3", (await Until((await world.JobOf(pods["badly"]))!.Id.Value, JobPhase.Failed)).Reason);
        await Gone(space);
    }

    [KubeFact]
    public async Task An_MPIJob_whose_operator_was_told_our_name_runs_with_its_launcher()
    {
        // mpi-operator --gang-scheduling=orleans-scheduler: PodGroup of scheduler-plugins, its label, and our name on every pod.
        var space = await world.Server.CreateNamespace();
        await Group(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "PodGroup", "pi", new JsonObject { ["minMember"] = 4 });
        var labels = Map(("scheduling.x-k8s.io/pod-group", "pi"), ("training.kubeflow.org/job-name", "pi"), ("training.kubeflow.org/operator-name", "mpi-operator"));
        for (var i = 0; i < 3; i++)
        {
            await world.Create(space, FakePods.Gpu(Name("pi-worker", i), PodsInWorld.Scheduler, 8, labels: With(labels, ("training.kubeflow.org/job-role", "worker"), ("training.kubeflow.org/replica-index", Text(i)))));
        }

        await NoneBound(space);
        await Eventually.True(async () => (string?)(await StatusOf(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "pi"))?["phase"] == "Pending", "its PodGroup says that it waits");
        await world.Create(space, FakePods.Gpu("pi-launcher", PodsInWorld.Scheduler, 0, labels: With(labels, ("training.kubeflow.org/job-role", "launcher"))));
        await world.Run(space, [.. Names("pi-worker", 3), "pi-launcher"]);
        await Eventually.True(
            async () => await StatusOf(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "pi") is { } status && (string?)status["phase"] == "Running" && (int?)status["running"] == 4,
            "its PodGroup says that it runs");
        await Whole(space, [.. Names("pi-worker", 3), "pi-launcher"]);
    }

    [KubeFact]
    public async Task An_MPIJob_without_a_PodGroup_is_a_gang_by_its_owner_which_may_be_the_launchers_Job()
    {
        var space = await world.Server.CreateNamespace();
        var owner = await Group(
            space, "kubeflow.org/v2beta1", "mpijobs", "MPIJob", "ring", JsonNode.Parse("""{"slotsPerWorker":8,"mpiReplicaSpecs":{"Launcher":{"replicas":1},"Worker":{"replicas":2}}}""")!.AsObject());
        var launcher = await Api.Create($"/apis/batch/v1/namespaces/{space}/jobs", JsonNode.Parse("""
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"ring-launcher"},"spec":{"template":{"spec":{"restartPolicy":"Never","schedulerName":"orleans-scheduler",
              "containers":[{"name":"main","image":"example.test/train:1"}]}}}}
            """)!);
        await Api.Patch($"/apis/batch/v1/namespaces/{space}/jobs/ring-launcher", new JsonObject { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(Owner(owner, "kubeflow.org/v2beta1", "MPIJob")) } });
        foreach (var (name, role, maker) in new[] { ("ring-launcher-x", "launcher", Owner(launcher, "batch/v1", "Job")), ("ring-worker-0", "worker", Owner(owner, "kubeflow.org/v2beta1", "MPIJob")), ("ring-worker-1", "worker", Owner(owner, "kubeflow.org/v2beta1", "MPIJob")) })
        {
            var pod = FakePods.Gpu(name, PodsInWorld.Scheduler, role == "launcher" ? 0 : 8, labels: Map(("training.kubeflow.org/job-name", "ring"), ("training.kubeflow.org/job-role", role)));
            pod["metadata"]!["ownerReferences"] = new JsonArray(maker);
            await world.Create(space, pod);
        }

        await Whole(space, ["ring-launcher-x", "ring-worker-0", "ring-worker-1"]);
    }

    [KubeFact]
    public async Task A_TrainJob_is_the_JobSet_that_its_runtime_makes_of_it_and_says_with_one_event_that_it_was_bound()
    {
        // Trainer makes a JobSet of the TrainJob's name, owned by it; its coscheduling plugin labels the pods for a PodGroup of that name.
        var space = await world.Server.CreateNamespace();
        await Group(space, "trainer.kubeflow.org/v1alpha1", "trainjobs", "TrainJob", "llama", JsonNode.Parse("""{"runtimeRef":{"name":"torch-distributed"},"trainer":{"numNodes":4}}""")!.AsObject());
        await Group(space, "jobset.x-k8s.io/v1alpha2", "jobsets", "JobSet", "llama", JsonNode.Parse("""{"replicatedJobs":[{"name":"node","template":{"spec":{"parallelism":4,"completions":4}}}]}""")!.AsObject());
        await Group(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "PodGroup", "llama", new JsonObject { ["minMember"] = 4 });
        for (var i = 0; i < 4; i++)
        {
            var labels = Map(("scheduling.x-k8s.io/pod-group", "llama"), ("jobset.sigs.k8s.io/jobset-name", "llama"), ("jobset.sigs.k8s.io/replicatedjob-name", "node"), ("batch.kubernetes.io/job-completion-index", Text(i)));
            await world.Create(space, FakePods.Gpu(Name("llama-node-0", i), PodsInWorld.Scheduler, 8, labels, labels));
        }

        await world.Run(space, Names("llama-node-0", 4));
        var said = await Eventually.Get(
            async () => (await Api.List($"/api/v1/namespaces/{space}/events")).Items.Where(e => (string?)e["reason"] == "Scheduled").ToList(), events => events.Count > 0, "an event says that it was bound");
        Assert.Equal(("PodGroup", "llama"), ((string?)said.Single()["involvedObject"]!["kind"], (string?)said.Single()["involvedObject"]!["name"]));
        Assert.Contains("4 pods of PodGroup/llama to 4 nodes", (string)said.Single()["message"]!);
        await Whole(space, Names("llama-node-0", 4));
    }

    [KubeFact]
    public async Task A_pod_for_which_others_are_asked_to_leave_is_nominated_for_their_node()
    {
        var space = await world.Server.CreateNamespace();
        await Api.Create("/apis/scheduling.k8s.io/v1/priorityclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = space }, ["value"] = 1_000_000 });

        // All nodes are full of work that may save itself for a while before it goes.
        for (var i = 0; i < PodsInWorld.NodeCount; i++)
        {
            await world.Create(space, FakePods.Gpu(Name("low", i), PodsInWorld.Scheduler, 8, annotations: Map(("orleans.scheduler/checkpoint-grace", "600"))));
        }

        await world.Run(space, Names("low", PodsInWorld.NodeCount));
        var high = FakePods.Gpu("high", PodsInWorld.Scheduler, 8);
        high["spec"]!["priorityClassName"] = space;
        await world.Create(space, high);
        var nominated = await Eventually.Get(
            async () => (string?)(await Api.Get($"/api/v1/namespaces/{space}/pods/high"))["status"]?["nominatedNodeName"], n => n is not null, "it is nominated", TimeSpan.FromMinutes(4));
        var leaving = (await Eventually.Get(
            () => world.Pods(space), all => all.Values.Any(p => p["metadata"]!["annotations"]?["orleans.scheduler/checkpoint-by"] is not null), "somebody is asked to leave")).Values
            .Where(p => p["metadata"]!["annotations"]?["orleans.scheduler/checkpoint-by"] is not null).Select(FakePods.NodeOf);
        Assert.Contains(nominated, leaving);
        await Gone(space);
    }

    [KubeFact]
    public async Task A_JobSet_runs_when_all_pods_of_all_its_jobs_are_there()
    {
        var space = await world.Server.CreateNamespace();
        await Group(space, "jobset.x-k8s.io/v1alpha2", "jobsets", "JobSet", "llm", JsonNode.Parse("""
            {"replicatedJobs":[{"name":"driver","template":{"spec":{"parallelism":1,"completions":1}}},{"name":"workers","replicas":2,"template":{"spec":{"parallelism":2,"completions":2}}}]}
            """)!.AsObject());
        List<string> names = [];
        foreach (var (role, job, index) in new[] { ("driver", 0, 0), ("workers", 0, 0), ("workers", 0, 1), ("workers", 1, 0), ("workers", 1, 1) })
        {
            names.Add(string.Create(CultureInfo.InvariantCulture, $"llm-{role}-{job}-{index}"));
            var keys = Map(("jobset.sigs.k8s.io/jobset-name", "llm"), ("jobset.sigs.k8s.io/replicatedjob-name", role), ("jobset.sigs.k8s.io/job-index", Text(job)), ("jobset.sigs.k8s.io/restart-attempt", "0"), ("batch.kubernetes.io/job-completion-index", Text(index)));
            await world.Create(space, FakePods.Gpu(names[^1], PodsInWorld.Scheduler, role == "driver" ? 0 : 4, labels: keys, annotations: keys));
        }

        await Whole(space, names);
    }

    [KubeFact]
    public async Task An_indexed_Job_whose_indexes_run_at_once_is_a_gang()
    {
        var space = await world.Server.CreateNamespace();
        var job = await Api.Create($"/apis/batch/v1/namespaces/{space}/jobs", JsonNode.Parse("""
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"ddp"},"spec":{"completions":3,"parallelism":3,"template":{"spec":{
              "restartPolicy":"Never","schedulerName":"orleans-scheduler","containers":[{"name":"main","image":"example.test/train:1"}]}}}}
            """)!);

        // The server of these tests has no indexed Jobs yet, and drops the mode: one without it is no gang, and then the pods stand alone.
        var isIndexed = (string?)job["spec"]!["completionMode"] == "Indexed";
        for (var i = 0; i < 3; i++)
        {
            var pod = FakePods.Gpu(Name("ddp", i), PodsInWorld.Scheduler, 8, annotations: Map(("batch.kubernetes.io/job-completion-index", Text(i))));
            pod["metadata"]!["ownerReferences"] = new JsonArray(Owner(job, "batch/v1", "Job"));
            await world.Create(space, pod);
        }

        var pods = await world.Run(space, Names("ddp", 3));
        Assert.Equal(isIndexed ? 1 : 3, pods.Values.Select(p => (string)p["metadata"]!["annotations"]!["orleans.scheduler/bound-for"]!).Distinct().Count());
        await Gone(space);
    }

    [KubeFact]
    public async Task A_PyTorchJob_is_a_gang_of_all_its_replicas_by_its_owner_alone()
    {
        var space = await world.Server.CreateNamespace();
        var owner = await Group(space, "kubeflow.org/v1", "pytorchjobs", "PyTorchJob", "bert", JsonNode.Parse("""{"pytorchReplicaSpecs":{"Master":{"replicas":1},"Worker":{"replicas":2}}}""")!.AsObject());
        foreach (var (name, role, index) in new[] { ("bert-master-0", "master", 0), ("bert-worker-0", "worker", 0), ("bert-worker-1", "worker", 1) })
        {
            var pod = FakePods.Gpu(name, PodsInWorld.Scheduler, 8, labels: Map(("training.kubeflow.org/job-name", "bert"), ("training.kubeflow.org/replica-type", role), ("training.kubeflow.org/replica-index", Text(index))));
            pod["metadata"]!["ownerReferences"] = new JsonArray(Owner(owner, "kubeflow.org/v1", "PyTorchJob"));
            await world.Create(space, pod);
        }

        await Whole(space, ["bert-master-0", "bert-worker-0", "bert-worker-1"]);
    }

    [KubeFact]
    public async Task A_RayCluster_runs_with_its_head_though_KubeRay_writes_another_schedulers_name()
    {
        var space = await world.Server.CreateNamespace();
        await Group(space, "ray.io/v1", "rayclusters", "RayCluster", "ray", JsonNode.Parse("""{"headGroupSpec":{},"workerGroupSpecs":[{"groupName":"gpu","replicas":2,"minReplicas":1}]}""")!.AsObject());
        await world.Create(space, FakePods.Gpu("ray-head", "scheduler-plugins-scheduler", 0, labels: Map(("ray.io/cluster", "ray"), ("ray.io/node-type", "head"), ("ray.io/group", "headgroup"))));
        for (var i = 0; i < 2; i++)
        {
            await world.Create(space, FakePods.Gpu(Name("ray-worker", i), "scheduler-plugins-scheduler", 4, labels: Map(("ray.io/cluster", "ray"), ("ray.io/node-type", "worker"), ("ray.io/group", "gpu"))));
        }

        await Whole(space, ["ray-head", .. Names("ray-worker", 2)]);
    }

    [KubeTheory]
    [InlineData("volcano")]
    [InlineData("kai")]
    [InlineData("kueue")]
    [InlineData("yunikorn")]
    public async Task Pods_with_the_keys_of_another_scheduler_are_the_gang_in_the_queue_that_those_name(string whose)
    {
        var space = await world.Server.CreateNamespace();
        var (labels, annotations) = whose switch
        {
            "volcano" => (Map(("volcano.sh/queue-name", "night")), Map(("scheduling.k8s.io/group-name", "g"), ("volcano.sh/task-spec", "worker"))),
            "kai" => (Map(("kai.scheduler/queue", "night")), Map(("pod-group-name", "g"))),
            "kueue" => (Map(("kueue.x-k8s.io/queue-name", "night"), ("kueue.x-k8s.io/pod-group-name", "g")), Map(("kueue.x-k8s.io/pod-group-total-count", "3"))),
            _ => (Map(("queue", "night"), ("applicationId", "app")), Map(("yunikorn.apache.org/task-group-name", "w"), ("yunikorn.apache.org/task-groups", """[{"name":"w","minMember":3}]"""))),
        };
        if (whose == "volcano")
        {
            await Group(space, "scheduling.volcano.sh/v1beta1", "podgroups", "PodGroup", "g", new JsonObject { ["minMember"] = 3 });
        }
        else if (whose == "kai")
        {
            await Group(space, "scheduling.run.ai/v2alpha2", "podgroups", "PodGroup", "g", new JsonObject { ["minMember"] = 3 });
        }

        for (var i = 0; i < 3; i++)
        {
            await world.Create(space, FakePods.Gpu(Name("w", i), PodsInWorld.Scheduler, 4, labels, annotations));
        }

        var job = await Whole(space, Names("w", 3));
        Assert.Equal($"default/{space}/night", job.Spec.Quota.Value);
    }

    [KubeFact]
    public async Task A_gang_of_which_a_pod_was_deleted_while_it_waited_runs_with_the_one_that_replaces_it()
    {
        var space = await world.Server.CreateNamespace();
        await Group(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "PodGroup", "big", new JsonObject { ["minMember"] = 16 });
        var labels = Map(("scheduling.x-k8s.io/pod-group", "big"));

        // One node is taken: sixteen whole ones are not to be had, so the gang waits.
        await world.Create(space, FakePods.Gpu("blocker", PodsInWorld.Scheduler, 8));
        await world.Run(space, "blocker");
        for (var i = 0; i < 16; i++)
        {
            await world.Create(space, FakePods.Gpu(Name("big", i), PodsInWorld.Scheduler, 8, labels));
        }

        await Eventually.True(() => Task.FromResult(world.Runtime.Controller.Counts.Jobs >= 2), "the gang is queued");
        await Api.Delete($"/api/v1/namespaces/{space}/pods/big-3");
        await world.Create(space, FakePods.Gpu("big-3b", PodsInWorld.Scheduler, 8, labels));
        await Api.Delete($"/api/v1/namespaces/{space}/pods/blocker");
        await Whole(space, [.. Names("big", 16).Where(n => n != "big-3"), "big-3b"]);
    }

    [KubeFact]
    public async Task A_pod_that_fails_in_a_gang_that_runs_is_replaced_by_the_one_its_owner_makes()
    {
        var space = await world.Server.CreateNamespace();
        await Group(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "PodGroup", "g", new JsonObject { ["minMember"] = 2 });
        var labels = Map(("scheduling.x-k8s.io/pod-group", "g"));
        await world.Create(space, FakePods.Gpu("g-0", PodsInWorld.Scheduler, 2, labels));
        await world.Create(space, FakePods.Gpu("g-1", PodsInWorld.Scheduler, 2, labels));
        await world.Run(space, "g-0", "g-1");
        await Api.Delete($"/api/v1/namespaces/{space}/pods/g-1");
        await world.Create(space, FakePods.Gpu("g-1b", PodsInWorld.Scheduler, 2, labels));
        await world.Run(space, "g-0", "g-1b");
        await Gone(space);
    }

    [KubeFact]
    public async Task A_cancelled_job_stops_its_pods_and_a_gang_whose_pods_are_all_deleted_is_over()
    {
        var space = await world.Server.CreateNamespace();
        await world.Create(space, FakePods.Gpu("a", PodsInWorld.Scheduler));
        var job = (await world.JobOf((await world.Run(space, "a"))["a"]))!;
        await world.Grains.GetGrain<global::Grains.Jobs.IJobGrain>(job.Id.Value).Cancel(PodsInWorld.Admin, "no longer wanted");
        await Until(job.Id.Value, JobPhase.Cancelled);
        await Eventually.True(async () => (await world.Pods(space)).Count == 0, "its pod is gone");
        await world.Create(space, FakePods.Gpu("b", PodsInWorld.Scheduler));
        var other = (await world.JobOf((await world.Run(space, "b"))["b"]))!;
        await Gone(space);
        await Until(other.Id.Value, JobPhase.Cancelled);
    }

    [KubeFact]
    public async Task A_gang_of_hundreds_is_bound_whole()
    {
        var space = await world.Server.CreateNamespace();
        const int Count = 300;
        await Group(space, "scheduling.x-k8s.io/v1alpha1", "podgroups", "PodGroup", "many", new JsonObject { ["minMember"] = Count });
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await world.Create(space, FakePods.Gpu(Name("many", i), PodsInWorld.Scheduler, 0, Map(("scheduling.x-k8s.io/pod-group", "many")))));
        await Whole(space, Names("many", Count));
    }

    [KubeFact]
    public async Task A_pod_that_asks_for_what_is_not_honoured_says_so_and_one_that_waits_says_why()
    {
        var space = await world.Server.CreateNamespace();
        var odd = FakePods.Gpu("odd", PodsInWorld.Scheduler);
        odd["spec"]!["topologySpreadConstraints"] = JsonNode.Parse("""[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{}}]""");
        await world.Create(space, odd);
        await world.Create(space, FakePods.Gpu("huge", PodsInWorld.Scheduler, 9));
        await Said(space, "odd", "NotServed", "spec.topologySpreadConstraints[zone]");
        await Said(space, "huge", "Unschedulable", "job pods-");
        await Eventually.True(
            async () => (await Api.List($"/api/v1/namespaces/{space}/events")).Items.Any(e => (string?)e["involvedObject"]!["name"] == "odd" && (string?)e["reason"] == "FailedScheduling"), "an event says so");
        await Gone(space);
    }

    [KubeFact]
    public async Task An_upstream_PodGroup_says_whether_its_gang_got_its_nodes_beside_what_others_say_of_it()
    {
        const string Version = "upstream.example.test/v1alpha2";
        var space = await world.Server.CreateNamespace();
        var made = await Group(space, Version, "podgroups", "PodGroup", "g", JsonNode.Parse("""{"schedulingPolicy":{"gang":{"minCount":4}}}""")!.AsObject());
        var group = new GroupRef(Version, "PodGroup", space, "g", (string)made["metadata"]!["uid"]!);
        var other = JsonNode.Parse("""{"status":{"conditions":[{"type":"DisruptionTarget","status":"False","reason":"None","message":"nobody","lastTransitionTime":"2026-11-01T10:00:00Z"}]}}""")!;
        await Api.Patch($"/apis/{Version}/namespaces/{space}/podgroups/g/status", other);
        var now = DateTimeOffset.UtcNow;
        await world.Voice.Condition(group, new GroupCondition(false, "Unschedulable", "it needs 4 pods together", now), CancellationToken.None);
        Assert.Equal(["DisruptionTarget False None", "PodGroupScheduled False Unschedulable"], await Conditions());
        await world.Voice.Condition(group, new GroupCondition(true, "Scheduled", "4 pods are bound", now), CancellationToken.None);
        Assert.Equal(["DisruptionTarget False None", "PodGroupScheduled True Scheduled"], await Conditions());

        async Task<IEnumerable<string>> Conditions() =>
            (await StatusOf(space, Version, "podgroups", "g"))!["conditions"]!.AsArray().Select(c => $"{c!["type"]} {c["status"]} {c["reason"]}").Order(StringComparer.Ordinal);
    }

    private Task<JsonNode?> Said(string space, string pod, string reason, string words) => Eventually.Get(
        async () => (await Api.Get($"/api/v1/namespaces/{space}/pods/{pod}"))["status"]?["conditions"]?.AsArray().FirstOrDefault(c => (string?)c!["type"] == "PodScheduled"),
        c => (string?)c?["status"] == "False" && (string?)c["reason"] == reason && ((string?)c["message"])!.Contains(words, StringComparison.Ordinal), $"{pod} says {reason}: {words}");

    private async Task<global::Grains.Jobs.JobView> Whole(string space, IReadOnlyList<string> names)
    {
        var pods = await world.Run(space, names);
        var jobs = names.Select(n => (string)pods[n]["metadata"]!["annotations"]!["orleans.scheduler/bound-for"]!).Distinct().ToList();
        Assert.Single(jobs);
        var job = (await world.JobOf(pods[names[0]]))!;
        Assert.Equal(names.Order(StringComparer.Ordinal), job.Spec.Pods!.Names.Order(StringComparer.Ordinal));
        await Until(job.Id.Value, JobPhase.Running);
        await Gone(space);
        return job;
    }

    /// <summary>Nothing is bound of what is there by now; asked of the scheduler's own book, for there is no event for what does not happen.</summary>
    private async Task NoneBound(string space)
    {
        var pods = await world.Pods(space);
        await Eventually.True(
            () => Task.FromResult(pods.Values.All(p => world.Runtime.Controller.StandingOf((string)p["metadata"]!["uid"]!) is PodStanding.Incomplete { Why: var why } && why.Contains("needs", StringComparison.Ordinal))),
            "all pods wait for the missing ones");
        Assert.All((await world.Pods(space)).Values, p => Assert.Null(FakePods.NodeOf(p)));
    }

    private async Task Gone(string space)
    {
        foreach (var name in (await world.Pods(space)).Keys)
        {
            await Api.Send(HttpMethod.Delete, $"/api/v1/namespaces/{space}/pods/{name}");
        }

        await Eventually.True(async () => (await world.Pods(space)).Count == 0, "all pods are gone");
    }

    private Task<global::Grains.Jobs.JobView> Until(string job, JobPhase phase) => Eventually.Get(
        async () => (await world.Grains.GetGrain<global::Grains.Jobs.IJobGrain>(job).Get(PodsInWorld.Admin))!, j => j.Phase == phase, $"{job} is {phase}");

    private Task<JsonObject> Group(string space, string apiVersion, string plural, string kind, string name, JsonObject spec) => CustomKinds.Create(Api, apiVersion, kind, plural, space, name, spec);

    private async Task<JsonNode?> StatusOf(string space, string apiVersion, string plural, string name) => (await Api.Get($"/apis/{apiVersion}/namespaces/{space}/{plural}/{name}"))["status"];

    private static JsonObject Owner(JsonObject owner, string apiVersion, string kind) => new()
    {
        ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = (string)owner["metadata"]!["name"]!, ["uid"] = (string)owner["metadata"]!["uid"]!, ["controller"] = true,
    };

    private static Dictionary<string, string> Map(params (string Key, string Value)[] pairs) => pairs.ToDictionary(p => p.Key, p => p.Value);

    private static Dictionary<string, string> With(Dictionary<string, string> map, params (string Key, string Value)[] more) => map.Select(m => (m.Key, m.Value)).Concat(more).ToDictionary(p => p.Item1, p => p.Item2);

    private static string[] Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => Name(prefix, i))];

    private static string Name(string prefix, int index) => $"{prefix}-{Text(index)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
