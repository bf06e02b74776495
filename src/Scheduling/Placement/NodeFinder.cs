using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Finds the one node that suits some workers of a shape best.</summary>
internal sealed class NodeFinder(RackTable table)
{
    /// <summary>Nodes asked one by one, when CPU or memory is short, before the exact count per rack is used instead.</summary>
    private const int Probes = 32;

    private const int None = -1;
    private const int GaveUp = -2;

    /// <summary>The node as rack × 64 + slot, or -1 when no node has room for all <paramref name="workers"/> of them.</summary>
    public int Find(Choice choice, int workers)
    {
        foreach (var part in choice.Parts)
        {
            var node = FindOne(part, workers);
            if (node >= 0) return node;
        }

        return choice.Parts.Length > 0 ? None : FindOne(choice, workers);
    }

    private int FindOne(Choice choice, int workers)
    {
        // First where it leaves the GPUs beside it usable; only a worker that takes more than its share can do otherwise.
        if (choice.View.IsHeavy && ByLevel(choice, choice.Gentle, workers) is >= 0 and var gentle) return gentle;
        var node = ByLevel(choice, choice.Levels, workers);
        return node == GaveUp ? ByRoom(choice.View, workers) : node;
    }

    private int ByLevel(Choice choice, LevelView levels, int workers)
    {
        var shape = choice.View.Shape;
        // What is left of several shared GPUs says little about one level.
        if (shape.IsFractional && workers > 1) return GaveUp;
        levels.Sync();
        var probes = 0;
        if (shape.IsFractional)
        {
            var shared = Search(levels, shape, 1, RackTable.SharedLevel + (shape.GpuMilli >> 7), RackTable.FreeLevel, ref probes);
            return shared != None ? shared : Search(levels, shape, 1, RackTable.FreeLevel + 1, table.LevelStride, ref probes);
        }

        if (shape.Gpus == 0)
        {
            var plain = Search(levels, shape, workers, RackTable.CpuOnlyLevel, RackTable.CpuOnlyLevel + 1, ref probes);
            return plain != None ? plain : Search(levels, shape, workers, RackTable.FreeLevel, table.LevelStride, ref probes);
        }

        var gpus = (long)shape.Gpus * workers;
        return gpus > table.MaxGpus ? None : Search(levels, shape, workers, RackTable.FreeLevel + (int)gpus, table.LevelStride, ref probes);
    }

    private int Search(LevelView levels, WorkerShape shape, int workers, int from, int to, ref int probes)
    {
        for (var level = levels.NextLevel(from); level >= 0 && level < to; level = levels.NextLevel(level + 1))
        {
            for (var rack = levels.FirstRack(level); rack >= 0; rack = levels.NextRack(level, rack))
            {
                for (var rest = levels.Nodes(rack, level); rest != 0; rest &= rest - 1)
                {
                    var slot = BitOperations.TrailingZeroCount(rest);
                    if (Fit.Has(table, rack, slot, shape, workers)) return rack * RackTable.Slots + slot;
                    if (++probes == Probes) return GaveUp;
                }
            }
        }

        // The highest levels of nodes with very many GPUs are not tracked: absence there proves nothing.
        return to > LevelView.Tracked ? GaveUp : None;
    }

    /// <summary>Goes through the racks with enough room; in the first that has such a node takes the one with fewest free GPUs.</summary>
    private int ByRoom(ShapeView view, int workers)
    {
        view.Sync();
        for (var bucket = view.Racks.NextBucket(ShapeView.BucketOf(workers)); bucket >= 0; bucket = view.Racks.NextBucket(bucket + 1))
        {
            for (var rack = view.Racks.First(bucket); rack >= 0; rack = view.Racks.Next(bucket, rack))
            {
                if (view.Room[rack] < workers) continue;
                var best = None;
                var fewest = int.MaxValue;
                for (var rest = view.Eligible[rack] & table.Schedulable[rack]; rest != 0; rest &= rest - 1)
                {
                    var node = rack * RackTable.Slots + BitOperations.TrailingZeroCount(rest);
                    var free = BitOperations.PopCount(table.Nodes[node].Free);
                    if (free >= fewest || view.NodeRoom(rack, node % RackTable.Slots) < workers) continue;
                    (best, fewest) = (node, free);
                }

                if (best >= 0) return best;
            }
        }

        return None;
    }
}
