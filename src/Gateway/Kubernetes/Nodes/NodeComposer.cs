using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Makes of a node, the pods on it and what was seen before what the grains are told. Pure.</summary>
internal sealed class NodeComposer(NodeMappingOptions options)
{
    private const long MiB = 1L << 20;

    public NodeMemory Remember(NodeMap map, NodeTally tally, NodeMemory? before, DateTimeOffset now)
    {
        var gpus = map.Gpus == 0 ? 0 : Math.Max(0, map.Gpus - tally.OthersDevices(map.GpuResource));
        var sight = new NodeSight(gpus, map.GpuModel, map.Ready, tally.OthersCpuMilli, (tally.OthersMemoryBytes + MiB - 1) / MiB)
        {
            Offered = ExtendedAmounts.OfferedBy(map.Node.Allocatable), Others = ExtendedAmounts.AskedBy(tally.OthersNamed(), options.MemoryStepMiB),
        };
        return NodeMemory.After(before, sight, options, now);
    }

    /// <summary>What workers may use: allocatable less what pods of others ask for, counted down to whole MiB.</summary>
    public static NodeSpec Spec(NodeMap map, NodeMemory memory) => new()
    {
        Name = map.Node.Name,
        CpuMilli = Math.Max(0, (long)Math.Min(Math.Floor(map.Node.Allocatable[ResourceAmounts.Cpu] * 1000), int.MaxValue) - memory.ReservedCpuMilli),
        MemoryMiB = Math.Max(0, (long)Math.Floor(map.Node.Allocatable[ResourceAmounts.Memory] / MiB) - memory.ReservedMemoryMiB),
        Gpus = memory.Gpus,
        GpuModel = memory.Gpus == 0 ? "" : memory.GpuModel,
        Labels = map.Labels,
        Taints = map.Taints,
        Domain = map.Domain,
        Tenants = map.Tenants,
        Extended = ExtendedAmounts.Less(memory.Offered, memory.ReservedNamed),
    };

    public NodeFacts Facts(NodeMap map, NodeTally tally, NodeMemory memory, string? others) => new()
    {
        NotReadyBecause = map.NotReadyBecause ?? (memory.Ready ? null : "it was not ready several times of late, and has to stay ready for a while first"),
        HeldBecause = map.HeldBecause ?? Shortage(map, tally, memory),
        NeedsPreflight = options.Preflight || map.CarriesPreflightTaint,
        Preflight = Says(map.Node.PreflightFailed, map.Node.Boot, out var why) ? NodePreflight.Failed
            : Says(map.Node.PreflightPassed, map.Node.Boot, out why) ? NodePreflight.Passed : NodePreflight.NotAsked,
        PreflightBecause = why,
        Uid = map.Node.Uid,
        Boot = map.Node.Boot,
        ProviderId = map.Node.ProviderId,
        Host = map.Node.Host,
        GpuSerials = map.Node.GpuSerials,
        CountsOthers = true,
        Others = others,
    };

    /// <summary>Our ledger counts no pods: a node that may not have more of them takes nothing new, nor does one that has lost devices, it seems.</summary>
    private static string? Shortage(NodeMap map, NodeTally tally, NodeMemory memory)
    {
        if (memory.FewerSince is not null)
        {
            return $"it shows {map.Gpus} GPUs instead of {memory.Gpus}";
        }

        var allocatable = map.Node.Allocatable;
        if (allocatable.Names(ResourceAmounts.Pods) && tally.Pods >= allocatable[ResourceAmounts.Pods])
        {
            return $"it has {tally.Pods} pods and may not have more";
        }

        return memory.LessSince is null ? null : $"it shows less {memory.FirstLess(ExtendedAmounts.OfferedBy(allocatable))} than before";
    }

    /// <summary>"BOOT" or "BOOT why": only what is said of this boot counts.</summary>
    private static bool Says(string? annotation, string boot, out string? why)
    {
        why = null;
        if (annotation is null || boot.Length == 0 || !annotation.StartsWith(boot, StringComparison.Ordinal) || (annotation.Length > boot.Length && annotation[boot.Length] != ' '))
        {
            return false;
        }

        why = annotation.Length > boot.Length + 1 ? annotation[(boot.Length + 1)..][..Math.Min(annotation.Length - boot.Length - 1, 256)] : null;
        return true;
    }
}
