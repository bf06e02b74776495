using Gateway.Kubernetes;
using Gateway.Kubernetes.JobsOut;
using Gateway.Tests.Hollow;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.JobsOut;

/// <summary>Jobs as pods: pure, from an order to a body.</summary>
public sealed class PodBuilderTests
{
    private static readonly ContainerSpec Train = new() { Image = "r/train:1", Command = ["python"], Args = ["train.py"] };

    [Fact]
    public void A_worker_knows_who_it_is_in_the_words_of_those_who_ask()
    {
        var env = Env(Order(rank: 2));
        foreach (var (name, value) in new[]
        {
            ("RANK", "2"), ("WORLD_SIZE", "4"), ("LOCAL_RANK", "0"), ("LOCAL_WORLD_SIZE", "1"), ("NODE_RANK", "2"), ("PET_NNODES", "4"), ("PET_NODE_RANK", "2"),
            ("MASTER_ADDR", "w-0.j-1.team-a.svc"), ("MASTER_PORT", "29500"), ("PET_MASTER_ADDR", "w-0.j-1.team-a.svc"), ("JOB_COMPLETION_INDEX", "2"),
            ("SLURM_PROCID", "2"), ("SLURM_NTASKS", "4"), ("SCHED_JOB", "j-1"), ("SCHED_ATTEMPT", "3"), ("SCHED_ROLE", "worker"), ("SCHED_ROLE_RANK", "2"),
            ("SCHED_ROLE_SIZE", "4"), ("SCHED_NODE", "n2"), ("SCHED_HOST_SUFFIX", ".j-1.team-a.svc"),
        })
        {
            Assert.Equal((name, value), (name, env[name]));
        }
    }

    [Fact]
    public void It_has_a_name_that_the_others_find_and_the_same_in_every_attempt()
    {
        var pod = Build(Order(rank: 2));
        Assert.Equal(("w-2", "j-1"), (pod.Spec.Hostname, pod.Spec.Subdomain));
        Assert.Equal("j-1", pod.Metadata.Labels[GangNames.ServiceLabel]);

        var alone = Build(Order(workers: 1));
        Assert.Null(alone.Spec.Subdomain);
        Assert.DoesNotContain(GangNames.ServiceLabel, alone.Metadata.Labels.Keys);
        Assert.Equal("localhost", Env(alone)["MASTER_ADDR"]);
    }

    [Fact]
    public void Workers_of_several_roles_are_ranked_over_all_and_within_their_own()
    {
        var order = Order(rank: 5, change: j => j with { Roles = [j.Roles[0] with { Name = "head", Count = 2 }, j.Roles[0] with { Name = "rest", Count = 4 }] });
        var env = Env(Build(order with { Order = order.Order with { Worker = order.Order.Worker with { Role = 1 } } }));
        Assert.Equal(("5", "6", "rest", "3", "4"), (env["RANK"], env["WORLD_SIZE"], env["SCHED_ROLE"], env["SCHED_ROLE_RANK"], env["SCHED_ROLE_SIZE"]));
    }

    [Fact]
    public void Further_workers_of_an_elastic_job_are_ranked_behind_the_others_and_found_by_their_names()
    {
        var pod = Build(Order(rank: 1, workers: 2, change: j => j with { Origin = new JobOrigin { Set = new JobId("j-whole"), Kind = OriginKind.Extension, Index = 0, RankOffset = 8 } }));
        var env = Env(pod);
        Assert.Equal(("9", "10", "j-whole", "w-0.j-whole.team-a.svc"), (env["RANK"], env["WORLD_SIZE"], env["SCHED_JOB"], env["MASTER_ADDR"]));
        Assert.Equal(("w-9", "j-whole"), (pod.Spec.Hostname, pod.Spec.Subdomain));
    }

    [Fact]
    public void A_task_of_an_array_has_its_number()
    {
        var env = Env(Build(Order(workers: 1, change: j => j with { Origin = new JobOrigin { Set = new JobId("j-a"), Kind = OriginKind.Task, Index = 17 } })));
        Assert.Equal(("17", "17", "0"), (env["JOB_COMPLETION_INDEX"], env["SCHED_TASK"], env["RANK"]));
    }

    [Fact]
    public void What_was_counted_is_what_is_asked_for_and_no_more()
    {
        var resources = Build(Order(settings: s => s.Devices.Add("rdma/hca"), container: Train with { Devices = [new ContainerDevice("rdma/hca", 1)] })).Spec.Containers[0].Resources;
        Assert.Same(resources.Limits, resources.Requests);
        Assert.Equal(["cpu=500m", "memory=1Gi", "nvidia.com/gpu=8", "rdma/hca=1"], Amounts(resources));
        Assert.Equal(["cpu=500m", "memory=1Gi"], Amounts(Build(Order(shape: s => s with { Gpus = 0 })).Spec.Containers[0].Resources));
        Assert.Equal(
            ["cpu=500m", "ephemeral-storage=100Gi", "hugepages-2Mi=1Gi", "memory=1Gi", "rdma/hca=2"],
            Amounts(Build(Order(settings: s => s.Devices.Add("rdma/hca"), shape: s => s with { Gpus = 0, Extended = [new("ephemeral-storage", 102_400), new("hugepages-2Mi", 1024), new("rdma/hca", 2)] })).Spec.Containers[0].Resources));
        Assert.Equal(
            ["cpu=500m", "memory=1Gi", "nvidia.com/mig-1g.10gb=2"],
            Amounts(Build(Order(shape: s => s with { Gpus = 2, GpuModels = ["A100-80GB/1g.10gb"] })).Spec.Containers[0].Resources));
        Assert.Equal(
            ["cpu=500m", "memory=1Gi", "nvidia.com/gpu.shared=1"],
            Amounts(Build(Order(settings: s => s.SharedGpuResource = "nvidia.com/gpu.shared", shape: s => s with { Gpus = 1, GpuMilli = 250 })).Spec.Containers[0].Resources));
    }

    [Fact]
    public void Nothing_is_privileged_and_nothing_of_the_node_or_the_cluster_is_in_reach()
    {
        var spec = Build(Order(container: Train with { RunAsUser = 1000, RunAsGroup = 1001, FsGroup = 1002, ReadOnlyRoot = true })).Spec;
        Assert.Equal((false, false, null, "Never"), (spec.AutomountServiceAccountToken, spec.EnableServiceLinks, spec.HostNetwork, spec.RestartPolicy));
        Assert.Equal((true, 1000L, 1001L, 1002L, "RuntimeDefault"),
            (spec.SecurityContext.RunAsNonRoot, spec.SecurityContext.RunAsUser, spec.SecurityContext.RunAsGroup, spec.SecurityContext.FsGroup, spec.SecurityContext.SeccompProfile.Type));
        var container = Assert.Single(spec.Containers);
        Assert.Equal((false, true), (container.SecurityContext.AllowPrivilegeEscalation, container.SecurityContext.ReadOnlyRootFilesystem));
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Null(container.SecurityContext.Capabilities.Add);
        Assert.Null(spec.Volumes);
    }

    [Fact]
    public void Volumes_are_of_the_kinds_that_are_allowed_and_one_claim_is_one_volume()
    {
        var spec = Build(Order(container: Train with
        {
            Volumes =
            [
                new() { MountPath = "/a", Kind = VolumeKind.Claim, Source = "sets", ReadOnly = true, SubPath = "x" }, new() { MountPath = "/b", Kind = VolumeKind.Claim, Source = "sets" },
                new() { MountPath = "/dev/shm", Kind = VolumeKind.Memory, SizeMiB = 64 }, new() { MountPath = "/s", Kind = VolumeKind.Scratch },
                new() { MountPath = "/c", Kind = VolumeKind.ConfigMap, Source = "cfg" }, new() { MountPath = "/k", Kind = VolumeKind.Secret, Source = "key" },
            ],
        })).Spec;
        Assert.Equal(["/a:v0:True:x", "/b:v0::", "/dev/shm:v1::", "/s:v2::", "/c:v3::", "/k:v4::"], spec.Containers[0].VolumeMounts.Select(m => $"{m.MountPath}:{m.Name}:{m.ReadOnlyProperty}:{m.SubPath}"));
        Assert.Equal("sets", spec.Volumes[0].PersistentVolumeClaim.ClaimName);
        Assert.Equal(("Memory", "64Mi"), (spec.Volumes[1].EmptyDir.Medium, spec.Volumes[1].EmptyDir.SizeLimit.ToString()));
        Assert.Null(spec.Volumes[2].EmptyDir.SizeLimit);
        Assert.Equal(("cfg", "key"), (spec.Volumes[3].ConfigMap.Name, spec.Volumes[4].Secret.SecretName));
        Assert.All(spec.Volumes, v => Assert.Null(v.HostPath));
    }

    [Fact]
    public void A_job_that_can_save_its_work_finds_out_when_it_should()
    {
        var spec = Build(Order(change: j => j with { Checkpoint = new CheckpointRule() })).Spec;
        Assert.Equal(PodVolumes.SignalsPath, Assert.Single(spec.Containers[0].VolumeMounts).MountPath);
        Assert.Equal($"metadata.annotations['{PodMarks.CheckpointBy}']", Assert.Single(Assert.Single(spec.Volumes).DownwardAPI.Items).FieldRef.FieldPath);
    }

    [Fact]
    public void Variables_of_the_job_come_after_ours_so_that_they_may_use_them_and_may_choose_the_port()
    {
        var env = Build(Order(container: Train with
        {
            Env =
            [
                new("MASTER_PORT", VariableSource.Value, "7"), new("URL", VariableSource.Value, "tcp://$(MASTER_ADDR)"), new("IP", VariableSource.Field, "status.podIP"),
                new("KEY", VariableSource.Secret, "wandb", "token"), new("CFG", VariableSource.ConfigMap, "cfg", "a"),
            ],
        })).Spec.Containers[0].Env;
        Assert.Equal("7", Assert.Single(env, e => e.Name == "MASTER_PORT").Value);
        Assert.Equal(["MASTER_PORT", "URL", "IP", "KEY", "CFG"], env.TakeLast(5).Select(e => e.Name));
        Assert.Equal(("status.podIP", "wandb", "token", "cfg"), (env[^3].ValueFrom.FieldRef.FieldPath, env[^2].ValueFrom.SecretKeyRef.Name, env[^2].ValueFrom.SecretKeyRef.Key, env[^1].ValueFrom.ConfigMapKeyRef.Name));
    }

    [Fact]
    public void Labels_of_the_job_are_on_its_pods_but_none_that_means_something_to_others()
    {
        var labels = Build(Order(change: j => j with
        {
            Labels = [new("run", "7"), new("app.kubernetes.io/managed-by", "me"), new("orleans.scheduler/tenant", "other"), new("node.k8s.io/x", "y"), new("acme.org/cost", "z")],
        })).Metadata.Labels;
        Assert.Equal(("7", "z", "orleans-scheduler", "a"), (labels["run"], labels["acme.org/cost"], labels["app.kubernetes.io/managed-by"], labels[PodBuilder.TenantLabel]));
        Assert.DoesNotContain("node.k8s.io/x", labels.Keys);
        Assert.Equal(("train", "j-1", "worker", "p"), (labels["app.kubernetes.io/name"], labels["app.kubernetes.io/instance"], labels["app.kubernetes.io/component"], labels[PodBuilder.PoolLabel]));
    }

    [Fact]
    public void Taints_that_the_job_and_the_operator_tolerate_and_those_of_GPU_nodes_do_not_chase_it_away()
    {
        var tolerations = Build(Order(settings: s => s.Tolerations.Add("team=a:NoExecute"), shape: s => s with { Tolerations = [new("dedicated", "blue")] })).Spec.Tolerations;
        Assert.Equal(
            ["dedicated Equal blue ", "team Equal a NoExecute", "nvidia.com/gpu Exists  "],
            tolerations.Select(t => $"{t.Key} {t.OperatorProperty} {t.Value} {t.Effect}"));
    }

    [Fact]
    public void Every_tenant_has_a_namespace_of_its_own_or_none()
    {
        var namespaces = new TenantNamespaces([new("a", "team-a"), new("*", "t-{tenant}")]);
        Assert.Equal(("team-a", "t-b"), (namespaces.Of(new TenantId("a")), namespaces.Of(new TenantId("b"))));
        Assert.Null(new TenantNamespaces([new("a", "team-a")]).Of(new TenantId("b")));

        // A tenant's name cannot make the pattern into another's namespace.
        Assert.Null(new TenantNamespaces([new("a", "t-b"), new("*", "t-{tenant}")]).Of(new TenantId("b")));
        Assert.Contains("one namespace per tenant", Assert.Single(TenantNamespaces.Errors([new("a", "x"), new("b", "x")])));
        Assert.Contains("{tenant}", Assert.Single(TenantNamespaces.Errors([new("*", "all")])));
        Assert.Equal("a", Assert.Throws<PodNotPossibleException>(() => Build(Order(namespaces: []))).Message.Split(' ')[1]);
    }

    [Fact]
    public void What_the_operator_does_not_allow_is_refused_by_its_field()
    {
        Assert.Equal("container.image", Fault(Order(container: Train with { Image = null })));
        Assert.Equal("container.image", Fault(Order(settings: s => s.ImagePrefixes.Add("own/"))));
        Assert.Equal("container.serviceAccountName", Fault(Order(container: Train with { ServiceAccount = "admin" })));
        Assert.Equal("container.capabilities", Fault(Order(container: Train with { Capabilities = ["SYS_ADMIN"] })));
        Assert.Equal("container.devices", Fault(Order(container: Train with { Devices = [new("rdma/hca", 1)] })));
        Assert.Equal("roles[0].extendedResources", Fault(Order(shape: s => s with { Extended = [new("rdma/hca", 1)] })));
        Assert.Equal("roles[0].extendedResources", Fault(Order(settings: s => s.Devices.Add("rdma/hca"), container: Train with { Devices = [new("rdma/hca", 1)] }, shape: s => s with { Extended = [new("rdma/hca", 1)] })));
        Assert.Equal("container.hostNetwork", Fault(Order(container: Train with { HostNetwork = true })));
        Assert.Equal("roles[0].gpuMilli", Fault(Order(shape: s => s with { Gpus = 1, GpuMilli = 500 })));
        Assert.Equal("roles[0].gpuModels", Fault(Order(shape: s => s with { GpuModels = ["A100/1g.10gb", "A100"] })));
        Assert.Equal("roles[0].container.image", Fault(Order(settings: s => s.ImagePrefixes.Add("r/"), change: j => j with { Roles = [j.Roles[0] with { Container = new ContainerSpec { Image = "x" } }] })));
        Assert.Equal("ClusterFirstWithHostNet", Build(Order(settings: s => s.AllowHostNetwork = true, container: Train with { HostNetwork = true })).Spec.DnsPolicy);
    }

    private static string Fault(Built order)
    {
        var fault = Assert.Single(PodAdmission.Faults(order.Order.Spec, order.Settings));
        Assert.Throws<PodNotPossibleException>(() => Build(order));
        return fault.Field;
    }

    private static Built Order(
        int rank = 0, int workers = 4, ContainerSpec? container = null, Func<WorkerShape, WorkerShape>? shape = null, Action<PodSettings>? settings = null,
        Func<JobSpec, JobSpec>? change = null, KeyValuePair<string, string>[]? namespaces = null)
    {
        var spec = Make.Assignment("j-1", workers: workers).Spec;
        var plain = new WorkerShape { CpuMilli = 500, MemoryMiB = 1024, Gpus = 8 };
        spec = spec with
        {
            Name = "train",
            Tenant = new TenantId("a"),
            Pool = new PoolId("p"),
            Container = container ?? Train,
            Roles = [spec.Roles[0] with { Name = "worker", Shape = shape is null ? plain : shape(plain) }],
        };
        var options = new PodSettings();
        settings?.Invoke(options);
        var attempt = new AttemptId(new JobId("j-1"), 3);
        return new Built(
            new PodOrder
            {
                Name = PodNames.Of(attempt, rank), Attempt = attempt, Worker = new WorkerSlot(0, rank, rank, 0xff, 1000), Spec = change is null ? spec : change(spec),
                PlannedNode = new NodeId($"n{rank}"), Epoch = 5,
            },
            options, namespaces ?? [new("a", "team-a")]);
    }

    private static V1Pod Build(Built built) => new PodBuilder(built.Settings, new TenantNamespaces(built.Namespaces), TimeSpan.FromSeconds(30)).Build(built.Order);

    private static Dictionary<string, string> Env(Built built) => Env(Build(built));

    private static Dictionary<string, string> Env(V1Pod pod) => pod.Spec.Containers[0].Env.Where(e => e.Value is not null).ToDictionary(e => e.Name, e => e.Value);

    private static IEnumerable<string> Amounts(V1ResourceRequirements resources) => resources.Limits.Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal);

    internal sealed record Built(PodOrder Order, PodSettings Settings, KeyValuePair<string, string>[] Namespaces);
}
