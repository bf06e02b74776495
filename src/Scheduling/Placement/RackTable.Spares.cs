using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Nodes held back from ordinary work, and NVLink domains inside racks: what most pools have none of.</summary>
internal sealed partial class RackTable
{
    private int racksWithDomains;
    private int spareNodes;
    private int spareGpus;
    private bool lending;

    /// <summary>Nodes that were told to take new work.</summary>
    public ulong[] Told { get; private set; } = [];

    /// <summary>Nodes held as spares now: a function of the rack's state alone, whatever happened before.</summary>
    public ulong[] Held { get; private set; } = [];

    /// <summary>How many spares each rack is to hold.</summary>
    public byte[] Spares { get; private set; } = [];

    /// <summary>Nodes that have GPUs.</summary>
    public ulong[] GpuNodes { get; private set; } = [];

    /// <summary>The value of <see cref="SpecEpoch"/> at which each rack's nodes last changed.</summary>
    public int[] SpecVersion { get; private set; } = [];

    /// <summary>Each rack's NVLink domains as node masks, by first slot; null where the rack is one domain.</summary>
    public ulong[]?[] Domains { get; private set; } = [];

    /// <summary>False while every rack is one NVLink domain.</summary>
    public bool HasDomains => racksWithDomains > 0;

    public int SpareNodes => spareNodes;

    public long SpareGpuMilli => spareGpus * 1000L;

    /// <summary>The rack's domains, at least one.</summary>
    public ReadOnlySpan<ulong> DomainsOf(int rack) => Domains[rack] is { } several ? several : new ReadOnlySpan<ulong>(in WholeRack);

    private static readonly ulong WholeRack = ulong.MaxValue;

    /// <summary>
    /// Chooses the nodes that the rack holds as spares: of those with GPUs and nothing on them the last by slot. As many as it is to
    /// hold, less one for each GPU node that takes no work: that one is what the spare is for.
    /// </summary>
    public void HoldSpares(int rack)
    {
        if (lending) return;
        var wanted = Spares[rack] == 0 ? 0 : Spares[rack] - BitOperations.PopCount(GpuNodes[rack] & ~Told[rack]);
        var held = Last(Told[rack] & GpuNodes[rack] & Pristine[rack], wanted);
        if (held != Held[rack]) Hold(rack, held);
    }

    /// <summary>The nodes that the rack would hold were all of it empty and ready.</summary>
    public ulong SparesWhenEmpty(int rack) => Last(GpuNodes[rack], Spares[rack]);

    private static ulong Last(ulong nodes, int count)
    {
        var last = 0UL;
        for (; count > 0 && nodes != 0; count--)
        {
            var one = 1UL << BitOperations.Log2(nodes);
            last |= one;
            nodes ^= one;
        }

        return last;
    }

    /// <summary>Opens the spares of some racks (a mask of nodes each, 0 for none) to placement, or holds what there then is of them again.</summary>
    public void LendSpares(bool lend, ReadOnlySpan<ulong> racks)
    {
        lending = lend;
        for (var rack = 0; rack < racks.Length; rack++)
        {
            if (racks[rack] == 0 || Spares[rack] == 0) continue;
            if (!lend) HoldSpares(rack);
            else if (Held[rack] != 0) Hold(rack, 0);
        }
    }

    private void Hold(int rack, ulong held)
    {
        var changed = held ^ Held[rack];
        for (var rest = changed; rest != 0; rest &= rest - 1) Unlist(rack, BitOperations.TrailingZeroCount(rest));
        Held[rack] = held;
        Schedulable[rack] = Told[rack] & ~held;
        for (var rest = changed; rest != 0; rest &= rest - 1) List(rack, BitOperations.TrailingZeroCount(rest));
        Log.Append(rack, changed);
    }

    /// <summary>True when the rack's domains changed.</summary>
    private bool SetDomains(int rack, RackSpec spec)
    {
        var old = Domains[rack];
        ulong[]? now = null;
        foreach (var node in spec.Nodes)
        {
            if (node.Domain.Length == 0) continue;
            now = [.. spec.Nodes.Select((n, slot) => (n.Domain, Slot: slot, Exists: !NodeClasses.IsEmptySlot(n))).Where(n => n.Exists)
                .GroupBy(n => n.Domain, StringComparer.Ordinal).Select(g => g.Aggregate(0UL, (mask, n) => mask | 1UL << n.Slot))];
            if (now.Length < 2) now = null;
            break;
        }

        racksWithDomains += (now is null ? 0 : 1) - (old is null ? 0 : 1);
        Domains[rack] = now;
        return !(old ?? []).AsSpan().SequenceEqual(now ?? []);
    }

    private void RearrangeExtras(List<int> order)
    {
        Told = Permuted(Told, order, 1);
        Held = Permuted(Held, order, 1);
        Spares = Permuted(Spares, order, 1);
        GpuNodes = Permuted(GpuNodes, order, 1);
        SpecVersion = Permuted(SpecVersion, order, 1);
        Domains = Permuted(Domains, order, 1);
    }

    private void CountSpare(int node, int sign)
    {
        spareNodes += sign;
        spareGpus += sign * BitOperations.PopCount(Classes.Full[ClassOf[node]].Free);
    }
}
