using System.Collections.Immutable;
using System.Globalization;
using Gateway.Contracts;
using Gateway.Kubernetes.Nodes;
using Gateway.Validation;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What a pod asks for. Whatever is not honoured here is named, never passed over.</summary>
internal sealed class AskReader(PodsInOptions options, IEnumerable<string> ignoredLabels)
{
    private const long MiB = 1 << 20;

    private readonly PlaceReader _places = new(options, ignoredLabels);

    /// <param name="refusals">Gets everything that the pod asks for and that is not honoured.</param>
    public GuestAsk Read(V1Pod pod, PodMeta meta, List<string> refusals)
    {
        PodRefusals.Of(pod, meta, options, refusals);
        var places = _places.Read(pod, refusals);
        var shape = ShapeOf(pod, places, refusals);
        var (priority, priorityClass) = PriorityOf(pod, meta, refusals);
        return new GuestAsk
        {
            Shape = shape,
            Pool = (meta.Either(PodKeys.Pool) ?? places.Pool) is { } pool ? new PoolId(pool) : null,
            Queue = meta.Either(PodKeys.Queues),
            Priority = priority,
            PriorityClass = priorityClass,
            MayPreempt = pod.Spec.PreemptionPolicy != "Never",
            Topology = _places.TopologyOf(meta, refusals),
            Slices = _places.SlicesOf(meta, refusals),
            Role = RoleOf(meta),
            Index = IndexOf(meta),
            CheckpointGrace = GraceOf(meta, refusals),
        };
    }

    /// <summary>Kubernetes' values, 0 to 1,000,000,000, to ours, 0 to 1000: a thousandth of the way for each thousandth of the logarithm. Order stays.</summary>
    internal static int Scaled(int value) => value <= 0 ? 0 : (int)Math.Min(Limits.MaxPriority, Math.Round(Limits.MaxPriority * Math.Log10(1.0 + value) / 9));

    private (int Priority, string? Class) PriorityOf(V1Pod pod, PodMeta meta, List<string> refusals)
    {
        foreach (var key in PodKeys.PriorityClasses)
        {
            if (meta.Either(key) is { } named && named != pod.Spec.PriorityClassName)
            {
                if (options.PriorityClasses.TryGetValue(named, out var given))
                {
                    return (given, ClassName(named));
                }

                refusals.Add($"{key}={named}: this priority class is not in PodsIn.PriorityClasses");
            }
        }

        if (meta.Has(PodKeys.PriorityBoost))
        {
            refusals.Add($"{PodKeys.PriorityBoost}: priorities are not boosted");
        }

        var name = pod.Spec.PriorityClassName;
        return name is { Length: > 0 } && options.PriorityClasses.TryGetValue(name, out var mapped)
            ? (mapped, ClassName(name))
            : (Scaled(pod.Spec.Priority ?? 0), name is { Length: > 0 } ? ClassName(name) : null);
    }

    private static string? ClassName(string name) => Rules.IsName(name) ? name : null;

    private WorkerShape ShapeOf(V1Pod pod, PodPlaces places, List<string> refusals)
    {
        var amounts = PodRequests.Of(PodAsks.Of(pod));
        var (gpus, models) = (0L, places.GpuModels);
        var extended = new List<ExtendedAmount>();
        foreach (var (resource, amount) in amounts)
        {
            if (amount <= 0 || resource is ResourceAmounts.Cpu or ResourceAmounts.Memory || options.Ignores(resource))
            {
                continue;
            }

            if (GpuResources.IsWhole(resource))
            {
                if (gpus > 0)
                {
                    refusals.Add($"{resource}: a second kind of GPU in one pod");
                }

                gpus = Quantities.Whole(amount);
            }
            else if (GpuResources.ProfileOf(resource) is { } profile)
            {
                if (gpus > 0 || models.IsEmpty)
                {
                    refusals.Add(gpus > 0 ? $"{resource}: a second kind of GPU in one pod" : $"{resource}: say which GPU it is a part of, with the node selector {PlaceReader.GpuProduct}");
                }

                gpus = Quantities.Whole(amount);
                models = [.. models.Select(m => GpuModelNames.IsPart(m) ? m : $"{m}/{profile}")];
            }
            else if (ExtendedAmounts.Counts(resource))
            {
                extended.Add(new ExtendedAmount(resource, ExtendedAmounts.Asked(resource, amount)));
            }
            else
            {
                refusals.Add($"{resource}: this resource is not counted here (PodsIn.IgnoredResources names those that need not be)");
            }
        }

        AtMost(gpus, Limits.MaxGpusPerWorker, "GPUs", refusals);
        AtMost(extended.Count, ExtendedResources.MaxPerShape, "extended resources", refusals);
        return new WorkerShape
        {
            CpuMilli = Math.Min(amounts.CpuMilli, Limits.MaxCpuMilli),
            MemoryMiB = Math.Min(amounts.MemoryBytes / MiB + (amounts.MemoryBytes % MiB == 0 ? 0 : 1), Limits.MaxMemoryMiB),
            Gpus = (int)Math.Min(gpus, Limits.MaxGpusPerWorker),
            GpuModels = gpus > 0 ? models : [],
            NodeSelector = places.Selector,
            NodeTerms = places.Affinity,
            Tolerations = places.Tolerations,
            Extended = extended.Count == 0 ? [] : [.. ExtendedResources.Sorted(extended).Take(ExtendedResources.MaxPerShape)],
        };
    }

    private static void AtMost(long count, long most, string what, List<string> refusals)
    {
        if (count > most)
        {
            refusals.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}: one pod has at most {most}"));
        }
    }

    private static string RoleOf(PodMeta meta)
    {
        var role = meta.Either(PodKeys.JobSetRole) ?? meta.Either(PodKeys.TrainingRole) ?? meta.Either(PodKeys.TrainingJobRole) ?? meta.Either(PodKeys.VolcanoTask)
            ?? (meta.Either(PodKeys.RayRole) == "head" ? "head" : meta.Either(PodKeys.RayGroup)) ?? meta.Annotation(PodKeys.TaskGroup);
        return role?.ToLowerInvariant() is { } name && Rules.IsName(name) ? name : "pod";
    }

    private static long IndexOf(PodMeta meta)
    {
        // In a JobSet each child job counts its own pods from 0.
        if (Number(meta.Either(PodKeys.JobSetGlobalIndex) ?? meta.Either(PodKeys.JobSetJobIndex)) is { } job)
        {
            return (job << 32) + (Number(meta.Either(PodKeys.JobIndex)) ?? 0);
        }

        return Number(meta.Either(PodKeys.JobIndex)) ?? Number(meta.Either(PodKeys.TrainingIndex)) ?? Number(meta.Either(PodKeys.KueueIndex)) ?? Number(meta.Either(PodKeys.VolcanoIndex))
            ?? long.MaxValue;
    }

    private static long? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? GraceOf(PodMeta meta, List<string> refusals)
    {
        if (meta.Annotation(PodKeys.CheckpointGrace) is not { } text)
        {
            return null;
        }

        if (Number(text) is { } seconds and > 0 and <= Limits.MaxGraceSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        refusals.Add($"{PodKeys.CheckpointGrace}={text}: must be 1 to {Limits.MaxGraceSeconds}, in seconds");
        return null;
    }
}
