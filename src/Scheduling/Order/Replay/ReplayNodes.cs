using System.Numerics;

namespace Scheduling.Order.Replay;

/// <summary>
/// Free GPUs of one pool's nodes, with the replay rules' placement: up to 8 GPUs on the node that has least but enough free (lowest number
/// among equals); more on whole free nodes in number order and the remainder on the next node in most-free order; no other split.
/// Nodes are kept as one bit set for each count of free GPUs, so finding one costs a few words, not a walk.
/// </summary>
internal sealed class ReplayNodes
{
    public const int GpusPerNode = 8;
    private readonly ulong[][] _withFree = new ulong[GpusPerNode + 1][];
    private readonly int[] _count = new int[GpusPerNode + 1];
    private readonly int[] _free;
    private readonly bool[] _held;

    public ReplayNodes(int nodes)
    {
        _free = new int[nodes];
        _held = new bool[nodes];
        for (var free = 0; free <= GpusPerNode; free++)
            _withFree[free] = new ulong[(nodes + 63) / 64];
        for (var node = 0; node < nodes; node++)
        {
            _free[node] = GpusPerNode;
            _withFree[GpusPerNode][node / 64] |= 1UL << (node % 64);
        }

        _count[GpusPerNode] = nodes;
        FreeGpus = TotalGpus;
    }

    public int Nodes => _free.Length;

    public int TotalGpus => _free.Length * GpusPerNode;

    public int FreeGpus { get; private set; }

    public int FreeOn(int node) => _free[node];

    public int WholeFree => _count[GpusPerNode];

    /// <summary>Would this gang fit the pool when it is empty?</summary>
    public bool CouldEverFit(int gpus) => (gpus + GpusPerNode - 1) / GpusPerNode <= Nodes;

    public bool Fits(int gpus)
    {
        if (gpus > FreeGpus)
            return false;
        if (gpus <= GpusPerNode)
            return MostFree() >= gpus;
        var left = _count[GpusPerNode] - gpus / GpusPerNode;
        var rest = gpus % GpusPerNode;
        return left >= 0 && (rest == 0 || left > 0 || MostFree(below: GpusPerNode) >= rest);
    }

    /// <summary>Takes GPUs for the gang: (node, GPUs) pairs, or null when it does not fit.</summary>
    public ReplayShare[]? Place(int gpus)
    {
        if (!Fits(gpus))
            return null;
        if (gpus <= GpusPerNode)
        {
            var free = gpus;
            while (_count[free] == 0)
                free++;
            return [Take(First(free), gpus)];
        }

        var rest = gpus % GpusPerNode;
        var shares = new ReplayShare[gpus / GpusPerNode + (rest > 0 ? 1 : 0)];
        for (var i = 0; i < gpus / GpusPerNode; i++)
            shares[i] = Take(First(GpusPerNode), GpusPerNode);
        if (rest > 0)
            shares[^1] = Take(First(MostFree()), rest);
        return shares;
    }

    public void Release(ReplayShare[] shares)
    {
        foreach (var share in shares)
            Set(share.Node, _free[share.Node] + share.Gpus);
    }

    /// <summary>Keeps a node for somebody: what is free on it, now or later, is not given out until <see cref="Unhold"/>.</summary>
    public void Hold(int node)
    {
        Show(node, _free[node], 0);
        _held[node] = true;
    }

    public void Unhold(int node)
    {
        _held[node] = false;
        Show(node, 0, _free[node]);
    }

    public bool IsHeld(int node) => _held[node];

    private int MostFree(int below = GpusPerNode + 1)
    {
        for (var free = below - 1; free > 0; free--)
        {
            if (_count[free] > 0)
                return free;
        }

        return 0;
    }

    private int First(int free)
    {
        var words = _withFree[free];
        for (var word = 0; ; word++)
        {
            if (words[word] != 0)
                return word * 64 + BitOperations.TrailingZeroCount(words[word]);
        }
    }

    private ReplayShare Take(int node, int gpus)
    {
        Set(node, _free[node] - gpus);
        return new ReplayShare(node, gpus);
    }

    private void Set(int node, int free)
    {
        var old = _free[node];
        Invariant.Holds(free is >= 0 and <= GpusPerNode, "I1", $"node {node} would have {free} free GPUs");
        _free[node] = free;
        if (!_held[node])
            Show(node, old, free);
    }

    private void Show(int node, int old, int free)
    {
        _withFree[old][node / 64] &= ~(1UL << (node % 64));
        _withFree[free][node / 64] |= 1UL << (node % 64);
        _count[old]--;
        _count[free]++;
        FreeGpus += free - old;
    }
}

/// <summary>So many GPUs of one node.</summary>
public readonly record struct ReplayShare(int Node, int Gpus);
