using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// Where a gang goes, in memory that is used again for the next: nothing is allocated once it has grown. Belongs to one caller at a time.
/// </summary>
public sealed class PlacementBuffer
{
    private WorkerSlot[] workers = [];
    private Slice[] slices = [];

    /// <summary>All workers, slice by slice.</summary>
    public ReadOnlySpan<WorkerSlot> Workers => workers.AsSpan(0, WorkerCount);

    public int WorkerCount { get; private set; }

    /// <summary>Runs of workers of one role in one rack. A rack may have several.</summary>
    public int SliceCount { get; private set; }

    internal ImmutableArray<RoleSpec> Roles { get; set; } = [];

    /// <summary>Writes into this buffer for the index that used it last.</summary>
    internal GangPlacer? Placer { get; set; }

    /// <summary>The layout in which the slices' rack positions hold.</summary>
    internal int LayoutEpoch { get; set; }

    public RackId RackOf(int slice) => slices[slice].Id;

    public ReadOnlySpan<WorkerSlot> WorkersOf(int slice) => workers.AsSpan(slices[slice].Start, slices[slice].Count);

    /// <summary>The placement as a value that lasts.</summary>
    public GangPlacement ToPlacement()
    {
        var ordered = slices.AsSpan(0, SliceCount);
        var distinct = true;
        for (var i = 1; i < ordered.Length && distinct; i++) distinct = ordered[i].Rack > ordered[i - 1].Rack;
        if (!distinct) MemoryExtensions.Sort(ordered, (a, b) => a.Rack != b.Rack ? a.Rack.CompareTo(b.Rack) : a.Start.CompareTo(b.Start));
        var racks = 0;
        for (var i = 0; i < ordered.Length; i++) racks += i == 0 || ordered[i].Rack != ordered[i - 1].Rack ? 1 : 0;
        var result = new RackSlice[racks];
        for (int i = 0, rack = 0; i < ordered.Length; rack++)
        {
            var first = i;
            var count = 0;
            for (; i < ordered.Length && ordered[i].Rack == ordered[first].Rack; i++) count += ordered[i].Count;
            var merged = GC.AllocateUninitializedArray<WorkerSlot>(count);
            for (int j = first, at = 0; j < i; at += ordered[j].Count, j++)
                workers.AsSpan(ordered[j].Start, ordered[j].Count).CopyTo(merged.AsSpan(at));
            result[rack] = new RackSlice { Rack = ordered[first].Id, Workers = ImmutableCollectionsMarshal.AsImmutableArray(merged) };
        }

        return new GangPlacement { Racks = ImmutableCollectionsMarshal.AsImmutableArray(result) };
    }

    internal void Clear() => (WorkerCount, SliceCount) = (0, 0);

    internal ref readonly Slice SliceAt(int slice) => ref slices[slice];

    /// <summary>Room for a run of workers, to be filled by the caller and then ended with <see cref="Commit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<WorkerSlot> Reserve(int count)
    {
        if (WorkerCount + count > workers.Length) Array.Resize(ref workers, Math.Max(workers.Length * 2, WorkerCount + count));
        return workers.AsSpan(WorkerCount, count);
    }

    /// <summary>Ends a run: adds it to the rack's last slice when that is of the same role.</summary>
    internal void Commit(int rack, RackId id, int role, int count)
    {
        if (count == 0) return;
        if (SliceCount > 0)
        {
            ref var last = ref slices[SliceCount - 1];
            if (last.Rack == rack && last.Role == role)
            {
                last.Count += count;
                WorkerCount += count;
                return;
            }
        }

        if (SliceCount == slices.Length) Array.Resize(ref slices, Math.Max(1, slices.Length * 2));
        slices[SliceCount++] = new Slice { Rack = rack, Role = role, Start = WorkerCount, Count = count, Id = id };
        WorkerCount += count;
    }

    /// <summary>Forgets the slices from a mark on, after their capacity was given back.</summary>
    internal void Truncate(int slice)
    {
        if (slice >= SliceCount) return;
        WorkerCount = slices[slice].Start;
        SliceCount = slice;
    }

    internal struct Slice
    {
        public int Rack;
        public int Role;
        public int Start;
        public int Count;
        public RackId Id;
    }
}
