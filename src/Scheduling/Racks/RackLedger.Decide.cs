using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>What commands would do: looks, changes nothing.</summary>
public sealed partial class RackLedger
{
    /// <summary>May a pool of this epoch command the rack? A higher one than seen takes over; an older one is refused.</summary>
    public RackDecision DecideEpoch(long epoch)
    {
        if (epoch < Epoch && Guards.Hold(Guard.RackEpoch))
            return new RackDecision.Refuse($"epoch {epoch} is older than {Epoch}, which has taken over");
        return epoch == Epoch ? RackDecision.Nothing.Instance : new RackDecision.Change(RackEntry.Attached(epoch));
    }

    /// <summary>
    /// All workers of an attempt in this rack, or none (I1: no GPU, core or MiB twice, and only what the node offers now). The same plan
    /// again is granted; a newer plan replaces its attempt's hold.
    /// </summary>
    public RackDecision DecideHold(RackAllocation hold)
    {
        var plan = new PlanRef(hold.Attempt, hold.Plan);
        if (_released.Contains(plan))
            return new RackDecision.Refuse($"{plan} was released here already");
        _allocations.TryGetValue(hold.Attempt, out var existing);
        if (existing is not null && (existing.Committed || existing.Plan >= hold.Plan))
            return DecideRepeatedHold(hold, existing);
        RackDecision? refusal = RefusesForm(hold) ?? RefusesRoom(hold, existing);
        return refusal ?? new RackDecision.Change(RackEntry.Held(hold));
    }

    /// <summary>Refused when the plan is not held here: nobody may take it anew, its job has been fenced off from it.</summary>
    public RackDecision DecideCommit(PlanRef plan)
    {
        if (!_allocations.TryGetValue(plan.Attempt, out var hold) || hold.Plan != plan.Plan)
            return new RackDecision.Refuse($"{plan} is not held here");
        return hold.Committed ? RackDecision.Nothing.Instance : new RackDecision.Change(RackEntry.Committed(plan));
    }

    /// <summary>
    /// Never refused. A release that comes before its hold (messages overtake each other) is remembered, so that the hold is refused;
    /// one of an older plan than the present hold's is out of date.
    /// </summary>
    public RackDecision DecideRelease(PlanRef plan)
    {
        var isOver = _allocations.TryGetValue(plan.Attempt, out var existing)
            ? (existing.Plan > plan.Plan && Guards.Hold(Guard.ReleaseOfItsPlan)) || (existing.Plan < plan.Plan && _released.Contains(plan))
            : _released.Contains(plan);
        return isOver ? RackDecision.Nothing.Instance : new RackDecision.Change(RackEntry.Released(plan));
    }

    /// <summary>From the node: does it take new work? Remembered also for nodes that the rack does not have (yet, or any more).</summary>
    public RackDecision DecideSchedulable(NodeId node, bool schedulable) =>
        _withheld.Contains(node) == !schedulable
            ? RackDecision.Nothing.Instance
            : new RackDecision.Change(RackEntry.SchedulableSet(node, schedulable));

    private static RackDecision DecideRepeatedHold(RackAllocation hold, RackAllocation existing)
    {
        if (existing.Plan > hold.Plan)
            return new RackDecision.Refuse($"attempt {hold.Attempt} is held by the newer plan {existing.Plan}");
        if (existing.Plan < hold.Plan)
            return new RackDecision.Refuse($"attempt {hold.Attempt} is committed by plan {existing.Plan}");
        if (!existing.Workers.AsSpan().SequenceEqual(hold.Workers.AsSpan()) || !existing.Shapes.AsSpan().SequenceEqual(hold.Shapes.AsSpan()))
            return new RackDecision.Refuse($"plan {hold.Plan} of attempt {hold.Attempt} holds other workers here");
        return existing.Committed || existing.LeaseUntil >= hold.LeaseUntil
            ? RackDecision.Nothing.Instance
            : new RackDecision.Change(RackEntry.Held(hold));
    }

    private RackDecision.Refuse? RefusesForm(RackAllocation hold)
    {
        if (hold.Workers.IsDefaultOrEmpty || hold.Committed)
            return new RackDecision.Refuse($"attempt {hold.Attempt} holds no workers here");
        foreach (ref readonly var worker in hold.Workers.AsSpan())
        {
            if ((uint)worker.Slot >= (uint)_slots.Count)
                return new RackDecision.Refuse($"{_rack} has no slot {worker.Slot}");
            if (WorkerFit.RefusesSlot(worker, hold.Shapes) is { } reason)
                return new RackDecision.Refuse(reason);
        }

        return null;
    }

    /// <summary>Tries the workers one after the other, for they share nodes, and puts everything back.</summary>
    private RackDecision.Refuse? RefusesRoom(RackAllocation hold, RackAllocation? replaced)
    {
        if (replaced is not null)
            Undo(replaced, replaced.Workers.Length);
        RackDecision.Refuse? refusal = null;
        var taken = 0;
        foreach (ref readonly var worker in hold.Workers.AsSpan())
        {
            var shape = hold.Shapes[worker.Role];
            var node = _slots[worker.Slot];
            if (node.Refuses(worker, shape, hold.Tenant) is { } reason)
            {
                refusal = new RackDecision.Refuse($"{_rack} slot {worker.Slot}: {reason}");
                break;
            }

            node.Take(worker, shape);
            taken++;
        }

        Undo(hold, taken);
        if (replaced is not null)
        {
            foreach (ref readonly var worker in replaced.Workers.AsSpan())
                _slots[worker.Slot].Take(worker, replaced.Shapes[worker.Role]);
        }

        return refusal;
    }

    private void Undo(RackAllocation allocation, int workers)
    {
        foreach (ref readonly var worker in allocation.Workers.AsSpan()[..workers])
            _slots[worker.Slot].Return(worker, allocation.Shapes[worker.Role]);
    }
}
