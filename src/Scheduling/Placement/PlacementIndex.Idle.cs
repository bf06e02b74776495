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

    private ulong EmptyNodes(RackId rack, bool schedulable)
    {
        table.Settle();
        if (!table.TryFind(rack, out var position)) return 0;
        var idle = table.Exists[position] & (schedulable ? table.Schedulable[position] : ~table.Schedulable[position]);
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
