using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>May a worker of this shape be on this kind of node at all, however empty it is?</summary>
internal static class WorkerFit
{
    /// <summary>Why not; null when it may.</summary>
    public static string? Refuses(WorkerShape shape, NodeSpec node, TenantId tenant)
    {
        if (!node.Tenants.IsEmpty && !node.Tenants.Contains(tenant))
            return $"{node.Name} is dedicated to {string.Join(", ", node.Tenants)}, not to {(tenant.Value is null ? "nobody" : tenant.Value)}";
        if (shape.Gpus > 0 && shape.GpuModels.IsEmpty && GpuModelNames.IsPart(node.GpuModel))
            return $"{node.Name} offers parts of GPUs, {node.GpuModel}; whole ones are asked for";
        if (shape.Gpus > 0 && shape.GpuModels.Length > 0 && !shape.GpuModels.Contains(node.GpuModel))
            return $"{node.Name} has GPU model {node.GpuModel}, not one of {string.Join(", ", shape.GpuModels)}";
        if (Lacking(shape.NodeSelector, node.Labels) is { } label)
            return $"{node.Name} does not carry label {label}";
        if (!NodeAffinity.Allows(shape.NodeTerms, node.Labels))
            return $"{node.Name} is not one of the nodes that its affinity allows: {string.Join(", or ", shape.NodeTerms)}";
        foreach (var taint in node.Taints)
        {
            if (!Tolerance.Covers(shape.Tolerations, taint))
                return $"{node.Name} has taint {taint}, which is not tolerated";
        }

        return null;
    }

    /// <summary>Is the shape itself well-formed, and does the worker take what its shape says?</summary>
    public static string? RefusesSlot(in WorkerSlot worker, ImmutableArray<WorkerShape> shapes)
    {
        if ((uint)worker.Role >= (uint)shapes.Length)
            return $"role {worker.Role} has no shape";
        var shape = shapes[worker.Role];
        if (shape.CpuMilli < 0 || shape.MemoryMiB < 0 || shape.Gpus is < 0 or > 64)
            return $"role {worker.Role} asks for a negative amount or more than 64 GPUs";
        if (!shape.Extended.IsEmpty && ExtendedResources.Refuses(shape.Extended, ExtendedResources.MaxPerShape) is { } reason)
            return $"role {worker.Role} asks for {reason}";
        if ((int)ulong.PopCount(worker.Gpus) != shape.Gpus)
            return $"rank {worker.Rank} takes {ulong.PopCount(worker.Gpus)} GPUs, its role {shape.Gpus}";
        if (shape.Gpus > 0 && (worker.GpuMilli != shape.GpuMilli || shape.GpuMilli is < 1 or > WorkerShape.WholeGpu))
            return $"rank {worker.Rank} takes {worker.GpuMilli} thousandths of a GPU, its role {shape.GpuMilli}";
        return null;
    }

    private static Label? Lacking(ImmutableArray<Label> wanted, ImmutableArray<Label> given)
    {
        foreach (var label in wanted)
        {
            if (!given.Contains(label))
                return label;
        }

        return null;
    }
}
