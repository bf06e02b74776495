namespace Gateway.Kubernetes.PodsIn;

/// <summary>Keys that manifests carry, written for whichever scheduler, and ours. Sources: docs/kubernetes.md.</summary>
internal static class PodKeys
{
    private const string Ours = "orleans.scheduler/";

    /// <summary>Annotations that we write when we bind a pod, or decide that we do not.</summary>
    public const string BoundFor = Ours + "bound-for";
    public const string Epoch = Ours + "epoch";
    public const string GivenUp = Ours + "given-up";
    public const string CheckpointBy = Ours + "checkpoint-by";

    /// <summary>Annotation that a workload writes on its pod: when its work was saved.</summary>
    public const string CheckpointedAt = Ours + "checkpointed-at";

    /// <summary>Annotations for us, where a manifest is written for us.</summary>
    public const string CheckpointGrace = Ours + "checkpoint-grace";
    public const string Pool = Ours + "pool";
    public const string Queue = Ours + "queue";
    public const string RequiredTopology = Ours + "required-topology";
    public const string PreferredTopology = Ours + "preferred-topology";

    public const string PodGroupLabel = "scheduling.x-k8s.io/pod-group";
    public const string VolcanoGroup = "scheduling.k8s.io/group-name";
    public const string VolcanoGroupAlso = "scheduling.volcano.sh/group-name";
    public const string VolcanoMin = "scheduling.volcano.sh/group-min-member";
    public const string KaiGroup = "pod-group-name";
    public const string KueueGroup = "kueue.x-k8s.io/pod-group-name";
    public const string KueueTotal = "kueue.x-k8s.io/pod-group-total-count";
    public const string KueueIndex = "kueue.x-k8s.io/pod-group-pod-index";
    public const string TaskGroup = "yunikorn.apache.org/task-group-name";
    public const string TaskGroups = "yunikorn.apache.org/task-groups";
    public const string YuniKornApp = "yunikorn.apache.org/app-id";
    public const string YuniKornAppLabel = "applicationId";
    public const string JobSet = "jobset.sigs.k8s.io/jobset-name";
    public const string JobSetRestart = "jobset.sigs.k8s.io/restart-attempt";
    public const string JobSetRole = "jobset.sigs.k8s.io/replicatedjob-name";
    public const string JobSetJobIndex = "jobset.sigs.k8s.io/job-index";
    public const string JobSetGlobalIndex = "jobset.sigs.k8s.io/job-global-index";
    public const string TrainingJob = "training.kubeflow.org/job-name";
    public const string TrainingRole = "training.kubeflow.org/replica-type";
    public const string TrainingJobRole = "training.kubeflow.org/job-role";
    public const string TrainingIndex = "training.kubeflow.org/replica-index";
    public const string RayCluster = "ray.io/cluster";
    public const string RayRole = "ray.io/node-type";
    public const string RayGroup = "ray.io/group";
    public const string VolcanoTask = "volcano.sh/task-spec";
    public const string VolcanoIndex = "volcano.sh/task-index";
    public const string JobIndex = "batch.kubernetes.io/job-completion-index";
    public const string JobName = "batch.kubernetes.io/job-name";
    public const string JobNameAlso = "job-name";

    public static readonly string[] Queues =
    [
        Queue, "kueue.x-k8s.io/queue-name", "volcano.sh/queue-name", "scheduling.volcano.sh/queue-name", "kai.scheduler/queue", "runai/queue", "yunikorn.apache.org/queue", "queue",
    ];

    /// <summary>Labels and annotations that name a priority class besides the pod's own.</summary>
    public static readonly string[] PriorityClasses = ["kueue.x-k8s.io/priority-class", "ray.io/priority-class-name", "priorityClassName"];

    public const string PriorityBoost = "kueue.x-k8s.io/priority-boost";
    public const string VolcanoPreemptable = "volcano.sh/preemptable";
    public const string KaiPreemptibility = "kai.scheduler/preemptibility";

    public const string KueueRequired = "kueue.x-k8s.io/podset-required-topology";
    public const string KueuePreferred = "kueue.x-k8s.io/podset-preferred-topology";
    public const string KueueUnconstrained = "kueue.x-k8s.io/podset-unconstrained-topology";
    public const string KueueSliceTopology = "kueue.x-k8s.io/podset-slice-required-topology";
    public const string KueueSliceSize = "kueue.x-k8s.io/podset-slice-size";
    public const string KueueGroupName = "kueue.x-k8s.io/podset-group-name";
    public const string KaiRequired = "kai.scheduler/topology-required-placement";
    public const string KaiPreferred = "kai.scheduler/topology-preferred-placement";
    public const string KaiSegment = "kai.scheduler/segment-size";
    public const string KaiFraction = "gpu-fraction";
    public const string KaiMemory = "gpu-memory";
    public const string VolcanoTopologyMode = "volcano.sh/network-topology-mode";
    public const string VolcanoTier = "volcano.sh/network-topology-highest-tier-allowed";
    public const string JobSetExclusive = "alpha.jobset.sigs.k8s.io/exclusive-topology";
}
