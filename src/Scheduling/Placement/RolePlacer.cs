using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Placement;

/// <summary>
/// Places one role: picks racks by the room they have, then lets <see cref="RackFiller"/> fill them. Fewest racks: the smallest rack
/// that takes all of it, else the biggest racks and the smallest sufficient one for the rest.
/// </summary>
internal sealed class RolePlacer(RackTable table, PlacementBuffer buffer, PolicyFinder? policy)
{
    /// <summary>Blocks compared for one that needs no more racks than the pool, where a block is only preferred.</summary>
    private const int BlocksCompared = 64;

    private readonly RackFiller filler = new(table, buffer);
    private readonly NodeFinder finder = new(table);
    private int[] rooms = new int[64];

    /// <summary>Places the whole role within one domain of the level, or nothing.</summary>
    public bool Place(RolePlan role, Choice choice, TopologyLevel level)
    {
        // A worker or two that share a node: the best node of the pool. A worker that needs a whole node goes by racks.
        if (role.Count == 1 && (!choice.View.ByMask || role.Shape.Gpus < choice.View.MostGpus)) level = TopologyLevel.Node;
        return level switch
        {
            TopologyLevel.Node => OnNode(role, choice),
            TopologyLevel.Rack or TopologyLevel.NvlinkDomain => InRack(role, choice),
            TopologyLevel.Block => InBlock(role, choice),
            _ => InPool(role, choice, role.Count),
        };
    }

    /// <summary>Gives back what was placed from the mark on, the last first.</summary>
    public void Undo(int mark, RolePlan[] roles)
    {
        for (var i = buffer.SliceCount - 1; i >= mark; i--)
        {
            ref readonly var slice = ref buffer.SliceAt(i);
            foreach (var role in roles)
                if (role.Index == slice.Role) table.ApplyRun(slice.Rack, buffer.WorkersOf(i), role.Shape, taking: false);
        }

        buffer.Truncate(mark);
    }

    /// <summary>Places up to <paramref name="count"/> workers in one rack; <paramref name="left"/> of the role are not yet placed.</summary>
    public int FillRack(int rack, RolePlan role, Choice choice, int count, int left, ulong allowed = ulong.MaxValue)
    {
        var rank = role.FirstRank + role.Count - left;
        if (choice.Parts.Length == 0)
        {
            choice.View.Sync();
            return filler.Fill(rack, choice.View, count, role.Index, rank, allowed);
        }

        var placed = 0;
        foreach (var part in choice.Parts)
        {
            if (placed == count) break;
            part.View.Sync();
            placed += filler.Fill(rack, part.View, count - placed, role.Index, rank + placed, allowed);
        }

        return placed;
    }

    /// <summary>Places the last <paramref name="left"/> workers of a role anywhere, on as few racks as they need; or nothing, and false.</summary>
    public bool InPool(RolePlan role, Choice choice, int left)
    {
        var view = choice.View;
        view.Sync();
        var rack = view.BestRack(left);
        if (rack >= 0)
        {
            FillWholly(rack, role, choice, left, left);
            return true;
        }

        if (view.Total < left) return false;
        var block = BlockWithFewestRacks(view, left, RacksNeeded(view, left), mustBeFewest: true);
        if (block >= 0) FillBlock(block, role, choice, left);
        else FillBiggestFirst(role, choice, left);
        return true;
    }

    /// <summary>Places the last <paramref name="left"/> workers of a role in one block that has room for them, on as few of its racks as they need.</summary>
    public void FillBlock(int block, RolePlan role, Choice choice, int left)
    {
        choice.View.Sync();
        var (start, end) = (table.BlockStart[block], table.BlockStart[block + 1]);
        var room = CopyRooms(choice.View, start, end);
        while (left > 0)
        {
            var at = Sufficient(room, left);
            var last = at >= 0;
            if (!last) at = Largest(room);
            var count = Math.Min(left, room[at]);
            room[at] = 0;
            if (count == 0) throw new InvalidOperationException($"Block {block} has less room than its racks were counted to have");
            FillKnown(start + at, role, choice, count, left);
            left -= count;
        }
    }

    private bool OnNode(RolePlan role, Choice choice)
    {
        // A tenant with nodes of its own goes by level: ratings are kept per shape, for everybody.
        var (node, gpu) = policy is not null && role.Count == 1 && choice.View.Tenant == default ? policy.Find(choice) : new NodeChoice(finder.Find(choice, role.Count), -1);
        // Ratings know nothing of extended resources: where the best node is short of them, by level.
        if (node >= 0 && !role.Shape.Extended.IsEmpty && table.ExtendedFit(node / RackTable.Slots, node % RackTable.Slots, role.Shape.Extended, role.Count) < role.Count)
            (node, gpu) = (finder.Find(choice, role.Count), -1);
        if (node < 0) return false;
        filler.FillNode(node / RackTable.Slots, node % RackTable.Slots, role.Shape, role.Count, role.Index, role.FirstRank, gpu);
        return true;
    }

    private bool InRack(RolePlan role, Choice choice)
    {
        choice.View.Sync();
        var rack = choice.View.BestRack(role.Count);
        if (rack < 0) return false;
        FillWholly(rack, role, choice, role.Count, role.Count);
        return true;
    }

    private bool InBlock(RolePlan role, Choice choice)
    {
        if (InRack(role, choice)) return true;
        if (table.Blocks == 1) return InPool(role, choice, role.Count);
        if (choice.View.Total < role.Count) return false;
        var block = BlockWithFewestRacks(choice.View, role.Count, RacksNeeded(choice.View, role.Count), mustBeFewest: false);
        if (block < 0) return false;
        FillBlock(block, role, choice, role.Count);
        return true;
    }

    private void FillBiggestFirst(RolePlan role, Choice choice, int left)
    {
        var view = choice.View;
        var bucket = view.Racks.PreviousBucket(ShapeView.LastBucket);
        var rack = view.Racks.First(bucket);
        while (left > 0)
        {
            if (rack < 0)
            {
                bucket = view.Racks.PreviousBucket(bucket - 1);
                if (bucket <= 0) throw new InvalidOperationException("The pool has less room than its racks were counted to have");
                rack = view.Racks.First(bucket);
                continue;
            }

            var next = view.Racks.Next(bucket, rack);
            var count = Math.Min(left, view.Room[rack]);
            if (count == left)
            {
                // The rest goes where it leaves least behind. Racks of this bucket may be filled already, smaller ones are not.
                var best = view.BestRack(left);
                if (ShapeView.BucketOf(view.Room[best]) < bucket) rack = best;
            }

            FillKnown(rack, role, choice, count, left);
            left -= count;
            rack = next;
        }
    }

    private void FillWholly(int rack, RolePlan role, Choice choice, int count, int left)
    {
        if (FillRack(rack, role, choice, count, left) != count) throw new InvalidOperationException($"Rack {table.Ids[rack]} has less room than was counted");
    }

    /// <summary>As <see cref="FillWholly"/>, without reading the log again: the view's buckets are being walked.</summary>
    private void FillKnown(int rack, RolePlan role, Choice choice, int count, int left)
    {
        if (choice.Parts.Length > 0)
        {
            FillWholly(rack, role, choice, count, left);
            return;
        }

        var placed = filler.Fill(rack, choice.View, count, role.Index, role.FirstRank + role.Count - left);
        if (placed != count) throw new InvalidOperationException($"Rack {table.Ids[rack]} has less room than was counted");
    }

    /// <summary>The fewest racks of the pool that together have room for so many.</summary>
    private static int RacksNeeded(ShapeView view, int left)
    {
        var needed = 0;
        for (var bucket = view.Racks.PreviousBucket(ShapeView.LastBucket); bucket > 0 && left > 0; bucket = view.Racks.PreviousBucket(bucket - 1))
        {
            if (bucket < ShapeView.ExactBuckets)
            {
                var racks = Math.Min(view.Racks.Counts[bucket], (left + bucket - 1) / bucket);
                needed += racks;
                left -= racks * bucket;
                continue;
            }

            for (var rack = view.Racks.First(bucket); rack >= 0 && left > 0; rack = view.Racks.Next(bucket, rack))
            {
                needed++;
                left -= view.Room[rack];
            }
        }

        return needed;
    }

    /// <summary>
    /// Of the blocks with enough room the one that needs fewest racks, then the one with least room. <paramref name="fewest"/> is
    /// what the pool needs; when it must be met, -1 if no block meets it.
    /// </summary>
    private int BlockWithFewestRacks(ShapeView view, int workers, int fewest, bool mustBeFewest)
    {
        var best = Sufficient(view.BlockRoom, workers);
        if (best < 0) return -1;
        var racks = RacksNeededIn(view, best, workers, int.MaxValue);
        var compared = 0;
        for (var block = 0; block < view.BlockRoom.Length && racks > fewest && (!mustBeFewest || compared < BlocksCompared); block++)
        {
            if (block == best || view.BlockRoom[block] < workers) continue;
            compared++;
            var needed = RacksNeededIn(view, block, workers, racks);
            if (needed >= racks) continue;
            (best, racks) = (block, needed);
        }

        return mustBeFewest && racks > fewest ? -1 : best;
    }

    private int RacksNeededIn(ShapeView view, int block, int workers, int limit)
    {
        var room = CopyRooms(view, table.BlockStart[block], table.BlockStart[block + 1]);
        var needed = 0;
        for (; workers > 0 && needed < limit; needed++)
        {
            var at = Largest(room);
            workers -= room[at];
            room[at] = 0;
        }

        return needed;
    }

    private Span<int> CopyRooms(ShapeView view, int start, int end)
    {
        if (rooms.Length < end - start) rooms = new int[(end - start) * 2];
        var room = rooms.AsSpan(0, end - start);
        view.Room.AsSpan(start, end - start).CopyTo(room);
        return room;
    }

    private static int Largest(ReadOnlySpan<int> room)
    {
        var best = 0;
        for (var i = 1; i < room.Length; i++)
            if (room[i] > room[best]) best = i;
        return best;
    }

    /// <summary>The smallest that is at least so much, the first of equals; or -1.</summary>
    private static int Sufficient(ReadOnlySpan<int> room, int workers)
    {
        var least = int.MaxValue;
        var i = 0;
        if (room.Length >= Vector256<int>.Count)
        {
            var floor = Vector256.Create(workers);
            var best = Vector256.Create(int.MaxValue);
            ref var first = ref MemoryMarshal.GetReference(room);
            for (; i <= room.Length - Vector256<int>.Count; i += Vector256<int>.Count)
            {
                var some = Vector256.LoadUnsafe(ref first, (nuint)i);
                best = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(some, floor), Vector256.Min(best, some), best);
            }

            for (var lane = 0; lane < Vector256<int>.Count; lane++) least = Math.Min(least, best[lane]);
        }

        for (; i < room.Length; i++)
            if (room[i] >= workers) least = Math.Min(least, room[i]);
        return least == int.MaxValue ? -1 : room.IndexOf(least);
    }
}
