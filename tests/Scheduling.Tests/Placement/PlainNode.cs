using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>One node of the twin: a counter per GPU and nothing clever.</summary>
internal sealed class PlainNode(NodeSpec spec)
{
    private readonly int[] used = new int[64];
    private readonly Dictionary<string, long> extended = spec.Extended.ToDictionary(e => e.Name, e => e.Count);

    public NodeSpec Spec { get; } = spec;

    public bool Schedulable { get; set; } = true;

    public long Cpu { get; private set; } = spec.CpuMilli;

    public long Memory { get; private set; } = spec.MemoryMiB;

    public long LeftOf(string name) => extended.GetValueOrDefault(name);

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
        foreach (var (name, count) in s.Extended) fit = Math.Min(fit, (empty ? Offers(name) : LeftOf(name)) / count);
        return (int)fit;
    }

    /// <summary>What rules a node without room out, in the order in which it is asked; one that would lack it when empty, too, is asked as if it were.</summary>
    public FilteredNodes Lacks(WorkerShape s)
    {
        var empty = Room(s, empty: true) == 0;
        int Left(int gpu) => empty ? 1000 : 1000 - used[gpu];
        var gpus = Enumerable.Range(0, Spec.Gpus).ToList();
        if (!s.GpuModels.IsEmpty && !s.GpuModels.Contains(Spec.GpuModel)) return new(PlacementConstraint.GpuModel, 0);
        if (!s.NodeSelector.All(l => Spec.Labels.Contains(l))) return new(PlacementConstraint.NodeSelector, 0);
        if (!Spec.Taints.All(t => s.Tolerations.Contains(t))) return new(PlacementConstraint.Taint, 0);
        if (s.Extended.Any(e => Offers(e.Name) < e.Count)) return new(PlacementConstraint.Extended, 0, s.Extended.First(e => Offers(e.Name) < e.Count).Name);
        if (!Schedulable) return new(PlacementConstraint.Unschedulable, 0);
        if (s.IsFractional && !gpus.Exists(g => Left(g) >= s.GpuMilli)) return new(PlacementConstraint.GpuFraction, 0);
        if (!s.IsFractional && gpus.Count(g => Left(g) == 1000) < s.Gpus) return new(PlacementConstraint.Gpu, 0);
        if ((empty ? Spec.CpuMilli : Cpu) < s.CpuMilli) return new(PlacementConstraint.Cpu, 0);
        if ((empty ? Spec.MemoryMiB : Memory) < s.MemoryMiB) return new(PlacementConstraint.Memory, 0);
        return new(PlacementConstraint.Extended, 0, s.Extended.First(e => LeftOf(e.Name) < e.Count).Name);
    }

    private long Offers(string name) => ExtendedResources.Of(Spec.Extended, name);

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
        foreach (var (name, count) in s.Extended)
        {
            extended[name] = LeftOf(name) - sign * count;
            Assert.InRange(extended[name], 0, Offers(name));
        }
    }
}
