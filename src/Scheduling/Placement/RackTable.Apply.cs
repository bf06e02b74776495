using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Taking and giving back: the only code that changes what nodes have left.</summary>
internal sealed partial class RackTable
{
    private int nodeCount;
    private int gpuCount;
    private long cpuCount;
    private long memoryCount;
    private int schedulableNodes;
    private int schedulableGpus;
    private int freeWhole;
    private int fullNodes;
    private long freeMilli;
    private long fragmentedMilli;
    private long freeCpu;
    private long freeMemory;

    public PoolCapacity Totals => new()
    {
        Nodes = nodeCount,
        SchedulableNodes = schedulableNodes,
        Gpus = gpuCount,
        SchedulableGpus = schedulableGpus,
        FreeGpuMilli = freeMilli,
        FreeWholeGpus = freeWhole,
        FreeWholeNodes = fullNodes,
        FragmentedGpuMilli = fragmentedMilli,
        CpuMilli = cpuCount,
        FreeCpuMilli = freeCpu,
        MemoryMiB = memoryCount,
        FreeMemoryMiB = freeMemory,
        SpareNodes = spareNodes,
        SpareGpus = spareGpus,
    };

    public long FreeGpuMilli => freeMilli;

    public long FreeCpuMilli => freeCpu;

    public long FreeMemoryMiB => freeMemory;

    /// <summary>The lowest <paramref name="count"/> set bits of a mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Lowest(ulong mask, int count)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitDeposit(NodeClasses.LowBits(count), mask);
        var rest = mask;
        for (; count > 0; count--) rest &= rest - 1;
        return mask & ~rest;
    }

    /// <summary>
    /// Books what was just subtracted from some nodes of one rack, all schedulable and with <paramref name="free"/> wholly free
    /// GPUs before, each losing <paramref name="gpus"/> of them (≥ 1) and so much CPU and memory.
    /// </summary>
    public void BookTaken(int rack, ulong nodes, int free, int gpus, long cpu, long memory)
    {
        ref var row = ref Levels[rack * LevelStride + FreeLevel];
        Unsafe.Add(ref row, free) &= ~nodes;
        Unsafe.Add(ref row, free - gpus) |= nodes;
        var count = BitOperations.PopCount(nodes);
        var full = BitOperations.PopCount(nodes & AllGpusFree[rack]);
        AllGpusFree[rack] &= ~nodes;
        Pristine[rack] &= ~nodes;
        freeWhole -= count * gpus;
        freeMilli -= count * gpus * 1000L;
        fullNodes -= full;
        fragmentedMilli += (full * free - count * gpus) * 1000L;
        freeCpu -= count * cpu;
        freeMemory -= count * memory;
    }

    /// <summary>Takes or gives back one rack's workers, all of one role.</summary>
    public void ApplyRun(int rack, ReadOnlySpan<WorkerSlot> workers, WorkerShape shape, bool taking)
    {
        if (!taking && shape.Gpus > 0 && !shape.IsFractional && shape.Extended.IsEmpty) workers = workers[ReleaseWhole(rack, workers, shape)..];
        var touched = 0UL;
        foreach (ref readonly var worker in workers)
        {
            Unlist(rack, worker.Slot);
            try
            {
                Apply(rack, worker, shape, taking);
            }
            finally
            {
                List(rack, worker.Slot);
            }

            touched |= 1UL << worker.Slot;
        }

        if (touched != 0) Log.Append(rack, touched);
        if (Spares[rack] != 0) HoldSpares(rack);
    }

    /// <summary>Takes one worker on a node of which the caller knows that it fits.</summary>
    public void TakeOne(int rack, in WorkerSlot worker, WorkerShape shape)
    {
        Unlist(rack, worker.Slot);
        Apply(rack, worker, shape, taking: true);
        List(rack, worker.Slot);
        Log.Append(rack, 1UL << worker.Slot);
    }

    /// <summary>Whether a worker's very GPUs are free, with CPU and memory for it, whether or not the node takes new work.</summary>
    public bool CanTake(int rack, in WorkerSlot worker, WorkerShape shape)
    {
        var at = rack * Slots + worker.Slot;
        ref var node = ref Nodes[at];
        if ((Exists[rack] >> worker.Slot & 1) == 0 || node.Cpu < shape.CpuMilli || node.Memory < shape.MemoryMiB) return false;
        if (!shape.Extended.IsEmpty && ExtendedFit(rack, worker.Slot, shape.Extended, 1) == 0) return false;
        var busy = worker.Gpus & ~node.Free;
        if (worker.GpuMilli == WorkerShape.WholeGpu || (busy & ~Shared[at]) != 0) return busy == 0;
        for (; busy != 0; busy &= busy - 1)
            if (Left[at * MaxGpus + BitOperations.TrailingZeroCount(busy)] < worker.GpuMilli) return false;
        return true;
    }

    /// <summary>Thousandths of a GPU that nobody has.</summary>
    public int LeftOf(int rack, int slot, int gpu)
    {
        var at = rack * Slots + slot;
        if ((Nodes[at].Free >> gpu & 1) != 0) return WorkerShape.WholeGpu;
        return (Shared[at] >> gpu & 1) != 0 ? Left[at * MaxGpus + gpu] : 0;
    }

    /// <summary>
    /// Gives back whole-GPU workers many nodes at a time. Stops before the first that needs more care: one on a GPU that
    /// the node no longer has, or of another size. Returns how many it gave back.
    /// </summary>
    private int ReleaseWhole(int rack, ReadOnlySpan<WorkerSlot> workers, WorkerShape shape)
    {
        var done = 0;
        var (gpus, cpu, memory) = (shape.Gpus, checked((int)shape.CpuMilli), checked((int)shape.MemoryMiB));
        var shared = HasShared[rack];
        ref var firstNode = ref Nodes[rack * Slots];
        ref var firstKind = ref ClassOf[rack * Slots];
        ref var firstEmpty = ref MemoryMarshal.GetArrayDataReference(Classes.Full);
        while (done < workers.Length)
        {
            ulong nodes = 0, full = 0, pristine = 0;
            var from = done;
            for (; done < workers.Length; done++)
            {
                ref readonly var worker = ref workers[done];
                var slot = worker.Slot & (Slots - 1);
                var bit = 1UL << slot;
                var taken = worker.Gpus;
                ref var node = ref Unsafe.Add(ref firstNode, slot);
                ref var empty = ref Unsafe.Add(ref firstEmpty, Unsafe.Add(ref firstKind, slot));
                // Twice in one batch, or beside shared GPUs, or a GPU that is gone or already free: not this way.
                if (((nodes | shared) & bit) != 0 || (taken & (node.Free | ~empty.Free)) != 0 || BitOperations.PopCount(taken) != gpus) break;
                nodes |= bit;
                node.Free |= taken;
                node.Cpu += cpu;
                node.Memory += memory;
                if (node.Free != empty.Free) continue;
                full |= bit;
                if (node.Cpu == empty.Cpu && node.Memory == empty.Memory) pristine |= bit;
            }

            if (done == from) return done;
            BookReleased(rack, nodes, full, pristine, shape);
        }

        return done;
    }

    private void BookReleased(int rack, ulong nodes, ulong full, ulong pristine, WorkerShape shape)
    {
        var gpus = shape.Gpus;
        ref var row = ref Levels[rack * LevelStride + FreeLevel];
        var rest = nodes & Schedulable[rack];
        var count = BitOperations.PopCount(rest);
        for (var free = MaxGpus - gpus; free >= 0 && rest != 0; free--)
        {
            var moved = Unsafe.Add(ref row, free) & rest;
            if (moved == 0) continue;
            rest &= ~moved;
            Unsafe.Add(ref row, free) &= ~moved;
            Unsafe.Add(ref row, free + gpus) |= moved;
            var whole = BitOperations.PopCount(moved & full);
            fullNodes += whole;
            fragmentedMilli += (BitOperations.PopCount(moved) * gpus - whole * (free + gpus)) * 1000L;
        }

        AllGpusFree[rack] |= full;
        Pristine[rack] |= pristine & ~ExtendedUsed[rack];
        freeWhole += count * gpus;
        freeMilli += count * gpus * 1000L;
        freeCpu += count * shape.CpuMilli;
        freeMemory += count * shape.MemoryMiB;
        Log.Append(rack, nodes);
    }

    /// <summary>Changes one node's state; the caller takes the node out of the masks and totals before and puts it back after.</summary>
    private void Apply(int rack, in WorkerSlot worker, WorkerShape shape, bool taking)
    {
        var at = rack * Slots + worker.Slot;
        ref var node = ref Nodes[at];
        // GPUs that the node no longer has are held by nobody we could give them to.
        var gpus = worker.Gpus & Classes.Full[ClassOf[at]].Free;
        if (shape.Gpus > 0 && worker.GpuMilli < WorkerShape.WholeGpu)
        {
            for (; gpus != 0; gpus &= gpus - 1) ApplyShare(rack, worker.Slot, BitOperations.TrailingZeroCount(gpus), taking ? -worker.GpuMilli : worker.GpuMilli);
        }
        else if (taking)
        {
            if ((gpus & ~node.Free) != 0) throw Twice(rack, worker.Slot, gpus & ~node.Free, "taken");
            node.Free &= ~gpus;
        }
        else
        {
            if ((gpus & (node.Free | Shared[at])) != 0) throw Twice(rack, worker.Slot, gpus & (node.Free | Shared[at]), "released");
            node.Free |= gpus;
        }

        node.Cpu += checked((int)(taking ? -shape.CpuMilli : shape.CpuMilli));
        node.Memory += checked((int)(taking ? -shape.MemoryMiB : shape.MemoryMiB));
        if (!shape.Extended.IsEmpty) TakeExtended(rack, worker.Slot, shape.Extended, taking ? 1 : -1);
    }

    private void ApplyShare(int rack, int slot, int gpu, int milli)
    {
        var at = rack * Slots + slot;
        ref var node = ref Nodes[at];
        ref var shared = ref Shared[at];
        ref var left = ref Left[at * MaxGpus + gpu];
        var bit = 1UL << gpu;
        var before = (node.Free & bit) != 0 ? WorkerShape.WholeGpu : (shared & bit) != 0 ? left : 0;
        var after = before + milli;
        var known = ((node.Free | shared) & bit) != 0;
        if (after < 0 || after > WorkerShape.WholeGpu || !known) throw Twice(rack, slot, bit, milli < 0 ? "taken" : "released");
        left = (ushort)after;
        if (after == WorkerShape.WholeGpu)
        {
            node.Free |= bit;
            shared &= ~bit;
        }
        else
        {
            node.Free &= ~bit;
            shared |= bit;
        }

        SetBit(ref HasShared[rack], 1UL << slot, shared != 0);
    }

    private InvalidOperationException Twice(int rack, int slot, ulong gpus, string what) =>
        new($"GPUs {gpus:X} of slot {slot} in rack {Ids[rack]} are {what} twice");

    /// <summary>Takes a node out of the masks and the totals.</summary>
    private void Unlist(int rack, int slot) => CountNode(rack, slot, -1);

    /// <summary>Puts a node into the masks and the totals.</summary>
    private void List(int rack, int slot) => CountNode(rack, slot, 1);

    private void CountNode(int rack, int slot, int sign)
    {
        var bit = 1UL << slot;
        if ((Exists[rack] & bit) == 0) return;
        var at = rack * Slots + slot;
        ref var node = ref Nodes[at];
        ref var empty = ref Classes.Full[ClassOf[at]];
        var full = empty.Free != 0 && node.Free == empty.Free;
        SetBit(ref AllGpusFree[rack], bit, sign > 0 && full);
        SetBit(ref Pristine[rack], bit, sign > 0 && node.Free == empty.Free && node.Cpu == empty.Cpu && node.Memory == empty.Memory && (ExtendedUsed[rack] & bit) == 0);
        if ((Schedulable[rack] & bit) == 0)
        {
            if ((Held[rack] & bit) != 0) CountSpare(at, sign);
            return;
        }

        var free = BitOperations.PopCount(node.Free);
        SetBit(ref Level(rack, empty.Free == 0 ? CpuOnlyLevel : FreeLevel + free), bit, sign > 0);
        long shared = 0;
        for (var rest = Shared[at]; rest != 0; rest &= rest - 1)
        {
            int left = Left[at * MaxGpus + BitOperations.TrailingZeroCount(rest)];
            shared += left;
            SetBit(ref Level(rack, SharedLevel + (left >> 7)), bit, sign > 0);
        }

        var milli = free * 1000L + shared;
        schedulableNodes += sign;
        schedulableGpus += sign * BitOperations.PopCount(empty.Free);
        freeWhole += sign * free;
        freeMilli += sign * milli;
        fullNodes += full ? sign : 0;
        fragmentedMilli += full ? 0 : sign * milli;
        freeCpu += sign * node.Cpu;
        freeMemory += sign * node.Memory;
    }

    private void CountKind(int number, int sign)
    {
        if (Classes.Samples[number] is not { } node) return;
        nodeCount += sign;
        gpuCount += sign * node.Gpus;
        cpuCount += sign * node.CpuMilli;
        memoryCount += sign * node.MemoryMiB;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetBit(ref ulong mask, ulong bit, bool on) => mask = on ? mask | bit : mask & ~bit;
}
