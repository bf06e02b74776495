using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>Another node in place of one that a running attempt has lost.</summary>
public sealed partial class RackLedger
{
    /// <summary>
    /// All that the attempt has on this node goes to one other node of the rack that has nothing of it yet: what was together stays together, and the
    /// gang is as close as it was. The other node is of the same GPU model, so that quota is charged the same; of those with room the one with the least.
    /// Nothing: nobody of the attempt is there (any more).
    /// </summary>
    /// <param name="moves">How often the attempt had been moved here when that was asked for: what arrives late does nothing.</param>
    /// <param name="keepsDomain">Only within the node's NVLink domain.</param>
    public RackDecision DecideMove(AttemptId attempt, NodeId from, int moves, bool keepsDomain)
    {
        if (!_allocations.TryGetValue(attempt, out var allocation) || !allocation.Committed)
            return new RackDecision.Refuse($"{attempt} has nothing committed in {_rack}");
        if (allocation.Moves != moves || !_slotOf.TryGetValue(from, out var old) || !allocation.Workers.Any(w => w.Slot == old))
            return RackDecision.Nothing.Instance;
        var there = WorkerSlot.SlotsOf(allocation.Workers);
        var lost = _slots[old].Spec;
        var best = -1;
        ImmutableArray<WorkerSlot> taken = [];
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            var node = _slots[slot];
            if (((_schedulable >> slot) & 1) == 0 || ((there >> slot) & 1) != 0 || node.Spec.GpuModel != lost.GpuModel || (keepsDomain && node.Spec.Domain != lost.Domain)
                || (best >= 0 && FreeGpus(node) >= FreeGpus(_slots[best])) || Moved(allocation, old, slot) is not { } workers)
                continue;
            (best, taken) = (slot, workers);
        }

        return best < 0
            ? new RackDecision.Refuse($"no other node of {_rack} has room for what {attempt} has on {from}")
            : new RackDecision.Change(RackEntry.Moved(allocation with { Workers = taken, Moves = moves + 1 }));
    }

    private void Move(RackAllocation moved)
    {
        Invariant.Holds(
            _allocations.TryGetValue(moved.Attempt, out var before) && before.Committed && moved.Committed && before.Plan == moved.Plan && before.Workers.Length == moved.Workers.Length,
            "I7", $"{_rack}: {moved.Attempt} is moved, and has nothing of plan {moved.Plan} here");
        Remove(moved.Attempt);
        Add(moved);
        OfferVersion++;
    }

    /// <summary>The attempt's workers with those of one slot in another; null when that has no room for them.</summary>
    private ImmutableArray<WorkerSlot>? Moved(RackAllocation allocation, int from, int to)
    {
        var node = _slots[to];
        var workers = allocation.Workers.ToBuilder();
        List<int> taken = [];
        for (var i = 0; i < workers.Count && workers[i].Slot is var slot; i++)
        {
            if (slot != from)
                continue;
            var shape = allocation.Shapes[workers[i].Role];
            if (FreeFor(node, workers[i]) is not { } gpus)
                break;
            var worker = workers[i] with { Slot = to, Gpus = gpus };
            if (node.Refuses(worker, shape, allocation.Tenant) is not null)
                break;
            node.Take(worker, shape);
            workers[i] = worker;
            taken.Add(i);
        }

        foreach (var i in taken)
            node.Return(workers[i], allocation.Shapes[workers[i].Role]);
        return taken.Count == allocation.Workers.Count(w => w.Slot == from) ? workers.ToImmutable() : null;
    }

    /// <summary>As many GPUs as the worker has, with as much left of each, the lowest first; null when there are not so many.</summary>
    private static ulong? FreeFor(RackNode node, in WorkerSlot worker)
    {
        var (mask, wanted) = (0UL, BitOperations.PopCount(worker.Gpus));
        for (var gpu = 0; gpu < node.Spec.Gpus && wanted > 0; gpu++)
        {
            if (node.TakenOf(gpu) + worker.GpuMilli <= WorkerShape.WholeGpu)
            {
                mask |= 1UL << gpu;
                wanted--;
            }
        }

        return wanted == 0 ? mask : null;
    }

    private static int FreeGpus(RackNode node) => node.Spec.Gpus - BitOperations.PopCount(node.Taken.Gpus);
}
