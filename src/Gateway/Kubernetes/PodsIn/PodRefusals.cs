using System.Globalization;
using k8s.Models;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What kube-scheduler would look at and we do not: a pod that asks for it is refused, and told by which field.</summary>
internal static class PodRefusals
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    public static void Of(V1Pod pod, PodMeta meta, PodsInOptions options, List<string> refusals)
    {
        Neighbours(pod.Spec, refusals);
        Ports(pod.Spec, refusals);
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            Volume(volume, options, refusals);
        }

        if (pod.Spec.ResourceClaims is { Count: > 0 } claims)
        {
            refusals.Add($"spec.resourceClaims: devices are not claimed here ({string.Join(", ", claims.Select(c => c.Name))})");
        }

        if (pod.Spec.Os?.Name is { Length: > 0 } os && os != "linux")
        {
            refusals.Add($"spec.os {os}: only linux");
        }

        Keys(meta, refusals);
    }

    /// <summary>Wishes about other pods. What is only preferred binds nobody: it is not looked at, as docs/kubernetes.md says.</summary>
    private static void Neighbours(V1PodSpec spec, List<string> refusals)
    {
        if (spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 })
        {
            refusals.Add($"spec.affinity.podAffinity.{Required}: pods are not placed by other pods; ask for a rack or block instead");
        }

        if (spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 })
        {
            refusals.Add($"spec.affinity.podAntiAffinity.{Required}: pods are not kept from other pods");
        }

        foreach (var spread in spec.TopologySpreadConstraints?.Where(s => s.WhenUnsatisfiable != "ScheduleAnyway") ?? [])
        {
            refusals.Add($"spec.topologySpreadConstraints[{spread.TopologyKey}]: pods are not spread (ScheduleAnyway is only a wish, and taken)");
        }
    }

    private static void Ports(V1PodSpec spec, List<string> refusals)
    {
        foreach (var container in (spec.Containers ?? []).Concat(spec.InitContainers ?? []))
        {
            foreach (var port in container.Ports?.Where(p => p.HostPort > 0) ?? [])
            {
                refusals.Add(string.Create(CultureInfo.InvariantCulture, $"spec.containers[{container.Name}].ports hostPort {port.HostPort}: ports of nodes are not counted"));
            }
        }
    }

    private static void Volume(V1Volume volume, PodsInOptions options, List<string> refusals)
    {
        if (volume.PersistentVolumeClaim is { ClaimName: var claim } && !options.ClaimsReachEverywhere)
        {
            refusals.Add($"spec.volumes[{volume.Name}].persistentVolumeClaim {claim}: where its volume is, or would be, is not looked at (PodsIn.ClaimsReachEverywhere says that it does not matter)");
        }

        if (volume.Ephemeral is not null)
        {
            refusals.Add($"spec.volumes[{volume.Name}].ephemeral: a volume that is made for the pod, where it goes");
        }
        else if (volume is { PersistentVolumeClaim: null, ConfigMap: null, Csi: null, DownwardAPI: null, EmptyDir: null, HostPath: null, Image: null, Nfs: null, Projected: null, Secret: null })
        {
            refusals.Add($"spec.volumes[{volume.Name}]: a kind of volume that may tie the pod to some nodes, and is not looked at");
        }
    }

    private static void Keys(PodMeta meta, List<string> refusals)
    {
        if (meta.Has(PodKeys.KaiFraction) || meta.Has(PodKeys.KaiMemory))
        {
            refusals.Add($"{(meta.Has(PodKeys.KaiFraction) ? PodKeys.KaiFraction : PodKeys.KaiMemory)}: a part of a GPU by number needs KAI's own device sharing; ask for a MIG profile");
        }

        if (meta.Either(PodKeys.VolcanoPreemptable) == "false" || meta.Either(PodKeys.KaiPreemptibility) == "non-preemptible")
        {
            refusals.Add($"{(meta.Has(PodKeys.VolcanoPreemptable) ? PodKeys.VolcanoPreemptable : PodKeys.KaiPreemptibility)}: whoever has a higher priority may preempt anybody; give it a higher priority");
        }

        if (meta.Has(PodKeys.JobSetExclusive))
        {
            refusals.Add($"{PodKeys.JobSetExclusive}: no job has a domain for itself; {PodKeys.KueueRequired} keeps it within one");
        }

        if (meta.Has(PodKeys.KueueGroupName))
        {
            refusals.Add($"{PodKeys.KueueGroupName}: groups of pod sets are not placed together");
        }

        if (meta.Has(PodKeys.KaiSegment))
        {
            refusals.Add($"{PodKeys.KaiSegment}: use {PodKeys.KueueSliceSize} with {PodKeys.KueueSliceTopology}");
        }
    }
}
