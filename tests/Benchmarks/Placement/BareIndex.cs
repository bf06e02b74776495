using System.Numerics;

namespace Benchmarks.Placement;

/// <summary>
/// The physical limit to compare with: whole nodes of one kind, no CPU, memory, labels or blocks. One mask per rack, racks in
/// intrusive lists by free nodes. Fewest racks. Writes an owner per node and returns the list of nodes.
/// </summary>
internal sealed class BareIndex : IContender
{
    private const int PerRack = 32;
    private readonly ulong[] free;
    private readonly int[] next;
    private readonly int[] previous;
    private readonly int[] first = new int[PerRack + 1];
    private readonly int[] owner;
    private readonly int[][] gangs;
    private ulong occupied;
    private int total;

    public BareIndex(int nodes, int gangLimit)
    {
        var racks = (nodes + PerRack - 1) / PerRack;
        (free, next, previous, owner) = (new ulong[racks], new int[racks], new int[racks], new int[racks * PerRack]);
        gangs = new int[gangLimit][];
        Array.Fill(first, -1);
        for (var rack = racks - 1; rack >= 0; rack--)
        {
            var count = Math.Min(PerRack, nodes - rack * PerRack);
            free[rack] = count == 64 ? ulong.MaxValue : (1UL << count) - 1;
            Link(rack, count);
        }

        total = nodes;
    }

    public bool Place(int gang, int workers, int gpus)
    {
        if (workers > total) return false;
        total -= workers;
        var list = gangs[gang];
        if (list is null || list.Length != workers) gangs[gang] = list = new int[workers];
        var at = 0;
        while (at < workers)
        {
            var left = workers - at;
            var enough = left <= PerRack ? occupied & ulong.MaxValue << left : 0;
            var bucket = enough != 0 ? BitOperations.TrailingZeroCount(enough) : 63 - BitOperations.LeadingZeroCount(occupied);
            var rack = first[bucket];
            Unlink(rack, bucket);
            var mask = free[rack];
            var take = Math.Min(left, bucket);
            for (var i = 0; i < take; i++, mask &= mask - 1)
            {
                var node = rack * PerRack + BitOperations.TrailingZeroCount(mask);
                owner[node] = gang;
                list[at++] = node;
            }

            free[rack] = mask;
            Link(rack, bucket - take);
        }

        return true;
    }

    public void Release(int gang)
    {
        var list = gangs[gang];
        for (var i = 0; i < list.Length;)
        {
            var rack = list[i] / PerRack;
            var back = 0UL;
            for (; i < list.Length && list[i] / PerRack == rack; i++)
            {
                owner[list[i]] = -1;
                back |= 1UL << (list[i] % PerRack);
            }

            var before = BitOperations.PopCount(free[rack]);
            Unlink(rack, before);
            free[rack] |= back;
            Link(rack, before + BitOperations.PopCount(back));
        }

        total += list.Length;
    }

    private void Link(int rack, int bucket)
    {
        var head = first[bucket];
        next[rack] = head;
        previous[rack] = -1;
        if (head >= 0) previous[head] = rack;
        first[bucket] = rack;
        if (bucket > 0) occupied |= 1UL << bucket;
    }

    private void Unlink(int rack, int bucket)
    {
        var (before, after) = (previous[rack], next[rack]);
        if (before >= 0) next[before] = after;
        else if ((first[bucket] = after) < 0) occupied &= ~(1UL << bucket);
        if (after >= 0) previous[after] = before;
    }
}
