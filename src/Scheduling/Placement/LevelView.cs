using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// For one set of eligible nodes: which racks have such a node on each level of the rack's row of masks. Finds the best node for a
/// single worker without looking at the others. CPU and memory are the caller's to check.
/// </summary>
/// <remarks>
/// Made "gentle" to a shape, it leaves out nodes that the shape does not fit by CPU or memory, and those whose free GPUs it would
/// starve: on which less than three quarters of a free GPU's share of CPU or memory would be left for each. For shapes that
/// take more than their share this is what keeps GPUs usable.
/// </remarks>
internal sealed class LevelView : ICachedView
{
    /// <summary>Levels that are kept.</summary>
    public const int Tracked = 64;

    private readonly RackTable table;
    private readonly Eligibility eligibility;
    private readonly WorkerShape? gentleTo;
    private ulong[] refused = [];
    private ulong[] present = [];
    private RackBuckets racks = new(1, 0);
    private long cursor;
    private int layout = -1;
    private int kinds = -1;

    public LevelView(RackTable table, ViewKey key, bool gentle)
    {
        this.table = table;
        gentleTo = gentle ? key.Shape : null;
        eligibility = new Eligibility(table.Classes, key);
    }

    public long LastUse { get; set; }

    public bool Evicted { get; private set; }

    public ulong[] Eligible { get; private set; } = [];

    /// <summary>The first level at or above <paramref name="level"/> with an eligible node, or -1. Levels beyond 63 are not kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextLevel(int level) => level >= Tracked ? -1 : racks.NextBucket(level);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FirstRack(int level) => racks.First(level);

    public int NextRack(int level, int rack) => racks.Next(level, rack);

    /// <summary>The rack's eligible nodes on a level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Nodes(int rack, int level) => table.Level(rack, level) & Eligible[rack] & ~refused[rack];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sync()
    {
        table.Settle();
        if (cursor != table.Log.Head || layout != table.LayoutEpoch) CatchUp();
    }

    public void Evict()
    {
        Evicted = true;
        (Eligible, present, refused) = ([], [], []);
        racks = new RackBuckets(1, 0);
        layout = -1;
    }

    private void CatchUp()
    {
        var log = table.Log;
        if (layout != table.LayoutEpoch || kinds != table.Classes.Epoch)
        {
            layout = table.LayoutEpoch;
            kinds = table.Classes.Epoch;
            Eligible = new ulong[table.Count];
            present = new ulong[table.Count];
            refused = new ulong[table.Count];
            racks = new RackBuckets(Tracked, table.Count);
            RefreshAll();
        }
        else if (!log.Reaches(cursor, table.Count))
        {
            RefreshAll();
        }
        else
        {
            for (; cursor < log.Head; cursor++)
            {
                ref readonly var entry = ref log.At(cursor);
                if (entry.Spec) FindEligible(entry.Rack);
                Refresh(entry.Rack, entry.Nodes);
            }
        }

        cursor = log.Head;
        log.MarkRead();
    }

    private void RefreshAll()
    {
        for (var rack = 0; rack < table.Count; rack++)
        {
            FindEligible(rack);
            Refresh(rack, ulong.MaxValue);
        }
    }

    private void FindEligible(int rack)
    {
        var eligible = 0UL;
        for (var rest = table.Exists[rack]; rest != 0; rest &= rest - 1)
        {
            if (eligibility.Allows(table.ClassOf[rack * RackTable.Slots + BitOperations.TrailingZeroCount(rest)])) eligible |= rest & (0 - rest);
        }

        Eligible[rack] = eligible;
    }

    private void Refresh(int rack, ulong nodes)
    {
        if (gentleTo is not null) FindRefused(rack, nodes, gentleTo);
        var now = Occupied(rack);
        var changed = now ^ present[rack];
        if (changed == 0) return;
        present[rack] = now;
        for (; changed != 0; changed &= changed - 1)
        {
            var level = BitOperations.TrailingZeroCount(changed);
            if ((now >> level & 1) != 0) racks.Add(level, rack);
            else racks.Remove(level, rack);
        }
    }

    private void FindRefused(int rack, ulong nodes, WorkerShape shape)
    {
        var no = refused[rack] & ~nodes;
        for (var rest = nodes & Eligible[rack]; rest != 0; rest &= rest - 1)
        {
            if (!Fit.IsGentle(table, rack, BitOperations.TrailingZeroCount(rest), shape)) no |= rest & (0 - rest);
        }

        refused[rack] = no;
    }

    /// <summary>A bit per level that has an eligible node; eight levels at a time.</summary>
    private ulong Occupied(int rack)
    {
        var eligible = Vector512.Create(Eligible[rack] & ~refused[rack]);
        var width = Math.Min(table.LevelStride, Tracked);
        ref var row = ref table.Level(rack, 0);
        var bits = 0UL;
        for (var level = 0; level < width; level += 8)
        {
            var empty = Vector512.Equals(Vector512.LoadUnsafe(ref row, (nuint)level) & eligible, Vector512<ulong>.Zero);
            bits |= (~empty.ExtractMostSignificantBits() & 0xFF) << level;
        }

        // The last vector may have read into the next rack's row.
        return bits & NodeClasses.LowBits(width);
    }
}
