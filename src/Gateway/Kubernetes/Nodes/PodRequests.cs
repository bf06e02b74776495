using System.Collections.Immutable;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// What a pod takes of a node, counted as kube-scheduler and kubelet count it: the larger of what all its containers and sidecars take together and
/// of what its start takes at worst, where each init container runs beside the sidecars before it; the pod's own request, where it has one, instead;
/// and the overhead of its runtime class on top.
/// </summary>
internal static class PodRequests
{
    public static ResourceAmounts Of(PodAsk pod)
    {
        var total = new ResourceAmounts();
        foreach (var container in pod.Containers)
        {
            total.Add(Of(container));
        }

        if (!pod.InitContainers.IsEmpty)
        {
            AddStart(pod.InitContainers, total);
        }

        TakeWhole(pod.Whole, total);
        total.Add(pod.Overhead);
        return total;
    }

    private static void AddStart(ImmutableArray<ContainerAsk> containers, ResourceAmounts total)
    {
        var start = new ResourceAmounts();
        var sidecars = new ResourceAmounts();
        foreach (var container in containers)
        {
            var step = Of(container);
            if (container.IsSidecar)
            {
                total.Add(step);
                sidecars.Add(step);
                start.Raise(sidecars);
            }
            else
            {
                var beside = step.Copy();
                beside.Add(sidecars);
                start.Raise(beside);
            }
        }

        total.Raise(start);
    }

    /// <summary>One container: its requests, its limits where it has no request, and no less than it has been given. Not to be changed: mostly these are its requests themselves.</summary>
    private static ResourceAmounts Of(ContainerAsk container)
    {
        if (container.Given.IsEmpty && container.Requests.NamesAllOf(container.Limits))
        {
            return container.Requests;
        }

        var amounts = container.Requests.Copy();
        foreach (var (resource, limit) in container.Limits)
        {
            if (!amounts.Names(resource))
            {
                amounts.Set(resource, limit);
            }
        }

        amounts.Raise(container.Given);
        return amounts;
    }

    /// <summary>Only CPU, memory and huge pages can be asked for by a pod as a whole. A limit alone counts where no container asks.</summary>
    private static void TakeWhole(ContainerAsk whole, ResourceAmounts total)
    {
        foreach (var (resource, amount) in whole.Requests)
        {
            if (CanBeWhole(resource))
            {
                total.Set(resource, amount);
            }
        }

        foreach (var (resource, limit) in whole.Limits)
        {
            if (CanBeWhole(resource) && !whole.Requests.Names(resource) && !total.Names(resource))
            {
                total.Set(resource, limit);
            }
        }
    }

    private static bool CanBeWhole(string resource) =>
        resource is ResourceAmounts.Cpu or ResourceAmounts.Memory || resource.StartsWith("hugepages-", StringComparison.Ordinal);
}
