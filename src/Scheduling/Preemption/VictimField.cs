using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>
/// Who holds what on which node, for the victims of one search and one worker shape: how many workers a node would have room for
/// with some of them gone, without touching the index.
/// </summary>
internal sealed class VictimField
{
    private readonly RackTable table;
    private readonly WorkerShape shape;
    private readonly int mostPerNode;
    private readonly List<Entry> collected = [];
    private readonly List<ImmutableArray<ExtendedAmount>> back = [];
    private Entry[] entries = [];
    private int[] entryStart = [];

    /// <param name="table">The nodes.</param>
    /// <param name="view">The shape, and which nodes it may use.</param>
    /// <param name="level">The domains to tell apart.</param>
    /// <param name="mostPerNode">Workers that a node takes, whatever its room.</param>
    /// <param name="victims">Who may go.</param>
    public VictimField(RackTable table, ShapeView view, TopologyLevel level, int mostPerNode, IReadOnlyList<Victim> victims)
    {
        this.mostPerNode = mostPerNode;
        this.table = table;
        shape = view.Shape;
        view.Sync();
        var numbers = new Dictionary<int, int>();
        var at = new List<int>();
        for (var victim = 0; victim < victims.Count; victim++) Collect(victims[victim], victim, numbers, at);
        At = [.. at];
        DomainOf = new int[At.Length];
        Open = new bool[At.Length];
        for (var node = 0; node < At.Length; node++)
        {
            var (rack, slot) = (At[node] / RackTable.Slots, At[node] % RackTable.Slots);
            Open[node] = (view.Eligible[rack] & table.Schedulable[rack] & 1UL << slot) != 0;
            DomainOf[node] = level switch
            {
                TopologyLevel.Node => At[node],
                TopologyLevel.NvlinkDomain => rack * RackTable.Slots + BitOperations.TrailingZeroCount(DomainMask(table, rack, slot)),
                TopologyLevel.Rack => rack,
                TopologyLevel.Block => table.BlockOf[rack],
                _ => 0,
            };
        }

        SortByNode();
        FindNeighbours(victims.Count);
        Gone = new bool[victims.Count];
    }

    /// <summary>Nodes on which victims are, as rack × 64 + slot.</summary>
    public int[] At { get; }

    /// <summary>The domain that each node lies in, at the level that is required.</summary>
    public int[] DomainOf { get; }

    /// <summary>Nodes that take new work and that the shape may use.</summary>
    public bool[] Open { get; }

    /// <summary>Victims thought to be gone.</summary>
    public bool[] Gone { get; }

    /// <summary>Nodes of each victim.</summary>
    public int[][] NodesOf { get; private set; } = [];

    /// <summary>Victims on each node.</summary>
    public int[][] VictimsOn { get; private set; } = [];

    /// <summary>Nodes looked at so far.</summary>
    public int Work { get; private set; }

    /// <summary>Workers for which the node has room with those in <see cref="Gone"/> gone.</summary>
    public int Fit(int node)
    {
        Work++;
        if (!Open[node]) return 0;
        var at = At[node];
        var now = table.Nodes[at];
        var full = table.Classes.Full[table.ClassOf[at]].Free;
        var hasShares = table.Shared[at] != 0;
        for (var i = entryStart[node]; i < entryStart[node + 1]; i++)
        {
            ref readonly var entry = ref entries[i];
            if (!Gone[entry.Victim]) continue;
            now.Cpu += entry.Cpu;
            now.Memory += entry.Memory;
            if (entry.Milli == WorkerShape.WholeGpu) now.Free |= entry.Gpus & full;
        }

        long fit = hasShares ? FitBesideShares(node, at, ref now) : ByGpu(now.Free);
        if (shape.CpuMilli > 0 && now.Cpu < fit * shape.CpuMilli) fit = now.Cpu / shape.CpuMilli;
        if (shape.MemoryMiB > 0 && now.Memory < fit * shape.MemoryMiB) fit = now.Memory / shape.MemoryMiB;
        if (fit > 0 && !shape.Extended.IsEmpty) fit = FitExtended(node, at, fit);
        return (int)Math.Clamp(fit, 0, Math.Min(mostPerNode, Placement.Fit.Most));
    }

    /// <summary>The nodes of the NVLink domain that a node is in.</summary>
    public static ulong DomainMask(RackTable table, int rack, int slot)
    {
        foreach (var mask in table.DomainsOf(rack))
            if ((mask >> slot & 1) != 0) return mask;
        return 1UL << slot;
    }

    private long ByGpu(ulong free) =>
        shape.Gpus == 0 ? Placement.Fit.Most
        : shape.IsFractional ? BitOperations.PopCount(free) * (WorkerShape.WholeGpu / shape.GpuMilli)
        : BitOperations.PopCount(free) / shape.Gpus;

    private long FitBesideShares(int node, int at, ref NodeState now)
    {
        Span<int> left = stackalloc int[64];
        var shared = table.Shared[at];
        for (var rest = shared; rest != 0; rest &= rest - 1)
        {
            var gpu = BitOperations.TrailingZeroCount(rest);
            left[gpu] = table.Left[at * table.MaxGpus + gpu];
        }

        for (var i = entryStart[node]; i < entryStart[node + 1]; i++)
        {
            ref readonly var entry = ref entries[i];
            if (!Gone[entry.Victim] || entry.Milli == WorkerShape.WholeGpu) continue;
            for (var rest = entry.Gpus & shared; rest != 0; rest &= rest - 1) left[BitOperations.TrailingZeroCount(rest)] += entry.Milli;
        }

        long shares = 0;
        for (var rest = shared; rest != 0; rest &= rest - 1)
        {
            var gpu = BitOperations.TrailingZeroCount(rest);
            if (left[gpu] >= WorkerShape.WholeGpu) now.Free |= 1UL << gpu;
            else if (shape.IsFractional) shares += left[gpu] / shape.GpuMilli;
        }

        return ByGpu(now.Free) + shares;
    }

    private long FitExtended(int node, int at, long most)
    {
        back.Clear();
        for (var i = entryStart[node]; i < entryStart[node + 1]; i++)
            if (Gone[entries[i].Victim] && !entries[i].Extended.IsEmpty) back.Add(entries[i].Extended);
        return table.ExtendedFit(at / RackTable.Slots, at % RackTable.Slots, shape.Extended, back, most);
    }

    private void Collect(Victim victim, int number, Dictionary<int, int> numbers, List<int> at)
    {
        foreach (var slice in victim.Placement.Racks)
        {
            if (!table.TryFind(slice.Rack, out var rack)) continue;
            foreach (var worker in slice.Workers)
            {
                var position = rack * RackTable.Slots + worker.Slot;
                ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, position, out var known);
                if (!known)
                {
                    node = at.Count;
                    at.Add(position);
                }

                var held = victim.Roles[worker.Role].Shape;
                collected.Add(new Entry
                {
                    Node = node, Victim = number, Gpus = worker.Gpus, Milli = held.Gpus == 0 ? WorkerShape.WholeGpu : worker.GpuMilli,
                    Cpu = (int)held.CpuMilli, Memory = (int)held.MemoryMiB, Extended = held.Extended,
                });
            }
        }
    }

    /// <summary>Each node's entries together, in the order of the victims.</summary>
    private void SortByNode()
    {
        entryStart = new int[At.Length + 1];
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(collected)) entryStart[entry.Node + 1]++;
        for (var node = 0; node < At.Length; node++) entryStart[node + 1] += entryStart[node];
        var next = entryStart.AsSpan(0, At.Length).ToArray();
        entries = new Entry[collected.Count];
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(collected)) entries[next[entry.Node]++] = entry;
    }

    private void FindNeighbours(int victims)
    {
        var nodes = new List<int>[victims];
        for (var victim = 0; victim < victims; victim++) nodes[victim] = [];
        VictimsOn = new int[At.Length][];
        var here = new List<int>();
        for (var node = 0; node < At.Length; node++)
        {
            here.Clear();
            foreach (ref readonly var entry in entries.AsSpan(entryStart[node]..entryStart[node + 1]))
            {
                if (here.Count > 0 && here[^1] == entry.Victim) continue;
                here.Add(entry.Victim);
                nodes[entry.Victim].Add(node);
            }

            VictimsOn[node] = [.. here];
        }

        NodesOf = new int[victims][];
        for (var victim = 0; victim < victims; victim++) NodesOf[victim] = [.. nodes[victim]];
    }

    private struct Entry
    {
        public int Node;
        public int Victim;
        public ulong Gpus;
        public int Milli;
        public int Cpu;
        public int Memory;
        public ImmutableArray<ExtendedAmount> Extended;
    }
}
