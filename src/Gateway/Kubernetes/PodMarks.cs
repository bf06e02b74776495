namespace Gateway.Kubernetes;

/// <summary>What stands on pods that we make. Labels find them, annotations say the rest.</summary>
internal static class PodMarks
{
    /// <summary>Labels: the job, its attempt's number, the rank in the gang, and which try of that rank it is within the attempt (absent: the first).</summary>
    public const string Job = KubernetesKeys.Prefix + "job";
    public const string Attempt = KubernetesKeys.Prefix + "attempt";
    public const string Rank = KubernetesKeys.Prefix + "rank";
    public const string Incarnation = KubernetesKeys.Prefix + "incarnation";

    /// <summary>Annotation: the epoch of the leader that changed it last.</summary>
    public const string Epoch = KubernetesKeys.Epoch;

    /// <summary>Annotation: where it belongs.</summary>
    public const string PlannedNode = KubernetesKeys.Prefix + "planned-node";

    /// <summary>Annotation: it is asked to save its work by then (RFC 3339).</summary>
    public const string CheckpointBy = KubernetesKeys.Prefix + "checkpoint-by";

    /// <summary>Annotation, written by the workload: its work was saved then (RFC 3339).</summary>
    public const string CheckpointedAt = KubernetesKeys.Prefix + "checkpointed-at";
}
