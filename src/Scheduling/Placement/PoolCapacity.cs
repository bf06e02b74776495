namespace Scheduling.Placement;

/// <summary>A pool's totals. "Free" is what new work could take: nodes that take new work and are not held as spares.</summary>
public readonly record struct PoolCapacity
{
    public int Nodes { get; init; }

    public int SchedulableNodes { get; init; }

    /// <summary>Physical GPUs of all nodes.</summary>
    public int Gpus { get; init; }

    /// <summary>GPU of all nodes, in thousandths of a GPU.</summary>
    public long GpuMilli => Gpus * 1000L;

    /// <summary>Physical GPUs of schedulable nodes.</summary>
    public int SchedulableGpus { get; init; }

    /// <summary>Free GPU in thousandths, whole GPUs and what is left of shared ones.</summary>
    public long FreeGpuMilli { get; init; }

    /// <summary>GPUs that nobody uses.</summary>
    public int FreeWholeGpus { get; init; }

    /// <summary>Nodes with at least one GPU, none of them used.</summary>
    public int FreeWholeNodes { get; init; }

    /// <summary>Free GPU in thousandths on nodes of which some GPU is used: lost to gangs of whole nodes.</summary>
    public long FragmentedGpuMilli { get; init; }

    /// <summary>Nodes held as spares: they could take work, but only in place of a node that failed. Not in the free figures.</summary>
    public int SpareNodes { get; init; }

    /// <summary>GPUs of the nodes held as spares.</summary>
    public int SpareGpus { get; init; }

    /// <summary>CPU of all nodes, thousandths of a core.</summary>
    public long CpuMilli { get; init; }

    public long FreeCpuMilli { get; init; }

    /// <summary>Memory of all nodes, MiB.</summary>
    public long MemoryMiB { get; init; }

    public long FreeMemoryMiB { get; init; }
}
