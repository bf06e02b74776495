using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>How many workers of a shape one node has room for.</summary>
internal static class Fit
{
    /// <summary>More workers than any gang puts on one node; a shape that asks for nothing fits this often.</summary>
    public const int Most = ushort.MaxValue;

    /// <summary>On an empty node.</summary>
    public static int OfEmpty(in NodeState node, WorkerShape shape)
    {
        var gpus = BitOperations.PopCount(node.Free);
        long fit = shape.Gpus == 0 ? Most : shape.IsFractional ? gpus * (WorkerShape.WholeGpu / shape.GpuMilli) : gpus / shape.Gpus;
        return ByCpuAndMemory(node, shape, fit);
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
            for (var rest = node.Shared; rest != 0; rest &= rest - 1) fit += table.Left[at * table.MaxGpus + BitOperations.TrailingZeroCount(rest)] / shape.GpuMilli;
        }
        else if (shape.Gpus > 0)
        {
            fit = BitOperations.PopCount(node.Free) / shape.Gpus;
        }

        return fit == 0 ? 0 : ByCpuAndMemory(node, shape, fit);
    }

    /// <summary>Whether a node as it is now has room for so many workers, whether or not it takes new work.</summary>
    public static bool Has(RackTable table, int rack, int slot, WorkerShape shape, int workers)
    {
        ref var node = ref table.Nodes[rack * RackTable.Slots + slot];
        if (node.Cpu < workers * shape.CpuMilli || node.Memory < workers * shape.MemoryMiB) return false;
        if (!shape.IsFractional) return BitOperations.PopCount(node.Free) >= (long)shape.Gpus * workers;
        return Of(table, rack, slot, shape) >= workers;
    }

    private static int ByCpuAndMemory(in NodeState node, WorkerShape shape, long fit)
    {
        // Most nodes have enough for all: a multiplication saves the division.
        if (shape.CpuMilli > 0 && node.Cpu < fit * shape.CpuMilli) fit = node.Cpu / shape.CpuMilli;
        if (shape.MemoryMiB > 0 && node.Memory < fit * shape.MemoryMiB) fit = node.Memory / shape.MemoryMiB;
        return (int)Math.Clamp(fit, 0, Most);
    }
}
