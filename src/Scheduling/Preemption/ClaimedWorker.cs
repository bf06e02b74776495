using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>One worker of a claim's target: what it will need of its node, and how much of that is held for it in the index.</summary>
internal sealed class ClaimedWorker(WorkerSlot worker, WorkerShape shape)
{
    public int Slot => worker.Slot;

    /// <summary>GPUs it will use.</summary>
    public ulong Gpus { get; } = shape.Gpus == 0 ? 0 : worker.Gpus;

    public int GpuMilli { get; } = shape.IsFractional ? worker.GpuMilli : WorkerShape.WholeGpu;

    public ulong HeldGpus { get; private set; }

    public long HeldGpuMilli => (long)BitOperations.PopCount(HeldGpus) * GpuMilli;

    public long HeldCpu { get; private set; }

    public long HeldMemory { get; private set; }

    /// <summary>Its node is gone, lost a GPU, or takes no new work.</summary>
    public bool IsBroken { get; private set; }

    public bool IsComplete => HeldGpus == Gpus && HeldCpu == shape.CpuMilli && HeldMemory == shape.MemoryMiB;

    public bool HoldsAny => (HeldGpus != 0) | (HeldCpu != 0) | (HeldMemory != 0);

    /// <summary>Takes what is free of what it still needs.</summary>
    public void TopUp(RackTable table, int rack)
    {
        if (IsBroken || IsComplete) return;
        var at = rack * RackTable.Slots + Slot;
        ref var node = ref table.Nodes[at];
        var gpus = node.Free & Gpus & ~HeldGpus;
        // A share is held whole or not at all.
        if (GpuMilli < WorkerShape.WholeGpu && HeldGpus == 0)
            gpus |= (table.Shared[at] & Gpus) != 0 && table.Left[at * table.MaxGpus + BitOperations.TrailingZeroCount(Gpus)] >= GpuMilli ? Gpus : 0;
        var cpu = Math.Clamp(node.Cpu, 0, shape.CpuMilli - HeldCpu);
        var memory = Math.Clamp(node.Memory, 0, shape.MemoryMiB - HeldMemory);
        if (gpus == 0 && cpu == 0 && memory == 0) return;
        Apply(table, rack, gpus, cpu, memory, taking: true);
        HeldGpus |= gpus;
        HeldCpu += cpu;
        HeldMemory += memory;
    }

    /// <summary>Gives back what is held.</summary>
    public void LetGo(RackTable table, int rack)
    {
        if (HoldsAny) Apply(table, rack, HeldGpus, HeldCpu, HeldMemory, taking: false);
        Forget();
    }

    /// <summary>What was held is gone from the index with the rack's old view, or is the attempt's from now on.</summary>
    public void Forget() => (HeldGpus, HeldCpu, HeldMemory) = (0, 0, 0);

    /// <summary>Looks whether the node could still run the worker (which spare nodes a rack holds shifts with what is free, and is no matter here); <paramref name="rack"/> is -1 for one that is gone.</summary>
    public void Inspect(RackTable table, int rack)
    {
        IsBroken = rack < 0 || (table.Told[rack] >> Slot & 1) == 0
            || (Gpus & ~table.Classes.Full[table.ClassOf[rack * RackTable.Slots + Slot]].Free) != 0;
    }

    private void Apply(RackTable table, int rack, ulong gpus, long cpu, long memory, bool taking)
    {
        var piece = new WorkerShape { Gpus = BitOperations.PopCount(gpus), GpuMilli = GpuMilli, CpuMilli = cpu, MemoryMiB = memory };
        table.ApplyRun(rack, [worker with { Gpus = gpus, GpuMilli = GpuMilli }], piece, taking);
    }
}
