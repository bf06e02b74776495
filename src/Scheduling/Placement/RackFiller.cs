using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Puts workers onto the nodes of one rack: the node with the least but sufficient free GPUs first, then by slot.</summary>
internal sealed class RackFiller(RackTable table, PlacementBuffer buffer)
{
    /// <summary>
    /// Places up to <paramref name="count"/> workers on the rack's nodes within <paramref name="allowed"/>; returns how many.
    /// The view must be up to date.
    /// </summary>
    public int Fill(int rack, ShapeView view, int count, int role, int rank, ulong allowed = ulong.MaxValue)
    {
        var placed = view.ByMask ? FillWhole(rack, view, count, role, rank, allowed)
            : view.Shape.IsFractional ? FillFractions(rack, view, count, role, rank, allowed)
            : FillCpuOnly(rack, view, count, role, rank, allowed);
        buffer.Commit(rack, table.Ids[rack], role, placed);
        return placed;
    }

    /// <summary>Places workers on one node that has room for all of them.</summary>
    public void FillNode(int rack, int slot, WorkerShape shape, int count, int role, int rank, int gpu = -1)
    {
        var into = buffer.Reserve(count);
        if (shape.Gpus > 0 && !shape.IsFractional)
        {
            TakeWhole(rack, slot, shape, into, role, rank);
            table.Log.Append(rack, 1UL << slot);
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                into[i] = new WorkerSlot(role, rank + i, slot, !shape.IsFractional ? 0 : gpu >= 0 ? 1UL << gpu : BestShare(rack, slot, shape.GpuMilli), shape.GpuMilli);
                table.TakeOne(rack, into[i], shape);
            }
        }

        buffer.Commit(rack, table.Ids[rack], role, count);
    }

    private int FillWhole(int rack, ShapeView view, int count, int role, int rank, ulong allowed)
    {
        var shape = view.Shape;
        var into = buffer.Reserve(count);
        var placed = 0;
        var taken = 0UL;
        var nodes = view.Eligible[rack] & allowed;
        var tight = view.Tight[rack];
        for (var free = shape.Gpus; free <= table.MaxGpus && placed < count; free++)
        {
            var here = table.Level(rack, RackTable.FreeLevel + free) & nodes;
            if (here == 0) continue;
            var each = view.PerFree(free);
            if (each == 1 && (here & tight) == 0)
            {
                // One worker a node and nothing to check: the whole level at once.
                var chosen = BitOperations.PopCount(here) <= count - placed ? here : RackTable.Lowest(here, count - placed);
                placed += TakeOneEach(rack, chosen, free, shape, into[placed..], role, rank + placed);
                if (!shape.Extended.IsEmpty) TakeExtended(rack, chosen, shape.Extended);
                taken |= chosen;
                continue;
            }

            for (; here != 0 && placed < count; here &= here - 1)
            {
                var slot = BitOperations.TrailingZeroCount(here);
                var fit = Math.Min((tight >> slot & 1) != 0 ? view.NodeRoom(rack, slot) : each, count - placed);
                if (fit == 0) continue;
                TakeWhole(rack, slot, shape, into.Slice(placed, fit), role, rank + placed);
                taken |= 1UL << slot;
                placed += fit;
            }
        }

        if (taken != 0) table.Log.Append(rack, taken);
        return placed;
    }

    private int TakeOneEach(int rack, ulong nodes, int free, WorkerShape shape, Span<WorkerSlot> into, int role, int rank)
    {
        var gpus = shape.Gpus;
        var (milli, cpu, memory) = (shape.GpuMilli, (int)shape.CpuMilli, (int)shape.MemoryMiB);
        var at = 0;
        ref var first = ref table.Nodes[rack * RackTable.Slots];
        ref var worker = ref MemoryMarshal.GetReference(into);
        for (var rest = nodes; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            ref var node = ref Unsafe.Add(ref first, slot);
            var taken = free == gpus ? node.Free : RackTable.Lowest(node.Free, gpus);
            Unsafe.Add(ref worker, at) = new WorkerSlot(role, rank + at, slot, taken, milli);
            node.Free ^= taken;
            node.Cpu -= cpu;
            node.Memory -= memory;
            at++;
        }

        table.BookTaken(rack, nodes, free, gpus, shape.CpuMilli, shape.MemoryMiB);
        return at;
    }

    /// <summary>Apart from the loop that all gangs go through: with it in there, that loop has too few registers.</summary>
    private void TakeExtended(int rack, ulong nodes, ImmutableArray<ExtendedAmount> asked)
    {
        for (var rest = nodes; rest != 0; rest &= rest - 1) table.TakeExtended(rack, BitOperations.TrailingZeroCount(rest), asked, 1);
    }

    /// <summary>As many workers of whole GPUs on one node as <paramref name="into"/> is long.</summary>
    private void TakeWhole(int rack, int slot, WorkerShape shape, Span<WorkerSlot> into, int role, int rank)
    {
        ref var node = ref table.Nodes[rack * RackTable.Slots + slot];
        var free = BitOperations.PopCount(node.Free);
        for (var i = 0; i < into.Length; i++)
        {
            var gpus = RackTable.Lowest(node.Free, shape.Gpus);
            into[i] = new WorkerSlot(role, rank + i, slot, gpus, shape.GpuMilli);
            node.Free &= ~gpus;
        }

        node.Cpu -= (int)(into.Length * shape.CpuMilli);
        node.Memory -= (int)(into.Length * shape.MemoryMiB);
        if (!shape.Extended.IsEmpty) table.TakeExtended(rack, slot, shape.Extended, into.Length);
        table.BookTaken(rack, 1UL << slot, free, into.Length * shape.Gpus, into.Length * shape.CpuMilli, into.Length * shape.MemoryMiB);
    }

    private int FillFractions(int rack, ShapeView view, int count, int role, int rank, ulong allowed)
    {
        var shape = view.Shape;
        var into = buffer.Reserve(count);
        var placed = 0;
        for (; placed < count; placed++)
        {
            var slot = BestSharedNode(rack, shape, view.Eligible[rack] & allowed);
            if (slot < 0) break;
            into[placed] = new WorkerSlot(role, rank + placed, slot, BestShare(rack, slot, shape.GpuMilli), shape.GpuMilli);
            table.TakeOne(rack, into[placed], shape);
        }

        return placed;
    }

    /// <summary>The node with the shared GPU that has least but enough left; else the one with fewest wholly free GPUs; else -1.</summary>
    private int BestSharedNode(int rack, WorkerShape shape, ulong nodes)
    {
        for (var level = RackTable.SharedLevel + (shape.GpuMilli >> 7); level < RackTable.SharedLevel + RackTable.SharedLevels; level++)
        {
            var best = -1;
            var least = int.MaxValue;
            for (var rest = table.Level(rack, level) & nodes; rest != 0; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                if (!HasTheRest(rack, slot, shape)) continue;
                var left = LeastShare(rack, slot, shape.GpuMilli, out _);
                if (left >= least) continue;
                (best, least) = (slot, left);
            }

            if (best >= 0) return best;
        }

        for (var free = 1; free <= table.MaxGpus; free++)
        {
            for (var rest = table.Level(rack, RackTable.FreeLevel + free) & nodes; rest != 0; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                if (HasTheRest(rack, slot, shape)) return slot;
            }
        }

        return -1;
    }

    /// <summary>The GPU of a node on which a fraction wastes least: shared with least but enough left, else the lowest free one.</summary>
    private ulong BestShare(int rack, int slot, int milli)
    {
        _ = LeastShare(rack, slot, milli, out var gpu);
        return gpu != 0 ? gpu : RackTable.Lowest(table.Nodes[rack * RackTable.Slots + slot].Free, 1);
    }

    /// <summary>What is left of the shared GPU with least but enough left, in thousandths; int.MaxValue when there is none.</summary>
    private int LeastShare(int rack, int slot, int milli, out ulong gpu)
    {
        var at = rack * RackTable.Slots + slot;
        var least = int.MaxValue;
        gpu = 0;
        for (var rest = table.Shared[at]; rest != 0; rest &= rest - 1)
        {
            int left = table.Left[at * table.MaxGpus + BitOperations.TrailingZeroCount(rest)];
            if (left < milli || left >= least) continue;
            (least, gpu) = (left, rest & (0 - rest));
        }

        return least;
    }

    /// <summary>All that one worker needs beside its GPU.</summary>
    private bool HasTheRest(int rack, int slot, WorkerShape shape)
    {
        ref var node = ref table.Nodes[rack * RackTable.Slots + slot];
        return node.Cpu >= shape.CpuMilli && node.Memory >= shape.MemoryMiB
            && (shape.Extended.IsEmpty || table.ExtendedFit(rack, slot, shape.Extended, 1) > 0);
    }

    /// <summary>Nodes without GPUs first, then those with fewest free GPUs: CPU that is gone there strands the fewest GPUs.</summary>
    private int FillCpuOnly(int rack, ShapeView view, int count, int role, int rank, ulong allowed)
    {
        var shape = view.Shape;
        var into = buffer.Reserve(count);
        var placed = 0;
        var nodes = view.Eligible[rack] & allowed;
        for (var level = RackTable.CpuOnlyLevel; level < table.LevelStride && placed < count; level = level == RackTable.CpuOnlyLevel ? RackTable.FreeLevel : level + 1)
        {
            for (var rest = table.Level(rack, level) & nodes; rest != 0 && placed < count; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                for (var fit = Math.Min(view.NodeRoom(rack, slot), count - placed); fit > 0; fit--, placed++)
                {
                    into[placed] = new WorkerSlot(role, rank + placed, slot, 0, shape.GpuMilli);
                    table.TakeOne(rack, into[placed], shape);
                }
            }
        }

        return placed;
    }
}
