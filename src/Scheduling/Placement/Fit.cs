using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>How many workers of a shape one node has room for.</summary>
internal static class Fit
{
    /// <summary>More workers than any gang puts on one node; a shape that asks for nothing fits this often.</summary>
    public const int Most = ushort.MaxValue;

    private static int OfEmpty(in NodeState node, WorkerShape shape)
    {
        var gpus = BitOperations.PopCount(node.Free);
        long fit = shape.Gpus == 0 ? Most : shape.IsFractional ? gpus * (WorkerShape.WholeGpu / shape.GpuMilli) : gpus / shape.Gpus;
        return ByCpuAndMemory(node, shape, fit);
    }

    /// <summary>On an empty node of a kind.</summary>
    public static int OfEmpty(NodeClasses classes, int kind, WorkerShape shape)
    {
        var fit = OfEmpty(classes.Full[kind], shape);
        if (fit == 0 || shape.Extended.IsEmpty) return fit;
        var offered = classes.Samples[kind]!.Extended;
        Span<long> all = stackalloc long[offered.Length];
        for (var i = 0; i < offered.Length; i++) all[i] = offered[i].Count;
        return (int)ExtendedResources.Fit(shape.Extended, offered, all, fit);
    }

    /// <summary>On a node as it is now, whether or not it takes new work.</summary>
    public static int Of(RackTable table, int rack, int slot, WorkerShape shape)
    {
        var at = rack * RackTable.Slots + slot;
        ref var node = ref table.Nodes[at];
        long fit = Most;
        if (shape.IsFractional)
        {
            fit = BitOperations.PopCount(node.Free) * (WorkerShape.WholeGpu / shape.GpuMilli);
            for (var rest = table.Shared[at]; rest != 0; rest &= rest - 1) fit += table.Left[at * table.MaxGpus + BitOperations.TrailingZeroCount(rest)] / shape.GpuMilli;
        }
        else if (shape.Gpus > 0)
        {
            fit = BitOperations.PopCount(node.Free) / shape.Gpus;
        }

        if (fit == 0) return 0;
        var room = ByCpuAndMemory(node, shape, fit);
        return room == 0 || shape.Extended.IsEmpty ? room : (int)table.ExtendedFit(rack, slot, shape.Extended, room);
    }

    /// <summary>Whether a node as it is now has room for so many workers, whether or not it takes new work.</summary>
    public static bool Has(RackTable table, int rack, int slot, WorkerShape shape, int workers)
    {
        ref var node = ref table.Nodes[rack * RackTable.Slots + slot];
        if (node.Cpu < workers * shape.CpuMilli || node.Memory < workers * shape.MemoryMiB) return false;
        if (!shape.Extended.IsEmpty && table.ExtendedFit(rack, slot, shape.Extended, workers) < workers) return false;
        if (!shape.IsFractional) return BitOperations.PopCount(node.Free) >= (long)shape.Gpus * workers;
        return Of(table, rack, slot, shape) >= workers;
    }

    /// <summary>Whether a worker takes more than its GPUs' share of the CPU or memory of an empty node; without GPUs any is more.</summary>
    public static bool IsHeavy(in NodeState empty, WorkerShape shape)
    {
        var total = BitOperations.PopCount(empty.Free) * (long)WorkerShape.WholeGpu;
        var milli = GpuMilli(shape);
        return shape.CpuMilli * total > empty.Cpu * milli || shape.MemoryMiB * total > empty.Memory * milli;
    }

    /// <summary>
    /// Whether a node has the CPU and memory for one worker and, should the worker be heavy, keeps at least three quarters of an empty
    /// node's CPU and memory per GPU for the GPU that stays free.
    /// </summary>
    public static bool IsGentle(RackTable table, int rack, int slot, WorkerShape shape)
    {
        var at = rack * RackTable.Slots + slot;
        ref var node = ref table.Nodes[at];
        ref var empty = ref table.Classes.Full[table.ClassOf[at]];
        var (cpu, memory) = (node.Cpu - shape.CpuMilli, node.Memory - shape.MemoryMiB);
        if (cpu < 0 || memory < 0) return false;
        if (!IsHeavy(empty, shape)) return true;
        var total = BitOperations.PopCount(empty.Free) * (long)WorkerShape.WholeGpu;
        var free = BitOperations.PopCount(node.Free) * (long)WorkerShape.WholeGpu - GpuMilli(shape);
        for (var rest = table.Shared[at]; rest != 0; rest &= rest - 1) free += table.Left[at * table.MaxGpus + BitOperations.TrailingZeroCount(rest)];
        return 4 * cpu * total >= 3L * empty.Cpu * free && 4 * memory * total >= 3L * empty.Memory * free;
    }

    private static long GpuMilli(WorkerShape shape) => shape.Gpus == 0 ? 0 : shape.TotalGpuMilli;

    private static int ByCpuAndMemory(in NodeState node, WorkerShape shape, long fit)
    {
        // Most nodes have enough for all: a multiplication saves the division.
        if (shape.CpuMilli > 0 && node.Cpu < fit * shape.CpuMilli) fit = node.Cpu / shape.CpuMilli;
        if (shape.MemoryMiB > 0 && node.Memory < fit * shape.MemoryMiB) fit = node.Memory / shape.MemoryMiB;
        return (int)Math.Clamp(fit, 0, Most);
    }
}
