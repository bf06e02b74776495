namespace Scheduling.Ledger;

/// <summary>Thousandths of a GPU in each use at one moment. What is in none of them is idle.</summary>
[GenerateSerializer, Immutable]
public readonly record struct GpuLevels
{
    /// <summary>All GPUs there are.</summary>
    [Id(0)] public long Capacity { get; init; }

    [Id(1)] public long Productive { get; init; }

    [Id(2)] public long Startup { get; init; }

    /// <summary>Running already known to be in vain.</summary>
    [Id(3)] public long Lost { get; init; }

    [Id(4)] public long Held { get; init; }

    [Id(5)] public long Fragmented { get; init; }

    [Id(6)] public long Unhealthy { get; init; }

    public long Idle => Capacity - Productive - Startup - Lost - Held - Fragmented - Unhealthy;

    public long this[GpuUse use] => use switch
    {
        GpuUse.Productive => Productive,
        GpuUse.Startup => Startup,
        GpuUse.Lost => Lost,
        GpuUse.Held => Held,
        GpuUse.Fragmented => Fragmented,
        GpuUse.Unhealthy => Unhealthy,
        GpuUse.Idle => Idle,
        _ => throw new ArgumentOutOfRangeException(nameof(use)),
    };
}
