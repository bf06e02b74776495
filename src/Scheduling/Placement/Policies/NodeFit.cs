using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>Which nodes and GPUs have room for one worker.</summary>
public static class NodeFit
{
    /// <summary>Whether GPU model, CPU, memory and GPUs are there. Labels and taints are the caller's to check.</summary>
    public static bool Fits(in NodeFree node, WorkerShape shape)
    {
        if (node.CpuMilli < shape.CpuMilli || node.MemoryMiB < shape.MemoryMiB) return false;
        if (shape.GpuModels.Length > 0 && !shape.GpuModels.Contains(node.Model)) return false;
        if (shape.Gpus == 0) return true;
        return shape.IsFractional ? FullestGpu(node, shape.GpuMilli) >= 0 : node.FreeGpus >= shape.Gpus;
    }

    /// <summary>The GPU with least but enough left, the first of equals; or -1.</summary>
    public static int FullestGpu(in NodeFree node, int milli)
    {
        var best = -1;
        for (var gpu = 0; gpu < node.GpuLeft.Length; gpu++)
            if (node.GpuLeft[gpu] >= milli && (best < 0 || node.GpuLeft[gpu] < node.GpuLeft[best])) best = gpu;
        return best;
    }

    /// <summary>What a worker asks of GPUs, in thousandths.</summary>
    public static int GpuMilli(WorkerShape shape) => shape.Gpus == 0 ? 0 : shape.Gpus * shape.GpuMilli;

    /// <summary>A worker's bit in <see cref="NodeFree.Kinds"/>; 0 without GPUs.</summary>
    public static ulong KindOf(WorkerShape shape) => shape.Gpus == 0 ? 0 : shape.IsFractional ? 1 : 1UL << Math.Min(shape.Gpus, 63);

    /// <summary>The GPU a fraction takes under every policy that does not choose one itself.</summary>
    internal static int UsualGpu(in NodeFree node, WorkerShape shape) => shape.IsFractional ? FullestGpu(node, shape.GpuMilli) : -1;

    /// <summary>Takes a worker's GPUs: of a fraction the one named, else the lowest free ones.</summary>
    public static void Take(Span<short> left, WorkerShape shape, int gpu)
    {
        if (shape.IsFractional)
        {
            left[gpu] -= (short)shape.GpuMilli;
            return;
        }

        var more = shape.Gpus;
        for (var i = 0; more > 0; i++)
        {
            if (left[i] != WorkerShape.WholeGpu) continue;
            left[i] = 0;
            more--;
        }
    }
}
