namespace Gateway.Kubernetes.PodsIn;

/// <summary>How pods say that they belong together: which key it was, in which namespace, and what it said.</summary>
/// <param name="Namespace">Of its pods; gangs never span namespaces.</param>
/// <param name="Name">The group's or owner's name.</param>
/// <param name="Life">Tells one life of it from the next of the same name, where the pods say that.</param>
internal sealed record GangKey(GangKind Kind, string Namespace, string Name, string Life = "")
{
    /// <summary>For people, and for kubectl: "JobSet/train".</summary>
    public string Title => $"{Kind switch { GangKind.PodGroup or GangKind.UpstreamPodGroup or GangKind.VolcanoPodGroup or GangKind.KaiPodGroup => "PodGroup", GangKind.KueuePodGroup => "pod-group", GangKind.TaskGroup => "task-group", _ => Kind.ToString() }}/{Name}";
}
