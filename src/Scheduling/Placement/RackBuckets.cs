using System.Numerics;
using System.Runtime.CompilerServices;

namespace Scheduling.Placement;

/// <summary>
/// Sets of racks, numbered: each a bitset in rack order with a summary, and over all a bitset of the sets that are not empty.
/// Adding, removing and finding the first cost a few instructions whatever the number of racks up to 4,096, and one word more for each further 4,096.
/// </summary>
internal sealed class RackBuckets
{
    private readonly int wordsPer;
    private readonly int sumsPer;
    private readonly ulong[] words;
    private readonly ulong[] sums;
    private readonly ulong[] occupied;

    public RackBuckets(int buckets, int racks)
    {
        wordsPer = Math.Max(1, (racks + 63) / 64);
        sumsPer = (wordsPer + 63) / 64;
        words = new ulong[buckets * wordsPer];
        sums = new ulong[buckets * sumsPer];
        occupied = new ulong[(buckets + 63) / 64];
        Counts = new int[buckets];
    }

    /// <summary>Racks in each bucket.</summary>
    public int[] Counts { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int bucket, int rack)
    {
        words[bucket * wordsPer + (rack >> 6)] |= 1UL << rack;
        sums[bucket * sumsPer + (rack >> 12)] |= 1UL << (rack >> 6);
        if (Counts[bucket]++ == 0) occupied[bucket >> 6] |= 1UL << bucket;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(int bucket, int rack)
    {
        ref var word = ref words[bucket * wordsPer + (rack >> 6)];
        word &= ~(1UL << rack);
        if (word == 0) sums[bucket * sumsPer + (rack >> 12)] &= ~(1UL << (rack >> 6));
        if (--Counts[bucket] == 0) occupied[bucket >> 6] &= ~(1UL << bucket);
    }

    /// <summary>The first bucket at or above <paramref name="bucket"/> that is not empty, or -1.</summary>
    public int NextBucket(int bucket)
    {
        var at = bucket >> 6;
        if (at >= occupied.Length) return -1;
        var word = occupied[at] & ulong.MaxValue << bucket;
        while (word == 0)
        {
            if (++at == occupied.Length) return -1;
            word = occupied[at];
        }

        return (at << 6) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>The last bucket at or below <paramref name="bucket"/> that is not empty, or -1.</summary>
    public int PreviousBucket(int bucket)
    {
        if (bucket < 0) return -1;
        var at = bucket >> 6;
        var word = occupied[at] & ulong.MaxValue >> (63 - (bucket & 63));
        while (word == 0)
        {
            if (--at < 0) return -1;
            word = occupied[at];
        }

        return (at << 6) + 63 - BitOperations.LeadingZeroCount(word);
    }

    /// <summary>The bucket's first rack, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int First(int bucket)
    {
        for (var s = 0; s < sumsPer; s++)
        {
            var sum = sums[bucket * sumsPer + s];
            if (sum == 0) continue;
            var w = (s << 6) + BitOperations.TrailingZeroCount(sum);
            return (w << 6) + BitOperations.TrailingZeroCount(words[bucket * wordsPer + w]);
        }

        return -1;
    }

    /// <summary>The bucket's first rack after <paramref name="rack"/>, or -1.</summary>
    public int Next(int bucket, int rack)
    {
        var from = rack + 1;
        var w = from >> 6;
        if (w >= wordsPer) return -1;
        var word = words[bucket * wordsPer + w] & ulong.MaxValue << from;
        if (word != 0) return (w << 6) + BitOperations.TrailingZeroCount(word);
        w++;
        for (var s = w >> 6; s < sumsPer; s++)
        {
            var sum = sums[bucket * sumsPer + s];
            if (s == w >> 6) sum &= ulong.MaxValue << w;
            if (sum == 0) continue;
            w = (s << 6) + BitOperations.TrailingZeroCount(sum);
            return (w << 6) + BitOperations.TrailingZeroCount(words[bucket * wordsPer + w]);
        }

        return -1;
    }

    public void Clear()
    {
        Array.Clear(words);
        Array.Clear(sums);
        Array.Clear(occupied);
        Array.Clear(Counts);
    }
}
