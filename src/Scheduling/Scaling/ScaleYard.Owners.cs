using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Scaling;

/// <content>Whose machines are whose: a gang may use what is everybody's, and its own.</content>
internal sealed partial class ScaleYard
{
    private readonly Dictionary<NodeId, AttemptId> _owners;

    /// <summary>Machines of gangs that are being placed: free for others to count on, but for those that they are placed on.</summary>
    private readonly HashSet<NodeId> _settling;

    /// <summary>Gangs that wait for machines, by their place in the order.</summary>
    private readonly Dictionary<AttemptId, int> _places;

    /// <summary>Racks with machines that are kept for somebody.</summary>
    private readonly List<YardRack> _kept;

    /// <summary>From now on the gang's own machines may be used, and no others' own.</summary>
    public void Serve(AttemptId gang)
    {
        foreach (var rack in _kept)
        {
            rack.Mine = MaskOf(rack, owner => owner == gang);
            Switch(rack, rack.Usable);
        }
    }

    /// <summary>
    /// Takes room for the gang from what is switched on, with the machines in it that were bought for it; null: there is none, and nothing was taken.
    /// </summary>
    public Taking? TryTake(GangRequest request) => _index.TryPlace(request, _buffer) ? Taken() : null;

    /// <summary>
    /// As <see cref="TryTake"/>, with machines of other gangs that wait, in exchange for as many of its own: they came so that its own alone do not make
    /// up the rack or block that it requires.
    /// </summary>
    public Taking? TryExchange(AttemptId gang, GangRequest request)
    {
        var own = _kept.Sum(r => BitOperations.PopCount(r.Mine));
        if (own == 0)
        {
            return null;
        }

        foreach (var rack in _kept)
        {
            rack.Mine = MaskOf(rack, _places.ContainsKey);
            Switch(rack, rack.Usable);
        }

        if (!_index.TryPlace(request, _buffer))
        {
            Serve(gang);
            return null;
        }

        var placement = _buffer.ToPlacement();
        int kept = 0, others = 0;
        foreach (var (rack, slots) in placement.Racks.Select(s => (_racks[s.Rack], WorkerSlot.SlotsOf(s.Workers))))
        {
            var mine = MaskOf(rack, owner => owner == gang);
            kept += BitOperations.PopCount(slots & mine);
            others += BitOperations.PopCount(slots & rack.Owned & ~mine);
        }

        if (others > own - kept)
        {
            _index.Release(_buffer);
            Serve(gang);
            return null;
        }

        return Taken();
    }

    /// <summary>It has what it needs: what it has beyond that is everybody's.</summary>
    public void LetGo(AttemptId gang)
    {
        foreach (var rack in _kept)
        {
            var rest = MaskOf(rack, owner => owner == gang) & ~rack.Taken;
            rack.Owned &= ~rest;
            rack.Usable |= rest;
            rack.Mine = 0;
            Switch(rack, rack.Usable);
        }
    }

    private Taking Taken()
    {
        var placement = _buffer.ToPlacement();
        var (bought, waits) = (new List<NodeId>(), false);
        foreach (var slice in placement.Racks)
        {
            var rack = _racks[slice.Rack];
            var slots = WorkerSlot.SlotsOf(slice.Workers);
            rack.Taken |= slots;
            waits |= (slots & ~rack.Idle) != 0;
            bought.AddRange(SlotsOf(slots & (rack.Bought | rack.Owned)).Select(s => rack.Spec.Nodes[s].Name));
        }

        bought.Sort((a, b) => string.CompareOrdinal(a.Value, b.Value));
        return new Taking(bought, waits);
    }

    private static ulong MaskOf(YardRack rack, Func<AttemptId, bool> isHis)
    {
        var mask = 0UL;
        foreach (var slot in SlotsOf(rack.Owned))
        {
            mask |= isHis(rack.Owners[slot]) ? 1UL << slot : 0;
        }

        return mask;
    }

    /// <summary>What a gang took.</summary>
    /// <param name="Bought">Machines that were bought, in name order: its own, and those that have just come or are coming.</param>
    /// <param name="Waits">Not all of it is there yet.</param>
    public readonly record struct Taking(List<NodeId> Bought, bool Waits);
}
