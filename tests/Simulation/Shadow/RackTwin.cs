using System.Numerics;
using Scheduling.Model;
using Scheduling.Racks;

namespace Simulation.Shadow;

/// <summary>One rack's ledger, added up anew wherever something changes.</summary>
internal sealed class RackTwin(Shadows all, RackId rack)
{
    private readonly Dictionary<AttemptId, RackAllocation> _allocations = [];
    private readonly HashSet<NodeId> _withheld = [];
    private readonly HashSet<PlanRef> _released = [];
    private RackSpec _spec = new() { Rack = rack, Block = "", Nodes = [] };
    private ulong _retired;
    private long _epoch;

    public IReadOnlyDictionary<AttemptId, RackAllocation> Allocations => _allocations;

    public long Epoch => _epoch;

    /// <summary>Exactly these workers are held or allocated under this plan.</summary>
    public bool Has(PlanRef plan, RackSlice slice) =>
        _allocations.TryGetValue(plan.Attempt, out var a) && a.Plan == plan.Plan && a.Workers.SequenceEqual(slice.Workers);

    public bool Has(PlanRef plan) => _allocations.TryGetValue(plan.Attempt, out var a) && a.Plan == plan.Plan;

    public void Apply(RackEntry entry)
    {
        switch (entry.Kind)
        {
            case RackEntryKind.Attached:
                all.Holds(entry.Epoch > _epoch, "I13", () => $"{rack} obeyed epoch {_epoch} and then {entry.Epoch}");
                all.Holds(entry.Epoch <= all.Pool.Epoch, "I13", () => $"{rack} obeys epoch {entry.Epoch}, and the pool's journal knows {all.Pool.Epoch}");
                _epoch = entry.Epoch;
                break;
            case RackEntryKind.Held:
                Hold(entry.Allocation!);
                break;
            case RackEntryKind.Committed:
                Commit(entry.Plan);
                break;
            case RackEntryKind.Moved:
                Move(entry.Allocation!);
                break;
            case RackEntryKind.Released:
                Release(entry.Plan);
                break;
            case RackEntryKind.Offered:
                (_spec, _retired) = (entry.Spec!, entry.Retired);
                break;
            case RackEntryKind.SchedulableSet:
                _ = entry.Schedulable ? _withheld.Remove(entry.Node) : _withheld.Add(entry.Node);
                break;
        }
    }

    /// <summary>Somebody holds something on the node.</summary>
    private bool Uses(NodeId node)
    {
        for (var slot = 0; slot < _spec.Nodes.Length; slot++)
        {
            if (_spec.Nodes[slot].Name == node)
            {
                return _allocations.Values.Any(a => a.Workers.Any(w => w.Slot == slot));
            }
        }

        return false;
    }

    private void Hold(RackAllocation hold)
    {
        var plan = new PlanRef(hold.Attempt, hold.Plan);
        var before = _allocations.GetValueOrDefault(hold.Attempt);
        all.Holds(!hold.Committed && !hold.Workers.IsEmpty, "I8", () => $"{rack}: {plan} is held with {hold.Workers.Length} workers, committed: {hold.Committed}");
        all.Holds(!_released.Contains(plan), "I8", () => $"{rack}: {plan} is held again after its release");
        all.Holds(before is null || (!before.Committed && before.Plan <= hold.Plan), "I8", () => $"{rack}: {plan} is held in place of plan {before!.Plan}, committed: {before.Committed}");
        all.Holds(
            all.Pool.PlacementOf(plan) is { } intent && intent.Racks.Any(r => r.Rack == rack && r.Workers.SequenceEqual(hold.Workers)), "I7",
            () => $"{rack}: {plan} is held, and the pool's journal has no such plan");
        _allocations[hold.Attempt] = hold;
        foreach (var worker in hold.Workers)
        {
            CheckWorker(hold, worker, isNew: before?.Plan != hold.Plan);
        }
    }

    private void Move(RackAllocation moved)
    {
        var before = _allocations.GetValueOrDefault(moved.Attempt);
        all.Holds(
            before is { Committed: true } && before.Plan == moved.Plan && before.Workers.Select(w => (w.Role, w.Rank)).SequenceEqual(moved.Workers.Select(w => (w.Role, w.Rank))), "I7",
            () => $"{rack}: {moved.Attempt} is moved under plan {moved.Plan}, and had other workers before");
        _allocations[moved.Attempt] = moved;
        foreach (var worker in moved.Workers.Where(w => before?.Workers.Contains(w) != true))
        {
            CheckWorker(moved, worker, isNew: true);
        }
    }

    private void CheckWorker(RackAllocation hold, WorkerSlot worker, bool isNew)
    {
        if (worker.Slot >= _spec.Nodes.Length || _spec.Nodes[worker.Slot].IsVacant)
        {
            all.Holds(false, "I10", () => $"{rack}: {hold.Attempt} is held on slot {worker.Slot}, where no node is");
            return;
        }

        var (node, shape) = (_spec.Nodes[worker.Slot], hold.Shapes[worker.Role]);
        all.Holds(
            BitOperations.PopCount(worker.Gpus) == shape.Gpus && (shape.Gpus == 0 || worker.GpuMilli == shape.GpuMilli), "I7",
            () => $"{rack}: rank {worker.Rank} of {hold.Attempt} has {BitOperations.PopCount(worker.Gpus)} GPUs, {worker.GpuMilli} thousandths of each, and asked for {shape.Gpus} and {shape.GpuMilli}");
        if (!isNew)
        {
            return;
        }

        all.Holds(
            all.Racks.FirstOrDefault(o => o != this && o.Uses(node.Name)) is null, "I1", () => $"{rack}: {hold.Attempt} is held on {node.Name}, which is in use in another rack too");
        all.Holds(!_withheld.Contains(node.Name) && (_retired >> worker.Slot & 1) == 0, "I10", () => $"{rack}: {hold.Attempt} is held on {node.Name}, which takes no new work");
        CheckNode(worker.Slot, node, () => $"{rack}: with {hold.Attempt}");
    }

    /// <summary>I1, for one node, from all allocations.</summary>
    private void CheckNode(int slot, NodeSpec node, Func<string> when)
    {
        Span<int> milli = stackalloc int[64];
        long cpu = 0, memory = 0;
        SortedDictionary<string, long> extended = new(StringComparer.Ordinal);
        foreach (var allocation in _allocations.Values)
        {
            foreach (var worker in allocation.Workers)
            {
                if (worker.Slot != slot)
                {
                    continue;
                }

                cpu += allocation.Shapes[worker.Role].CpuMilli;
                memory += allocation.Shapes[worker.Role].MemoryMiB;
                foreach (var (name, count) in allocation.Shapes[worker.Role].Extended)
                {
                    extended[name] = extended.GetValueOrDefault(name) + count;
                }

                for (var left = worker.Gpus; left != 0; left &= left - 1)
                {
                    milli[BitOperations.TrailingZeroCount(left)] += worker.GpuMilli;
                }
            }
        }

        all.Holds(cpu <= node.CpuMilli && memory <= node.MemoryMiB, "I1", () => $"{when()} {node.Name} has {cpu} of {node.CpuMilli} thousandths of a core and {memory} of {node.MemoryMiB} MiB taken");
        foreach (var (name, taken) in extended)
        {
            var offered = ExtendedResources.Of(node.Extended, name);
            all.Holds(taken <= offered, "I1", () => $"{when()} {node.Name} has {taken} of {offered} {name} taken");
        }

        for (var gpu = 0; gpu < milli.Length; gpu++)
        {
            var (taken, number) = (milli[gpu], gpu);
            all.Holds(taken <= (gpu < node.Gpus ? WorkerShape.WholeGpu : 0), "I1", () => $"{when()} {node.Name} has {taken} thousandths of GPU {number} taken, of {node.Gpus} GPUs");
        }
    }

    private void Commit(PlanRef plan)
    {
        all.Holds(Has(plan), "I8", () => $"{rack}: commit of {plan}, which is not held");
        all.Holds(all.Jobs.WasCommitted(plan), "I2", () => $"{rack}: commit of {plan}, which its job never committed");
        if (_allocations.TryGetValue(plan.Attempt, out var hold))
        {
            _allocations[plan.Attempt] = hold with { Committed = true };
        }
    }

    private void Release(PlanRef plan)
    {
        _released.Add(plan);
        if (!Has(plan))
        {
            return;
        }

        all.Holds(!all.Jobs.IsCommitted(plan), "I8", () => $"{rack}: {plan} is released while its job holds it");
        _allocations.Remove(plan.Attempt);
    }
}
