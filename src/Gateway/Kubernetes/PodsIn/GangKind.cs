namespace Gateway.Kubernetes.PodsIn;

/// <summary>What makes pods a gang. In this order; the first that a pod carries counts.</summary>
internal enum GangKind
{
    /// <summary>spec.schedulingGroup: PodGroup of scheduling.k8s.io.</summary>
    UpstreamPodGroup = 0,

    /// <summary>Label scheduling.x-k8s.io/pod-group: PodGroup of scheduler-plugins. MPIJob, Trainer and KubeRay use it.</summary>
    PodGroup = 1,

    /// <summary>Annotation scheduling.k8s.io/group-name: PodGroup of Volcano.</summary>
    VolcanoPodGroup = 2,

    /// <summary>Annotation pod-group-name: PodGroup of KAI.</summary>
    KaiPodGroup = 3,

    /// <summary>Label kueue.x-k8s.io/pod-group-name, with its total in an annotation.</summary>
    KueuePodGroup = 4,

    /// <summary>Annotation yunikorn.apache.org/task-group-name, with its minimum in another.</summary>
    TaskGroup = 5,

    /// <summary>Label jobset.sigs.k8s.io/jobset-name.</summary>
    JobSet = 6,

    /// <summary>Label training.kubeflow.org/job-name: PyTorchJob and its kin, and MPIJob without a PodGroup.</summary>
    TrainingJob = 7,

    /// <summary>Label ray.io/cluster.</summary>
    RayCluster = 8,

    /// <summary>An Indexed Job whose pods all run at once.</summary>
    IndexedJob = 9,
}
