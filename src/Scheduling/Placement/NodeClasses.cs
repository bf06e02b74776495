using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// Numbers the kinds of node: equal in GPU model, GPU count, CPU, memory, extended resources, labels, taints and tenants. Kind 0 is the empty slot.
/// </summary>
internal sealed class NodeClasses
{
    public const int EmptySlot = 0;
    private const int KeptUnused = 1024;

    private readonly Dictionary<NodeSpec, int> numbers = new(new SameKind());
    private int[] uses = new int[8];
    private readonly HashSet<TenantId> tenants = [];
    private int unused;

    public NodeClasses() => Reset();

    /// <summary>What an empty node of each kind has; of more than two million cores or two PiB, that much.</summary>
    public NodeState[] Full { get; private set; } = new NodeState[8];

    /// <summary>One node of each kind; entry 0 is null.</summary>
    public NodeSpec?[] Samples { get; private set; } = new NodeSpec?[8];

    public int Count { get; private set; }

    /// <summary>Grows when numbers are given out anew: what was remembered by number is void.</summary>
    public int Epoch { get; private set; }

    /// <summary>Grows when a tenant was named that was not known: for it, other nodes may be allowed.</summary>
    public int TenantEpoch { get; private set; }

    /// <summary>True when most numbers are dead, as when each node carries its own name as a label and nodes come and go.</summary>
    public bool ShouldReset => unused > KeptUnused && unused > Count / 2;

    public static bool IsEmptySlot(NodeSpec node) => string.IsNullOrEmpty(node.Name.Value);

    public void Reset()
    {
        numbers.Clear();
        Array.Clear(uses);
        Array.Clear(Full);
        Array.Clear(Samples);
        Count = 1;
        unused = 0;
        Epoch++;
    }

    /// <summary>The number of the node's kind; counts one use.</summary>
    public int Use(NodeSpec node)
    {
        if (IsEmptySlot(node)) return EmptySlot;
        if (!numbers.TryGetValue(node, out var number))
        {
            number = Count++;
            if (number == uses.Length) Grow();
            numbers.Add(node, number);
            Samples[number] = node;
            Full[number] = new NodeState { Free = LowBits(node.Gpus), Cpu = (int)Math.Min(node.CpuMilli, int.MaxValue), Memory = (int)Math.Min(node.MemoryMiB, int.MaxValue) };
            unused++;
            foreach (var tenant in node.Tenants)
                if (tenants.Add(tenant)) TenantEpoch++;
        }

        if (uses[number]++ == 0) unused--;
        return number;
    }

    /// <summary>The tenant where it makes a difference: all for whom no node is kept are alike.</summary>
    public TenantId Distinct(TenantId tenant) => tenants.Count > 0 && tenants.Contains(tenant) ? tenant : default;

    public bool InUse(int number) => uses[number] > 0;

    public void Drop(int number)
    {
        if (number != EmptySlot && --uses[number] == 0) unused++;
    }

    public static ulong LowBits(int count) => count >= 64 ? ulong.MaxValue : (1UL << count) - 1;

    private void Grow()
    {
        var size = uses.Length * 2;
        Array.Resize(ref uses, size);
        var full = Full;
        Array.Resize(ref full, size);
        Full = full;
        var samples = Samples;
        Array.Resize(ref samples, size);
        Samples = samples;
    }

    /// <summary>Equality in everything but the name.</summary>
    private sealed class SameKind : IEqualityComparer<NodeSpec>
    {
        public bool Equals(NodeSpec? x, NodeSpec? y) =>
            x is not null && y is not null && x.Gpus == y.Gpus && x.CpuMilli == y.CpuMilli && x.MemoryMiB == y.MemoryMiB
            && x.GpuModel == y.GpuModel && x.Labels.AsSpan().SequenceEqual(y.Labels.AsSpan()) && x.Taints.AsSpan().SequenceEqual(y.Taints.AsSpan())
            && x.Tenants.AsSpan().SequenceEqual(y.Tenants.AsSpan()) && x.Extended.AsSpan().SequenceEqual(y.Extended.AsSpan());

        public int GetHashCode(NodeSpec node)
        {
            var hash = HashCode.Combine(node.Gpus, node.CpuMilli, node.MemoryMiB, node.GpuModel, node.Taints.Length, node.Tenants.Length);
            foreach (var amount in node.Extended) hash = HashCode.Combine(hash, amount.Count);
            foreach (var label in node.Labels) hash = HashCode.Combine(hash, label);
            return hash;
        }
    }
}
