using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>One node of the twin: a counter per GPU and nothing clever.</summary>
internal sealed class PlainNode(NodeSpec spec)
{
    private readonly int[] used = new int[64];

    public NodeSpec Spec { get; } = spec;

    public bool Schedulable { get; set; } = true;

    public long Cpu { get; private set; } = spec.CpuMilli;

    public long Memory { get; private set; } = spec.MemoryMiB;

    public int LeftOf(int gpu) => 1000 - used[gpu];

    public int FreeWhole => Enumerable.Range(0, Spec.Gpus).Count(g => used[g] == 0);

    public long FreeMilli => Enumerable.Range(0, Spec.Gpus).Sum(g => 1000L - used[g]);

    public bool Allows(WorkerShape s) =>
        (s.GpuModels.IsEmpty || s.GpuModels.Contains(Spec.GpuModel))
        && s.NodeSelector.All(l => Spec.Labels.Contains(l)) && Spec.Taints.All(t => s.Tolerations.Contains(t));

    public int Room(WorkerShape s, bool empty = false)
    {
        if (!Allows(s) || (!empty && !Schedulable)) return 0;
        long fit = ushort.MaxValue;
        int Left(int gpu) => empty ? 1000 : 1000 - used[gpu];
        var gpus = Enumerable.Range(0, Spec.Gpus);
        if (s.IsFractional) fit = gpus.Sum(g => Left(g) / s.GpuMilli);
        else if (s.Gpus > 0) fit = gpus.Count(g => Left(g) == 1000) / s.Gpus;
        if (s.CpuMilli > 0) fit = Math.Min(fit, Math.Max(0, empty ? Spec.CpuMilli : Cpu) / s.CpuMilli);
        if (s.MemoryMiB > 0) fit = Math.Min(fit, Math.Max(0, empty ? Spec.MemoryMiB : Memory) / s.MemoryMiB);
        return (int)fit;
    }

    /// <summary>What rules a node without room out, in the order in which it is asked; one that would lack it when empty, too, is asked as if it were.</summary>
    public PlacementConstraint Lacks(WorkerShape s)
    {
        var empty = Room(s, empty: true) == 0;
        int Left(int gpu) => empty ? 1000 : 1000 - used[gpu];
        var gpus = Enumerable.Range(0, Spec.Gpus).ToList();
        if (!s.GpuModels.IsEmpty && !s.GpuModels.Contains(Spec.GpuModel)) return PlacementConstraint.GpuModel;
        if (!s.NodeSelector.All(l => Spec.Labels.Contains(l))) return PlacementConstraint.NodeSelector;
        if (!Spec.Taints.All(t => s.Tolerations.Contains(t))) return PlacementConstraint.Taint;
        if (!Schedulable) return PlacementConstraint.Unschedulable;
        if (s.IsFractional && !gpus.Exists(g => Left(g) >= s.GpuMilli)) return PlacementConstraint.GpuFraction;
        if (!s.IsFractional && gpus.Count(g => Left(g) == 1000) < s.Gpus) return PlacementConstraint.Gpu;
        return (empty ? Spec.CpuMilli : Cpu) < s.CpuMilli ? PlacementConstraint.Cpu : PlacementConstraint.Memory;
    }

    public void Add(WorkerSlot w, WorkerShape s, int sign)
    {
        Assert.Equal(s.Gpus, System.Numerics.BitOperations.PopCount(w.Gpus));
        Assert.Equal(s.GpuMilli, w.GpuMilli);
        for (var g = 0; g < 64; g++)
        {
            if ((w.Gpus >> g & 1) == 0) continue;
            Assert.True(g < Spec.Gpus, $"{Spec.Name} has no GPU {g}");
            used[g] += sign * w.GpuMilli;
            Assert.InRange(used[g], 0, 1000);
        }

        Cpu -= sign * s.CpuMilli;
        Memory -= sign * s.MemoryMiB;
        Assert.InRange(Cpu, 0, Spec.CpuMilli);
        Assert.InRange(Memory, 0, Spec.MemoryMiB);
    }
}
