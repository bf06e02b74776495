using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Pools;

/// <summary>
/// Groups that have no room and whose workers are alike, give or take a factor of two in CPU, memory and extended resources: one question to the index
/// ("is there room for the smallest of you, rounded down?") answers for all of them when the answer is no.
/// </summary>
internal sealed class RoomClass(GangRequest key)
{
    /// <summary>Groups looked at, and groups woken, in the pool's order and again by size, each time capacity grew.</summary>
    private const int MostSeen = 32;
    private const int MostWoken = 8;

    private readonly SortedSet<PendingGroup> _byHead = new(PendingGroup.ByHead);
    private readonly SortedSet<PendingGroup> _bySize = new(SizeOrder.Instance);
    private PendingGroup? _cursor;

    public GangRequest Key { get; } = key;

    public int Count => _bySize.Count;

    /// <summary>What a group of this request asks for at least: its most demanding role alone, rounded down.</summary>
    public static GangRequest ProbeOf(GangRequest request)
    {
        var main = request.Roles[0];
        foreach (var role in request.Roles)
        {
            if (role.Shape.TotalGpuMilli > main.Shape.TotalGpuMilli || (role.Shape.TotalGpuMilli == main.Shape.TotalGpuMilli && role.Count > main.Count))
            {
                main = role;
            }
        }

        return request with { Roles = [main with { Name = "", Shape = Floor(main.Shape), MaxCount = 0, Slices = null, AntiAffinity = null }], Topology = request.Topology with { Preferred = TopologyLevel.None } };
    }

    /// <summary>What all groups of a probe's class have in common.</summary>
    public static GangRequest KeyOf(GangRequest probe) => probe with { Roles = [probe.Roles[0] with { Count = 1 }] };

    public void Add(PendingGroup group)
    {
        _byHead.Add(group);
        _bySize.Add(group);
    }

    public void Remove(PendingGroup group)
    {
        if (group.Waiting.Count > 0)
        {
            _byHead.Remove(group);
        }

        _bySize.Remove(group);
        if (ReferenceEquals(_cursor, group))
        {
            _cursor = null;
        }
    }

    /// <summary>The head of the group is about to change, or has changed.</summary>
    public void HeadLeaves(PendingGroup group) => _byHead.Remove(group);

    public void HeadEnters(PendingGroup group) => _byHead.Add(group);

    /// <summary>
    /// Groups worth trying again: the first few in the pool's order, and a few more in turn, so that each is tried some day however many
    /// there are. <paramref name="rest"/>: some were left for the next time.
    /// </summary>
    public ImmutableArray<PendingGroup> Worth(Func<GangRequest, bool> couldFit, out bool rest)
    {
        rest = false;

        // Their probes differ in the number of workers alone: what fits and what does not is known on either side of what was asked.
        var (fits, fails) = (0, int.MaxValue);
        if (!Fits(_bySize.Min!))
        {
            return [];
        }

        var worth = _byHead.Take(MostSeen).Where(Fits).Take(MostWoken).ToHashSet();
        var from = _cursor ?? _bySize.Min!;
        foreach (var group in _bySize.GetViewBetween(from, _bySize.Max!).Take(MostSeen))
        {
            _cursor = group;
            if (worth.Count >= 2 * MostWoken)
            {
                break;
            }

            if (!Fits(group))
            {
                // Whoever is larger does not fit either.
                _cursor = null;
                break;
            }

            worth.Add(group);
        }

        if (ReferenceEquals(_cursor, _bySize.Max))
        {
            _cursor = null;
        }

        rest = worth.Count < Count;
        return [.. worth.OrderBy(g => g.Number)];

        bool Fits(PendingGroup group)
        {
            var count = group.Probe!.Roles[0].Count;
            if (count > fits && count < fails)
            {
                (fits, fails) = couldFit(group.Probe) ? (count, fails) : (fits, count);
            }

            return count <= fits;
        }
    }

    private static WorkerShape Floor(WorkerShape shape) => shape with
    {
        CpuMilli = Floor(shape.CpuMilli),
        MemoryMiB = Floor(shape.MemoryMiB),
        GpuMilli = shape.IsFractional ? (int)Floor(shape.GpuMilli) : shape.GpuMilli,
        Extended = [.. shape.Extended.Select(e => e with { Count = Floor(e.Count) })],
    };

    private static long Floor(long amount) => amount <= 0 ? 0 : 1L << BitOperations.Log2((ulong)amount);

    private sealed class SizeOrder : IComparer<PendingGroup>
    {
        public static SizeOrder Instance { get; } = new();

        public int Compare(PendingGroup? x, PendingGroup? y)
        {
            var bySize = x!.Probe!.Roles[0].Count.CompareTo(y!.Probe!.Roles[0].Count);
            return bySize != 0 ? bySize : x.Number.CompareTo(y.Number);
        }
    }
}
