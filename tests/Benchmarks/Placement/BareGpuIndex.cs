using System.Numerics;

namespace Benchmarks.Placement;

/// <summary>
/// The physical limit for workers smaller than a node: 8-GPU nodes of one kind, nine masks per rack by free GPUs, and for each
/// count of free GPUs a bitset of racks. Best fit by free GPUs, then rack, then slot.
/// </summary>
internal sealed class BareGpuIndex : IContender
{
    private const int PerRack = 32;
    private const int Gpus = 8;
    private readonly ulong[] levels;
    private readonly ulong[] words;
    private readonly ulong[] sums = new ulong[Gpus + 1];
    private readonly int stride;
    private readonly byte[] free;
    private readonly (int Node, byte Gpus)[] gangs;
    private ulong occupied;

    public BareGpuIndex(int nodes, int gangLimit)
    {
        var racks = (nodes + PerRack - 1) / PerRack;
        stride = (racks + 63) / 64;
        levels = new ulong[racks * (Gpus + 1)];
        words = new ulong[(Gpus + 1) * stride];
        free = new byte[racks * PerRack];
        gangs = new (int, byte)[gangLimit];
        for (var node = 0; node < nodes; node++)
        {
            free[node] = 0xFF;
            Enter(node, Gpus);
        }
    }

    public bool Place(int gang, int workers, int gpus)
    {
        var enough = occupied & ulong.MaxValue << gpus;
        if (enough == 0) return false;
        var level = BitOperations.TrailingZeroCount(enough);
        var word = BitOperations.TrailingZeroCount(sums[level]);
        var rack = (word << 6) + BitOperations.TrailingZeroCount(words[level * stride + word]);
        var node = rack * PerRack + BitOperations.TrailingZeroCount(levels[rack * (Gpus + 1) + level]);
        var taken = (byte)0;
        for (var i = 0; i < gpus; i++) taken |= (byte)((free[node] & ~taken) & -(free[node] & ~taken));
        Leave(node, level);
        free[node] &= (byte)~taken;
        Enter(node, level - gpus);
        gangs[gang] = (node, taken);
        return true;
    }

    public void Release(int gang)
    {
        var (node, taken) = gangs[gang];
        var before = BitOperations.PopCount(free[node]);
        Leave(node, before);
        free[node] |= taken;
        Enter(node, before + BitOperations.PopCount(taken));
    }

    private void Enter(int node, int level)
    {
        var rack = node / PerRack;
        ref var mask = ref levels[rack * (Gpus + 1) + level];
        if (mask == 0)
        {
            words[level * stride + (rack >> 6)] |= 1UL << rack;
            sums[level] |= 1UL << (rack >> 6);
            occupied |= 1UL << level;
        }

        mask |= 1UL << (node % PerRack);
    }

    private void Leave(int node, int level)
    {
        var rack = node / PerRack;
        ref var mask = ref levels[rack * (Gpus + 1) + level];
        mask &= ~(1UL << (node % PerRack));
        if (mask != 0) return;
        ref var word = ref words[level * stride + (rack >> 6)];
        word &= ~(1UL << rack);
        if (word != 0) return;
        sums[level] &= ~(1UL << (rack >> 6));
        if (sums[level] == 0) occupied &= ~(1UL << level);
    }
}
