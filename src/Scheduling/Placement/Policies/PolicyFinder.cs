using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Finds the node for a single worker by a scoring policy, from the pool's own table. Reads the table's log of changes when asked. Which kinds of
/// worker share a node is not known here: GpuClustering sees every node as one without GPU workers.
/// </summary>
internal sealed class PolicyFinder(RackTable table, IScoringPolicy policy)
{
    private PolicyNodeIndex index = new(policy);
    private WorkerShape? asked;
    private Eligibility? eligibility;
    private long cursor;
    private int layout = -1;
    private int kinds = -1;

    /// <summary>Learns what to expect from what the pool is asked for.</summary>
    public DemandLearner Learner { get; } = new();

    /// <summary>The node as rack × 64 + slot with the GPU of a fraction, models in the order of preference; or none.</summary>
    public NodeChoice Find(Choice choice)
    {
        Sync();
        index.Demand = Learner.Current;
        foreach (var part in choice.Parts)
        {
            var found = index.FindBest(part.View.Shape);
            if (!found.IsNone) return found;
        }

        return choice.Parts.Length > 0 ? NodeChoice.None : index.FindBest(choice.View.Shape);
    }

    private void Sync()
    {
        table.Settle();
        var log = table.Log;
        if (layout != table.LayoutEpoch || kinds != table.Classes.Epoch || !log.Reaches(cursor, table.Count))
        {
            (layout, kinds) = (table.LayoutEpoch, table.Classes.Epoch);
            (asked, eligibility) = (null, null);
            index = new PolicyNodeIndex(policy, Allows);
            for (var rack = 0; rack < table.Count; rack++) Show(rack, ulong.MaxValue);
        }
        else
        {
            for (; cursor < log.Head; cursor++)
            {
                ref readonly var entry = ref log.At(cursor);
                Show(entry.Rack, entry.Nodes);
            }
        }

        cursor = log.Head;
        log.MarkRead();
    }

    private void Show(int rack, ulong nodes)
    {
        Span<short> left = stackalloc short[64];
        for (var rest = nodes; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var at = rack * RackTable.Slots + slot;
            if ((table.Exists[rack] & table.Schedulable[rack] & rest & (0 - rest)) == 0)
            {
                index.Remove(at);
                continue;
            }

            var kind = table.ClassOf[at];
            ref var node = ref table.Nodes[at];
            var gpus = BitOperations.PopCount(table.Classes.Full[kind].Free);
            for (var gpu = 0; gpu < gpus; gpu++)
                left[gpu] = (node.Free >> gpu & 1) != 0 ? (short)WorkerShape.WholeGpu : (table.Shared[at] >> gpu & 1) != 0 ? (short)table.Left[at * table.MaxGpus + gpu] : (short)0;
            index.Set(at, new NodeFree(table.Classes.Samples[kind]!.GpuModel, node.Cpu, node.Memory, left[..gpus], 0, kind));
        }
    }

    private bool Allows(int kind, WorkerShape shape)
    {
        if (!ReferenceEquals(asked, shape)) (asked, eligibility) = (shape, new Eligibility(table.Classes, new ViewKey(shape, default)));
        return eligibility!.Allows(kind);
    }
}
