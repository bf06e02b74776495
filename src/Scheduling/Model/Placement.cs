using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>Where every worker of an attempt goes, rack by rack.</summary>
[GenerateSerializer, Immutable]
public sealed record GangPlacement
{
    [Id(0)] public required ImmutableArray<RackSlice> Racks { get; init; }

    public int TotalWorkers => Racks.Sum(r => r.Workers.Length);
}

/// <summary>A gang's part in one rack.</summary>
[GenerateSerializer, Immutable]
public sealed record RackSlice
{
    [Id(0)] public required RackId Rack { get; init; }

    [Id(1)] public required ImmutableArray<WorkerSlot> Workers { get; init; }
}

/// <summary>
/// One worker on one node. <paramref name="Role"/> is the index in the spec's roles; <paramref name="Rank"/> is gang-wide, from 0;
/// <paramref name="Slot"/> is the node's slot in its rack; <paramref name="Gpus"/> has a bit per GPU;
/// <paramref name="GpuMilli"/> is taken of each of them (1000 = whole).
/// </summary>
[GenerateSerializer, Immutable]
public readonly record struct WorkerSlot(
    [property: Id(0)] int Role,
    [property: Id(1)] int Rank,
    [property: Id(2)] int Slot,
    [property: Id(3)] ulong Gpus,
    [property: Id(4)] int GpuMilli)
{
    /// <summary>The nodes of these workers, all of one rack: a bit per slot.</summary>
    public static ulong SlotsOf(ImmutableArray<WorkerSlot> workers)
    {
        var slots = 0UL;
        foreach (ref readonly var worker in workers.AsSpan())
        {
            slots |= 1UL << worker.Slot;
        }

        return slots;
    }
}
