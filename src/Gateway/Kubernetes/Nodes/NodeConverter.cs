using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Kubernetes' objects in our words.</summary>
internal static class NodeConverter
{
    private const int MostOfHardware = 2048;
    private const string Mirror = "kubernetes.io/config.mirror";

    public static NodeObject ToNode(V1Node node)
    {
        var ready = node.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready");
        return new NodeObject
        {
            Name = new NodeId(node.Metadata.Name),
            Uid = node.Metadata.Uid ?? "",
            Version = node.Metadata.ResourceVersion ?? "",
            Boot = node.Status?.NodeInfo?.BootID ?? "",
            Labels = [.. (node.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty).Select(l => new Label(l.Key, l.Value))],
            Taints = [.. (node.Spec?.Taints ?? []).Select(t => new NodeTaint(t.Key, t.Value ?? "", t.Effect))],
            Unschedulable = node.Spec?.Unschedulable == true,
            Allocatable = ToAmounts(node.Status?.Allocatable),
            Ready = ready?.Status == "True",
            NotReadyBecause = WhyNotReady(ready),
            Epoch = long.TryParse(Annotation(node, KubernetesKeys.Epoch), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0,
            HasAnnotations = node.Metadata.Annotations is { Count: > 0 },
            PreflightPassed = Annotation(node, KubernetesKeys.PreflightPassed),
            PreflightFailed = Annotation(node, KubernetesKeys.PreflightFailed),
            ProviderId = node.Spec?.ProviderID ?? "",
            Host = Bounded(Annotation(node, KubernetesKeys.Host)),
            GpuSerials = Bounded(Annotation(node, KubernetesKeys.GpuSerials)),
        };
    }

    private static string Bounded(string? text) => text is null ? "" : text.Length <= MostOfHardware ? text : text[..MostOfHardware];

    /// <summary>Null: it is on no node, or has ended there.</summary>
    public static NodePod? ToPod(V1Pod pod, Func<V1Pod, bool> isOurs)
    {
        if (string.IsNullOrEmpty(pod.Spec?.NodeName) || pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return null;
        }

        var amounts = PodRequests.Of(ToAsk(pod));
        var ours = isOurs(pod);
        ResourceAmounts? devices = null;
        foreach (var (resource, amount) in amounts)
        {
            if (amount > 0 && !ours && resource is not (ResourceAmounts.Cpu or ResourceAmounts.Memory))
            {
                (devices ??= []).Set(resource, amount);
            }
        }

        return new NodePod
        {
            Namespace = pod.Metadata.NamespaceProperty,
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid,
            Node = new NodeId(pod.Spec.NodeName),
            IsOurs = ours,
            Stay = StayOf(pod),
            IsLeaving = pod.Metadata.DeletionTimestamp is not null,
            CpuMilli = amounts.CpuMilli,
            MemoryBytes = amounts.MemoryBytes,
            Devices = devices,
        };
    }

    public static PodAsk ToAsk(V1Pod pod) => new()
    {
        Containers = ToAsks(pod.Spec.Containers, pod.Status?.ContainerStatuses),
        InitContainers = ToAsks(pod.Spec.InitContainers, pod.Status?.InitContainerStatuses),
        Overhead = ToAmounts(pod.Spec.Overhead),
        Whole = pod.Spec.Resources is { } whole ? new ContainerAsk { Requests = ToAmounts(whole.Requests), Limits = ToAmounts(whole.Limits) } : ContainerAsk.None,
    };

    private static ImmutableArray<ContainerAsk> ToAsks(IList<V1Container>? containers, IList<V1ContainerStatus>? statuses)
    {
        var asks = ImmutableArray.CreateBuilder<ContainerAsk>(containers?.Count ?? 0);
        for (var i = 0; i < containers?.Count; i++)
        {
            var container = containers[i];
            asks.Add(new ContainerAsk
            {
                Requests = ToAmounts(container.Resources?.Requests),
                Limits = ToAmounts(container.Resources?.Limits),
                Given = ToAmounts(GivenTo(container.Name, statuses)),
                IsSidecar = container.RestartPolicy == "Always",
            });
        }

        return asks.MoveToImmutable();
    }

    private static IDictionary<string, ResourceQuantity>? GivenTo(string container, IList<V1ContainerStatus>? statuses)
    {
        for (var i = 0; i < statuses?.Count; i++)
        {
            if (statuses[i].Name == container)
            {
                return statuses[i].AllocatedResources;
            }
        }

        return null;
    }

    private static ResourceAmounts ToAmounts(IDictionary<string, ResourceQuantity>? written)
    {
        if (written is not { Count: > 0 })
        {
            return ResourceAmounts.None;
        }

        var amounts = new ResourceAmounts();
        foreach (var (resource, quantity) in written)
        {
            amounts.Set(resource, Math.Clamp(quantity.ToDecimal(), 0, Quantities.Most));
        }

        return amounts;
    }

    /// <summary>As kubectl drain sees it.</summary>
    private static PodStay StayOf(V1Pod pod)
    {
        if (pod.Metadata.Annotations?.ContainsKey(Mirror) == true)
        {
            return PodStay.OfTheNode;
        }

        var owner = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);
        return owner is null ? PodStay.Unmanaged : owner.Kind is "DaemonSet" or "Node" ? PodStay.OfTheNode : PodStay.Evicted;
    }

    private static string? WhyNotReady(V1NodeCondition? ready)
    {
        if (ready?.Status == "True")
        {
            return null;
        }

        return ready is null ? "it has no condition Ready yet" : $"Ready is {ready.Status}: {(string.IsNullOrEmpty(ready.Message) ? ready.Reason ?? "no reason given" : ready.Message)}";
    }

    private static string? Annotation(V1Node node, string key) => node.Metadata.Annotations?.TryGetValue(key, out var value) == true ? value : null;
}
