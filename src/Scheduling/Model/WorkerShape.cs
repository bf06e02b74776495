using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>What one worker needs of one node.</summary>
[GenerateSerializer, Immutable]
public sealed record WorkerShape
{
    /// <summary>CPU in thousandths of a core. ≥ 0.</summary>
    [Id(0)] public required long CpuMilli { get; init; }

    /// <summary>Memory in MiB. ≥ 0.</summary>
    [Id(1)] public required long MemoryMiB { get; init; }

    /// <summary>How many GPUs. 0 for a CPU-only worker; at most 64.</summary>
    [Id(2)] public required int Gpus { get; init; }

    /// <summary>How much of each GPU, in thousandths: 1000 for whole ones; 1–999 only when <see cref="Gpus"/> is 1.</summary>
    [Id(3)] public int GpuMilli { get; init; } = WholeGpu;

    /// <summary>GPU models it may run on, best first; empty means any whole GPU. A part of a GPU is asked for by name: "A100-80GB/1g.10gb".</summary>
    [Id(4)] public ImmutableArray<string> GpuModels { get; init; } = [];

    /// <summary>Labels its node must carry.</summary>
    [Id(5)] public ImmutableArray<Label> NodeSelector { get; init; } = [];

    /// <summary>Node taints it tolerates; "*" for any value, see <see cref="Tolerance"/>.</summary>
    [Id(6)] public ImmutableArray<Label> Tolerations { get; init; } = [];

    /// <summary>What it needs beside these, by name: see <see cref="ExtendedResources"/>.</summary>
    [Id(7)] public ImmutableArray<ExtendedAmount> Extended { get; init; } = [];

    /// <summary>Required node affinity: any one of these; empty: every node.</summary>
    [Id(8)] public ImmutableArray<NodeTerm> NodeTerms { get; init; } = [];

    /// <summary>Thousandths in a whole GPU.</summary>
    public const int WholeGpu = 1000;

    /// <summary>True when it takes part of one GPU.</summary>
    public bool IsFractional => Gpus == 1 && GpuMilli < WholeGpu;

    /// <summary>All its GPU in thousandths.</summary>
    public long TotalGpuMilli => (long)Gpus * GpuMilli;

    public bool Equals(WorkerShape? other) =>
        other is not null && CpuMilli == other.CpuMilli && MemoryMiB == other.MemoryMiB && Gpus == other.Gpus && GpuMilli == other.GpuMilli
        && GpuModels.SequenceEqual(other.GpuModels) && NodeSelector.SequenceEqual(other.NodeSelector) && Tolerations.SequenceEqual(other.Tolerations)
        && Extended.SequenceEqual(other.Extended) && NodeTerms.SequenceEqual(other.NodeTerms);

    public override int GetHashCode() => HashCode.Combine(CpuMilli, MemoryMiB, Gpus, GpuMilli, GpuModels.Length, NodeSelector.Length, Extended.Length, HashCode.Combine(Tolerations.Length, NodeTerms.Length));
}

/// <summary>A key and value on a node: a label, a taint, or the toleration of one.</summary>
[GenerateSerializer, Immutable]
public readonly record struct Label([property: Id(0)] string Key, [property: Id(1)] string Value)
{
    public override string ToString() => $"{Key}={Value}";
}
