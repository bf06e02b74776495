using System.Globalization;
using System.Text.Json;
using k8s.Models;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Which gang a pod belongs to, by whichever key its ecosystem uses; the first that is there counts. Pure.</summary>
internal static class GangReader
{
    public static GangKey? KeyOf(V1Pod pod, PodMeta meta)
    {
        var space = pod.Metadata.NamespaceProperty;
        if (pod.Spec.SchedulingGroup?.PodGroupName is { Length: > 0 } upstream)
        {
            return new GangKey(GangKind.UpstreamPodGroup, space, upstream);
        }

        ReadOnlySpan<(GangKind Kind, string? Name)> named =
        [
            (GangKind.PodGroup, meta.Label(PodKeys.PodGroupLabel)),
            (GangKind.VolcanoPodGroup, meta.Annotation(PodKeys.VolcanoGroup) ?? meta.Annotation(PodKeys.VolcanoGroupAlso)),
            (GangKind.KaiPodGroup, meta.Either(PodKeys.KaiGroup)),
            (GangKind.KueuePodGroup, meta.Label(PodKeys.KueueGroup)),
            (GangKind.TaskGroup, meta.Annotation(PodKeys.TaskGroup) is null ? null : meta.Either(PodKeys.YuniKornApp) ?? meta.Label(PodKeys.YuniKornAppLabel)),
        ];
        foreach (var (kind, name) in named)
        {
            if (name is not null)
            {
                return new GangKey(kind, space, name);
            }
        }

        return ByOwner(pod, meta, space);
    }

    /// <summary>What the pod itself says of its gang; null where the group or owner has to be asked.</summary>
    public static GangFacts? FactsOf(GangKey gang, V1Pod pod, PodMeta meta, List<string> refusals) => gang.Kind switch
    {
        GangKind.VolcanoPodGroup when meta.Annotation(PodKeys.VolcanoMin) is { } min => Facts(PodKeys.VolcanoMin, min, refusals),
        GangKind.KueuePodGroup => Facts(PodKeys.KueueTotal, meta.Annotation(PodKeys.KueueTotal), refusals),
        GangKind.TaskGroup when meta.Annotation(PodKeys.TaskGroups) is { } groups => OfTaskGroups(groups, refusals),
        _ => null,
    };

    private static GangKey? ByOwner(V1Pod pod, PodMeta meta, string space)
    {
        if (meta.Either(PodKeys.JobSet) is { } set)
        {
            // Every restart makes all pods anew, and nobody waits for those before.
            return new GangKey(GangKind.JobSet, space, set, meta.Either(PodKeys.JobSetRestart) ?? "");
        }

        if (meta.Label(PodKeys.TrainingJob) is { } training)
        {
            return new GangKey(GangKind.TrainingJob, space, training);
        }

        var owner = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);
        if (meta.Label(PodKeys.RayCluster) is { } ray)
        {
            return new GangKey(GangKind.RayCluster, space, ray, owner?.Uid ?? "");
        }

        return owner is { Kind: "Job" } && meta.Has(PodKeys.JobIndex) ? new GangKey(GangKind.IndexedJob, space, owner.Name, owner.Uid) : null;
    }

    private static GangFacts? Facts(string key, string? text, List<string> refusals)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var min) && min > 0)
        {
            return new GangFacts { Min = min };
        }

        refusals.Add(text is null ? $"{key}: needed, for the group says no size otherwise" : $"{key}={text}: must be a number from 1");
        return null;
    }

    /// <summary>An application's gang is all of its task groups; any pod of it may carry their list.</summary>
    private static GangFacts? OfTaskGroups(string json, List<string> refusals)
    {
        try
        {
            using var groups = JsonDocument.Parse(json);
            var min = groups.RootElement.EnumerateArray().Sum(g => (long)g.GetProperty("minMember").GetInt32());
            return new GangFacts { Min = (int)Math.Clamp(min, 1, int.MaxValue) };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            refusals.Add($"{PodKeys.TaskGroups}: {e.Message}");
            return null;
        }
    }
}
