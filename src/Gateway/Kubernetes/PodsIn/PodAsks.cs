using Gateway.Kubernetes.Nodes;
using k8s.Models;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A manifest's resources, as <see cref="PodRequests"/> counts them.</summary>
internal static class PodAsks
{
    public static PodAsk Of(V1Pod pod) => new()
    {
        Containers = [.. (pod.Spec.Containers ?? []).Select(c => Of(c.Resources))],
        InitContainers = [.. (pod.Spec.InitContainers ?? []).Select(c => Of(c.Resources) with { IsSidecar = c.RestartPolicy == "Always" })],
        Overhead = Of(pod.Spec.Overhead),
        Whole = Of(pod.Spec.Resources),
    };

    private static ContainerAsk Of(V1ResourceRequirements? resources) =>
        resources is null ? ContainerAsk.None : new() { Requests = Of(resources.Requests), Limits = Of(resources.Limits) };

    private static ResourceAmounts Of(IDictionary<string, ResourceQuantity>? quantities)
    {
        if (quantities is not { Count: > 0 })
        {
            return ResourceAmounts.None;
        }

        var amounts = new ResourceAmounts();
        foreach (var (resource, quantity) in quantities)
        {
            amounts.Set(resource, quantity.ToDecimal());
        }

        return amounts;
    }
}
