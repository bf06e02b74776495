using k8s.Models;

namespace Gateway.Kubernetes;

/// <summary>Makes the body of a pod from an order: image, command, environment, resources, volumes, whatever the job's template says.</summary>
internal interface IPodBuilder
{
    /// <summary>The namespace that its job's pods live in.</summary>
    string NamespaceOf(PodOrder order);

    /// <summary>
    /// The pod without name, namespace, scheduler, and the labels and annotations of <see cref="PodMarks"/>: those are added, and win. Bound nowhere.
    /// Pure: the same order, the same body.
    /// </summary>
    V1Pod Build(PodOrder order);
}
