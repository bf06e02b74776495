using System.Numerics;
using System.Runtime.CompilerServices;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// The pool's nodes and what they have free, in flat arrays. Racks stand by (block, rack id), so a block is a range and
/// the order never depends on history. Node n of rack r is entry r × 64 + n.
/// </summary>
/// <remarks>
/// Every rack has a row of node masks, one per level: 0 nodes without GPUs; 1–8 nodes with a shared GPU that has left
/// 0–127, 128–255, … thousandths; 9 + k nodes with GPUs of which k are wholly free. Only schedulable nodes are in them.
/// </remarks>
internal sealed partial class RackTable
{
    public const int Slots = RackSpec.MaxNodes;
    public const int CpuOnlyLevel = 0;
    public const int SharedLevel = 1;
    public const int SharedLevels = 8;
    public const int FreeLevel = 9;

    private readonly Dictionary<string, int> positions = new(StringComparer.Ordinal);
    private bool orderChanged;
    private int capacity;

    public NodeClasses Classes { get; } = new();

    public ChangeLog Log { get; } = new();

    /// <summary>Rack positions in use, with those of removed racks until the next <see cref="Settle"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Grows when positions or the level row's width change: views start anew.</summary>
    public int LayoutEpoch { get; private set; }

    /// <summary>Grows when any rack's nodes change: what holds for the empty pool is void.</summary>
    public int SpecEpoch { get; private set; }

    /// <summary>Most GPUs that any node has.</summary>
    public int MaxGpus { get; private set; } = 8;

    /// <summary>Words in one rack's row of level masks.</summary>
    public int LevelStride => FreeLevel + MaxGpus + 1;

    public RackId[] Ids { get; private set; } = [];

    /// <summary>Null where a rack was removed.</summary>
    public RackSpec?[] Specs { get; private set; } = [];

    /// <summary>Nodes open to new work: told so, and not held as spares.</summary>
    public ulong[] Schedulable { get; private set; } = [];

    /// <summary>Nodes with GPUs, none of them used.</summary>
    public ulong[] AllGpusFree { get; private set; } = [];

    /// <summary>Nodes of which nothing is used.</summary>
    public ulong[] Pristine { get; private set; } = [];

    public ulong[] Exists { get; private set; } = [];

    public ulong[] Levels { get; private set; } = [];

    public NodeState[] Nodes { get; private set; } = [];

    /// <summary>A bit per GPU of each node that fractional workers share.</summary>
    public ulong[] Shared { get; private set; } = [];

    /// <summary>Nodes with a shared GPU.</summary>
    public ulong[] HasShared { get; private set; } = [];

    public int[] ClassOf { get; private set; } = [];

    /// <summary>Thousandths left of each shared GPU; entry node × MaxGpus + GPU.</summary>
    public ushort[] Left { get; private set; } = [];

    /// <summary>The block of each rack.</summary>
    public int[] BlockOf { get; private set; } = [];

    /// <summary>Where each block's racks begin; one more entry than there are blocks.</summary>
    public int[] BlockStart { get; private set; } = [0];

    public int Blocks => BlockStart.Length - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ulong Level(int rack, int level) => ref Levels[rack * LevelStride + level];

    public bool TryFind(RackId rack, out int position) => positions.TryGetValue(rack.Value, out position);

    /// <summary>Adds a rack or replaces its nodes, allocations and mask.</summary>
    public void Set(RackView view)
    {
        var spec = view.Spec;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spec.Nodes.Length, Slots);
        var most = 0;
        foreach (var node in spec.Nodes) most = Math.Max(most, node.Gpus);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 64);
        if (most > MaxGpus) Widen(most);
        if (!positions.TryGetValue(spec.Rack.Value, out var rack)) rack = Append(spec);
        else if (Specs[rack]!.Block != spec.Block) orderChanged = true;
        for (var slot = 0; slot < Slots; slot++) Unlist(rack, slot);
        var changed = ReplaceNodes(rack, spec);
        Told[rack] = view.Schedulable & Exists[rack];
        Held[rack] = 0;
        Schedulable[rack] = Told[rack];
        Spares[rack] = (byte)Math.Clamp(spec.Spares, 0, Slots);
        try
        {
            foreach (var allocation in view.Allocations)
                foreach (var worker in allocation.Workers)
                    Apply(rack, worker, allocation.Shapes[worker.Role], taking: true);
        }
        finally
        {
            for (var slot = 0; slot < Slots; slot++) List(rack, slot);
            HoldSpares(rack);
            Log.Append(rack, ulong.MaxValue, changed);
        }
    }

    public void Remove(RackId id)
    {
        if (!positions.Remove(id.Value, out var rack)) return;
        for (var slot = 0; slot < Slots; slot++) Unlist(rack, slot);
        ReplaceNodes(rack, new RackSpec { Rack = id, Block = Specs[rack]!.Block, Nodes = [] });
        Specs[rack] = null;
        (Schedulable[rack], Told[rack], Held[rack], Spares[rack]) = (0, 0, 0, 0);
        orderChanged = true;
    }

    public void SetSchedulable(int rack, ulong mask)
    {
        var changed = (mask ^ Told[rack]) & Exists[rack];
        if (changed == 0) return;
        for (var rest = changed; rest != 0; rest &= rest - 1) Unlist(rack, BitOperations.TrailingZeroCount(rest));
        Told[rack] ^= changed;
        Held[rack] &= Told[rack];
        Schedulable[rack] = Told[rack] & ~Held[rack];
        for (var rest = changed; rest != 0; rest &= rest - 1) List(rack, BitOperations.TrailingZeroCount(rest));
        Log.Append(rack, changed);
        HoldSpares(rack);
    }

    /// <summary>Puts the racks in order again after some came or went. Called before anything depends on order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Settle()
    {
        if (orderChanged) Sort();
    }

    private int Append(RackSpec spec)
    {
        if (Count == capacity) Resize(Math.Max(16, capacity * 2));
        var rack = Count++;
        positions.Add(spec.Rack.Value, rack);
        orderChanged = true;
        return rack;
    }

    /// <summary>True when a slot got another kind of node.</summary>
    private bool ReplaceNodes(int rack, RackSpec spec)
    {
        var old = Specs[rack];
        Specs[rack] = spec;
        Ids[rack] = spec.Rack;
        var changed = false;
        ulong exists = 0, gpuNodes = 0;
        for (var slot = 0; slot < Slots; slot++)
        {
            var at = rack * Slots + slot;
            var before = ClassOf[at];
            // The new kind is counted before the old is dropped, so that a node that stays keeps its number.
            var number = slot < spec.Nodes.Length ? Classes.Use(spec.Nodes[slot]) : NodeClasses.EmptySlot;
            if (number != before)
            {
                changed = true;
                CountKind(before, -1);
                CountKind(number, 1);
            }

            Classes.Drop(before);
            ClassOf[at] = number;
            Nodes[at] = Classes.Full[number];
            Shared[at] = 0;
            if (number != NodeClasses.EmptySlot) exists |= 1UL << slot;
            if (Classes.Full[number].Free != 0) gpuNodes |= 1UL << slot;
        }

        ReplaceExtended(rack, spec);
        Exists[rack] = exists;
        GpuNodes[rack] = gpuNodes;
        HasShared[rack] = 0;
        changed |= (old?.Spares ?? 0) != spec.Spares | SetDomains(rack, spec);
        if (changed || old is null) SpecVersion[rack] = ++SpecEpoch;
        return changed;
    }

    private void Sort()
    {
        orderChanged = false;
        var order = new List<int>(Count);
        for (var rack = 0; rack < Count; rack++)
            if (Specs[rack] is not null) order.Add(rack);
        order.Sort((a, b) =>
            string.CompareOrdinal(Specs[a]!.Block, Specs[b]!.Block) is var byBlock and not 0 ? byBlock : string.CompareOrdinal(Ids[a].Value, Ids[b].Value));
        Rearrange(order);
        Count = order.Count;
        for (var rack = 0; rack < Count; rack++) positions[Ids[rack].Value] = rack;
        FindBlocks();
        if (Classes.ShouldReset) RenumberClasses();
        LayoutEpoch++;
    }

    /// <summary>Every array kept by rack, in this order and at the present capacity.</summary>
    private void Rearrange(List<int> order)
    {
        Specs = Permuted(Specs, order, 1);
        Ids = Permuted(Ids, order, 1);
        Schedulable = Permuted(Schedulable, order, 1);
        RearrangeExtras(order);
        AllGpusFree = Permuted(AllGpusFree, order, 1);
        Pristine = Permuted(Pristine, order, 1);
        Exists = Permuted(Exists, order, 1);
        Levels = Permuted(Levels, order, LevelStride);
        Nodes = Permuted(Nodes, order, Slots);
        Shared = Permuted(Shared, order, Slots);
        HasShared = Permuted(HasShared, order, 1);
        ClassOf = Permuted(ClassOf, order, Slots);
        Left = Permuted(Left, order, Slots * MaxGpus);
        ExtendedLeft = Permuted(ExtendedLeft, order, 1);
        ExtendedUsed = Permuted(ExtendedUsed, order, 1);
    }

    private T[] Permuted<T>(T[] from, List<int> order, int width)
    {
        // The level row is read 8 words at a time, which may pass its end.
        var to = new T[capacity * width + 8];
        for (var i = 0; i < order.Count; i++) Array.Copy(from, order[i] * width, to, i * width, width);
        return to;
    }

    private void FindBlocks()
    {
        BlockOf = new int[capacity];
        var starts = new List<int>();
        for (var rack = 0; rack < Count; rack++)
        {
            if (rack == 0 || Specs[rack]!.Block != Specs[rack - 1]!.Block) starts.Add(rack);
            BlockOf[rack] = starts.Count - 1;
        }

        starts.Add(Count);
        BlockStart = [.. starts];
    }

    private void RenumberClasses()
    {
        Classes.Reset();
        for (var rack = 0; rack < Count; rack++)
        {
            var nodes = Specs[rack]!.Nodes;
            for (var slot = 0; slot < nodes.Length; slot++) ClassOf[rack * Slots + slot] = Classes.Use(nodes[slot]);
        }
    }

    private void Resize(int racks)
    {
        var order = Enumerable.Range(0, Count).ToList();
        capacity = racks;
        Rearrange(order);
    }

    /// <summary>Makes room for nodes with more GPUs than any before.</summary>
    private void Widen(int gpus)
    {
        var (oldStride, oldGpus, oldLevels, oldLeft) = (LevelStride, MaxGpus, Levels, Left);
        MaxGpus = gpus;
        Levels = new ulong[capacity * LevelStride + 8];
        Left = new ushort[capacity * Slots * gpus + 8];
        for (var rack = 0; rack < Count; rack++) Array.Copy(oldLevels, rack * oldStride, Levels, rack * LevelStride, oldStride);
        for (var node = 0; node < Count * Slots; node++) Array.Copy(oldLeft, node * oldGpus, Left, node * gpus, oldGpus);
        LayoutEpoch++;
    }
}
