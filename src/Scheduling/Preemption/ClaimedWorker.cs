using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>One worker of a claim's target: what it will need of its node, and how much of that is held for it in the index.</summary>
internal sealed class ClaimedWorker(WorkerSlot worker, WorkerShape shape)
{
    /// <summary>Thousandths of those GPUs of which only a part is held: who shares them still has the rest. Null until there is one.</summary>
    private ushort[]? parts;

    /// <summary>What was taken or given back last: most of the time it is the same the next time, for reservations are lifted and held again very often.</summary>
    private WorkerShape? piece;
    private ulong inPart;

    /// <summary>What is held of each extended resource that it will need; null until something is.</summary>
    private long[]? extended;

    public int Slot => worker.Slot;

    /// <summary>GPUs it will use.</summary>
    public ulong Gpus { get; } = shape.Gpus == 0 ? 0 : worker.Gpus;

    public int GpuMilli { get; } = shape.IsFractional ? worker.GpuMilli : WorkerShape.WholeGpu;

    /// <summary>GPUs of which something is held for it.</summary>
    public ulong HeldGpus { get; private set; }

    public long HeldGpuMilli
    {
        get
        {
            if (parts is null) return (long)BitOperations.PopCount(HeldGpus) * GpuMilli;
            var held = 0L;
            for (var rest = HeldGpus; rest != 0; rest &= rest - 1) held += HeldOf(BitOperations.TrailingZeroCount(rest));
            return held;
        }
    }

    public long HeldCpu { get; private set; }

    public long HeldMemory { get; private set; }

    /// <summary>Its node is gone, lost a GPU, or takes no new work.</summary>
    public bool IsBroken { get; private set; }

    public bool IsComplete => HeldGpus == Gpus && inPart == 0 && HeldCpu == shape.CpuMilli && HeldMemory == shape.MemoryMiB && HasAllExtended;

    public bool HoldsAny => (HeldGpus != 0) | (HeldCpu != 0) | (HeldMemory != 0) || HoldsExtended;

    private bool HasAllExtended => shape.Extended.IsEmpty || HeldExtended.SequenceEqual(shape.Extended);

    private bool HoldsExtended => extended is not null && extended.Any(e => e != 0);

    /// <summary>What is held for it of extended resources.</summary>
    public ImmutableArray<ExtendedAmount> HeldExtended =>
        extended is null ? [] : [.. shape.Extended.Select((e, i) => e with { Count = extended[i] }).Where(e => e.Count > 0)];

    /// <summary>Thousandths of one of its GPUs that are held for it.</summary>
    public int HeldOf(int gpu) => (inPart >> gpu & 1) != 0 ? parts![gpu] : (HeldGpus >> gpu & 1) != 0 ? GpuMilli : 0;

    /// <summary>Takes what is free of what it still needs: of a GPU that others share, what they leave.</summary>
    public void TopUp(RackTable table, int rack)
    {
        if (IsBroken || IsComplete) return;
        var at = rack * RackTable.Slots + Slot;
        var gpus = table.Nodes[at].Free & Gpus & ~HeldGpus;
        var cpu = Math.Clamp(table.Nodes[at].Cpu, 0, shape.CpuMilli - HeldCpu);
        var memory = Math.Clamp(table.Nodes[at].Memory, 0, shape.MemoryMiB - HeldMemory);
        if (gpus != 0 || cpu != 0 || memory != 0) Apply(table, rack, gpus, GpuMilli, cpu, memory, taking: true);
        HeldGpus |= gpus;
        HeldCpu += cpu;
        HeldMemory += memory;
        if (!shape.Extended.IsEmpty) TopUpExtended(table, rack);
        var shared = table.Shared[at] & Gpus & (~HeldGpus | inPart);
        if (shared != 0 && !Guards.Hold(Guard.RestIsPromised)) return;
        for (var rest = shared; rest != 0; rest &= rest - 1)
        {
            var gpu = BitOperations.TrailingZeroCount(rest);
            TopUpShared(table, rack, gpu, table.Left[at * table.MaxGpus + gpu]);
        }
    }

    /// <summary>Gives back what is held.</summary>
    public void LetGo(RackTable table, int rack)
    {
        for (var rest = inPart; rest != 0; rest &= rest - 1)
        {
            var gpu = BitOperations.TrailingZeroCount(rest);
            Apply(table, rack, 1UL << gpu, parts![gpu], 0, 0, taking: false);
        }

        HeldGpus &= ~inPart;
        if (HoldsAny) Apply(table, rack, HeldGpus, GpuMilli, HeldCpu, HeldMemory, taking: false, HeldExtended);
        Forget();
    }

    /// <summary>What was held is gone from the index with the rack's old view, or is the attempt's from now on.</summary>
    public void Forget() => (HeldGpus, inPart, HeldCpu, HeldMemory, extended) = (0, 0, 0, 0, null);

    /// <summary>Looks whether the node could still run the worker (which spare nodes a rack holds shifts with what is free, and is no matter here); <paramref name="rack"/> is -1 for one that is gone.</summary>
    public void Inspect(RackTable table, int rack)
    {
        IsBroken = rack < 0 || (table.Told[rack] >> Slot & 1) == 0
            || (Gpus & ~table.Classes.Full[table.ClassOf[rack * RackTable.Slots + Slot]].Free) != 0;
    }

    /// <summary>Holds so much more of a GPU that others share. All of it held, it is taken as what it was promised as: a whole GPU, or one share.</summary>
    private void TopUpShared(RackTable table, int rack, int gpu, int left)
    {
        var bit = 1UL << gpu;
        var held = HeldOf(gpu);
        var more = Math.Min(left, GpuMilli - held);
        if (more == 0) return;
        Apply(table, rack, bit, more, 0, 0, taking: true);
        HeldGpus |= bit;
        if (held + more < GpuMilli)
        {
            inPart |= bit;
            (parts ??= new ushort[64])[gpu] = (ushort)(held + more);
            return;
        }

        inPart &= ~bit;
        if (GpuMilli < WorkerShape.WholeGpu) return;
        Apply(table, rack, bit, held, 0, 0, taking: false);
        Apply(table, rack, bit, more, 0, 0, taking: false);
        Apply(table, rack, bit, GpuMilli, 0, 0, taking: true);
    }

    private void TopUpExtended(RackTable table, int rack)
    {
        extended ??= new long[shape.Extended.Length];
        var more = new long[extended.Length];
        for (var i = 0; i < more.Length; i++)
        {
            var (name, count) = shape.Extended[i];
            more[i] = Math.Clamp(table.ExtendedLeftOf(rack, Slot, name), 0, count - extended[i]);
        }

        if (more.All(m => m == 0)) return;
        Apply(table, rack, 0, GpuMilli, 0, 0, taking: true, [.. shape.Extended.Select((e, i) => e with { Count = more[i] }).Where(e => e.Count > 0)]);
        for (var i = 0; i < more.Length; i++) extended[i] += more[i];
    }

    private void Apply(RackTable table, int rack, ulong gpus, int milli, long cpu, long memory, bool taking, ImmutableArray<ExtendedAmount> named = default)
    {
        if (piece is null || !named.IsDefaultOrEmpty || !piece.Extended.IsEmpty || piece.Gpus != BitOperations.PopCount(gpus) || piece.GpuMilli != milli
            || piece.CpuMilli != cpu || piece.MemoryMiB != memory)
            piece = new WorkerShape { Gpus = BitOperations.PopCount(gpus), GpuMilli = milli, CpuMilli = cpu, MemoryMiB = memory, Extended = named.IsDefault ? [] : named };
        table.ApplyRun(rack, [worker with { Gpus = gpus, GpuMilli = milli }], piece, taking);
    }
}
