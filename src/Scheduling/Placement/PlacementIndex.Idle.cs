using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <content>Which nodes nobody uses.</content>
public sealed partial class PlacementIndex
{
    /// <summary>Nodes that take new work and have none, a bit per slot; 0 for a rack that is not known.</summary>
    public ulong IdleNodes(RackId rack) => EmptyNodes(rack, schedulable: true);

    /// <summary>Nodes that take no work and have none, a bit per slot; 0 for a rack that is not known.</summary>
    public ulong ClosedNodes(RackId rack) => EmptyNodes(rack, schedulable: false);

    /// <summary>
    /// Takes all of a node that has nothing on it, whether or not it takes new work. False: something is on it, or it is not known, and nothing was taken.
    /// </summary>
    public bool TakeWhole(RackId rack, int slot)
    {
        MustBeOutsideTrial();
        table.Settle();
        if (!table.TryFind(rack, out var position) || (EmptyAmong(position, 1UL << slot) & 1UL << slot) == 0) return false;
        ApplyWhole(position, slot, taking: true);
        return true;
    }

    /// <summary>Gives back what <see cref="TakeWhole"/> took; the rack's view was not set since.</summary>
    public void ReleaseWhole(RackId rack, int slot)
    {
        MustBeOutsideTrial();
        table.Settle();
        if (table.TryFind(rack, out var position)) ApplyWhole(position, slot, taking: false);
    }

    private void ApplyWhole(int rack, int slot, bool taking)
    {
        ref var empty = ref table.Classes.Full[table.ClassOf[rack * RackTable.Slots + slot]];
        var extended = table.Classes.Samples[table.ClassOf[rack * RackTable.Slots + slot]]?.Extended ?? [];
        var all = new WorkerShape { Gpus = BitOperations.PopCount(empty.Free), CpuMilli = empty.Cpu, MemoryMiB = empty.Memory, Extended = extended };
        table.ApplyRun(rack, [new WorkerSlot(0, 0, slot, empty.Free, WorkerShape.WholeGpu)], all, taking);
    }

    private ulong EmptyNodes(RackId rack, bool schedulable)
    {
        table.Settle();
        if (!table.TryFind(rack, out var position)) return 0;
        return EmptyAmong(position, schedulable ? table.Schedulable[position] : ~table.Schedulable[position]);
    }

    private ulong EmptyAmong(int position, ulong nodes)
    {
        var idle = table.Exists[position] & nodes & ~table.ExtendedUsed[position];
        for (var rest = idle; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var at = position * RackTable.Slots + slot;
            ref var node = ref table.Nodes[at];
            ref var empty = ref table.Classes.Full[table.ClassOf[at]];
            if (node.Free != empty.Free || node.Cpu != empty.Cpu || node.Memory != empty.Memory) idle &= ~(1UL << slot);
        }

        return idle;
    }
}
