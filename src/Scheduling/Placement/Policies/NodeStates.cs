using System.Runtime.InteropServices;
using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Numbers the distinct states of nodes and keeps which nodes are in each. Nodes that are equal in kind and in what they have left share
/// a number, so a policy rates them once.
/// </summary>
internal sealed class NodeStates(bool byPosition)
{
    /// <summary>Numbers without a node that are kept for their return, beside as many as are in use.</summary>
    private const int KeptUnused = 4096;

    private readonly Dictionary<Key, int> numbers = [];
    private State[] states = new State[64];
    private int[] stateOf = [];
    private int used;

    /// <summary>Numbers given out: 0 to this.</summary>
    public int Count { get; private set; }

    /// <summary>Nodes known.</summary>
    public int Nodes { get; private set; }

    /// <summary>Grows when numbers are given out anew: what was remembered by number is void.</summary>
    public int Epoch { get; private set; }

    /// <summary>The node that stands first in a state; -1 when it has none.</summary>
    public int First(int state) => states[state].Members.First(stateOf, state);

    public NodeFree View(int state)
    {
        ref readonly var key = ref states[state].Key;
        return new NodeFree(key.Model, key.Cpu, key.Memory, key.Left, key.Kinds, key.NodeKind);
    }

    public int StateOf(int node) => node < stateOf.Length ? stateOf[node] - 1 : -1;

    /// <summary>Puts a node into the state of what it has left; returns the state left and the one entered, -1 for none.</summary>
    public (int Before, int After) Move(int node, in NodeFree free)
    {
        var before = StateOf(node);
        Span<short> left = stackalloc short[free.GpuLeft.Length];
        free.GpuLeft.CopyTo(left);
        if (!byPosition) left.Sort();
        if (before >= 0 && states[before].Key.Is(free, left)) return (before, before);
        Leave(node, before);
        if (node >= stateOf.Length) Array.Resize(ref stateOf, Math.Max(64, Math.Max(node + 1, stateOf.Length * 2)));
        if (Count > 2 * used + KeptUnused)
        {
            Renumber();
            before = -1;
        }

        var after = Number(new Key(free.Model, free.CpuMilli, free.MemoryMiB, left.ToArray(), free.Kinds, free.NodeKind));
        Enter(node, after);
        return (before, after);
    }

    /// <summary>Forgets a node; returns the state it leaves.</summary>
    public int Remove(int node)
    {
        var before = StateOf(node);
        Leave(node, before);
        return before;
    }

    private void Leave(int node, int state)
    {
        if (state < 0) return;
        stateOf[node] = 0;
        Nodes--;
        if (--states[state].Members.Live == 0) used--;
    }

    private void Enter(int node, int state)
    {
        stateOf[node] = state + 1;
        Nodes++;
        if (states[state].Members.Add(node, stateOf, state) == 1) used++;
    }

    private int Number(Key key)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, key, out var known);
        if (known) return number;
        number = Count++;
        if (number == states.Length) Array.Resize(ref states, states.Length * 2);
        states[number] = new State { Key = key, Members = new MemberHeap() };
        return number;
    }

    private void Renumber()
    {
        var old = states.AsSpan(0, Count).ToArray();
        var oldOf = (int[])stateOf.Clone();
        numbers.Clear();
        states = new State[Math.Max(64, used * 2)];
        Array.Clear(stateOf);
        (Count, Nodes, used) = (0, 0, 0);
        for (var node = 0; node < oldOf.Length; node++)
            if (oldOf[node] > 0) Enter(node, Number(old[oldOf[node] - 1].Key));
        Epoch++;
    }

    private struct State
    {
        public Key Key;
        public MemberHeap Members;
    }

    private readonly struct Key : IEquatable<Key>
    {
        private readonly int hash;

        public Key(string model, long cpu, long memory, short[] left, ulong kinds, int nodeKind)
        {
            (Model, Cpu, Memory, Left, Kinds, NodeKind) = (model, cpu, memory, left, kinds, nodeKind);
            var code = default(HashCode);
            code.Add(cpu);
            code.Add(memory);
            code.Add(nodeKind);
            code.Add(kinds);
            code.AddBytes(MemoryMarshal.AsBytes<short>(left));
            hash = code.ToHashCode();
        }

        public string Model { get; }

        public long Cpu { get; }

        public long Memory { get; }

        public short[] Left { get; }

        public ulong Kinds { get; }

        public int NodeKind { get; }

        public bool Is(in NodeFree free, ReadOnlySpan<short> left) =>
            Cpu == free.CpuMilli && Memory == free.MemoryMiB && Kinds == free.Kinds && NodeKind == free.NodeKind && Model == free.Model && left.SequenceEqual(Left);

        public bool Equals(Key other) =>
            hash == other.hash && Cpu == other.Cpu && Memory == other.Memory && Kinds == other.Kinds && NodeKind == other.NodeKind
            && Model == other.Model && Left.AsSpan().SequenceEqual(other.Left);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => hash;
    }
}
