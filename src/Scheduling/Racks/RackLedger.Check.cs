using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>The ledger counted anew, from its allocations alone.</summary>
public sealed partial class RackLedger
{
    /// <summary>Recounts everything and compares (I1, I8). For tests, the simulation, and now and then in a running rack.</summary>
    /// <exception cref="InvariantViolationException">A counter is wrong, or something is given twice.</exception>
    public void CheckInvariants()
    {
        var cpu = new long[_slots.Count];
        var memory = new long[_slots.Count];
        var workers = new int[_slots.Count];
        var milli = new int[_slots.Count, MaxGpus];
        Dictionary<(int Slot, string Name), long> extended = [];
        foreach (var (attempt, allocation) in _allocations)
        {
            Invariant.Holds(attempt == allocation.Attempt && allocation.Committed != _held.Contains(attempt), "I8", $"{_rack}: {attempt} is filed wrongly");
            foreach (var worker in allocation.Workers)
            {
                var shape = allocation.Shapes[worker.Role];
                cpu[worker.Slot] += shape.CpuMilli;
                memory[worker.Slot] += shape.MemoryMiB;
                workers[worker.Slot]++;
                foreach (var (name, count) in shape.Extended)
                    extended[(worker.Slot, name)] = extended.GetValueOrDefault((worker.Slot, name)) + count;
                for (var gpu = 0; gpu < MaxGpus; gpu++)
                    milli[worker.Slot, gpu] += ((worker.Gpus >> gpu) & 1) != 0 ? worker.GpuMilli : 0;
            }
        }

        Invariant.Holds(_held.All(_allocations.ContainsKey), "I8", $"{_rack}: a hold without an allocation");
        for (var slot = 0; slot < _slots.Count; slot++)
            CheckSlot(slot, cpu[slot], memory[slot], workers[slot], gpu => milli[slot, gpu]);
        CheckExtended(extended);
    }

    private void CheckExtended(Dictionary<(int Slot, string Name), long> recounted)
    {
        foreach (var ((slot, name), taken) in recounted)
            Invariant.Holds(_slots[slot].TakenOf(name) == taken, "I1", $"{_rack} slot {slot}: {name} counted {_slots[slot].TakenOf(name)}, recounted {taken}");
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            foreach (var name in _slots[slot].TakenExtended)
                Invariant.Holds(recounted.ContainsKey((slot, name)), "I1", $"{_rack} slot {slot}: {name} is counted and nobody has it");
        }
    }

    private void CheckSlot(int slot, long cpu, long memory, int workers, Func<int, int> milli)
    {
        var node = _slots[slot];
        var name = $"{_rack} slot {slot} {node.Spec.Name}";
        Invariant.Holds(node.Taken.CpuMilli == cpu && node.Taken.MemoryMiB == memory && node.Workers == workers, "I1", $"{name}: counted {node.Taken}, recounted {cpu}, {memory}");
        for (var gpu = 0; gpu < MaxGpus; gpu++)
        {
            var taken = milli(gpu);
            Invariant.Holds(taken is >= 0 and <= WorkerShape.WholeGpu, "I1", $"{name}: {taken} thousandths of GPU {gpu}");
            Invariant.Holds(node.TakenOf(gpu) == taken && (((node.Taken.Gpus >> gpu) & 1) != 0) == (taken > 0), "I1", $"{name}: GPU {gpu} counted {node.TakenOf(gpu)}, recounted {taken}");
        }

        Invariant.Holds(!node.Spec.IsVacant || workers == 0, "I1", $"{name}: workers without a node");
        Invariant.Holds(!node.Retired || workers > 0, "I8", $"{name}: retired, and nothing keeps it");
        Invariant.Holds((((_schedulable >> slot) & 1) != 0) == node.TakesNewWork, "I10", $"{name}: schedulable bit is wrong");
        Invariant.Holds(((_schedulable >> slot) & 1) == 0 || !_withheld.Contains(node.Spec.Name), "I10", $"{name}: takes new work and was told not to");
        Invariant.Holds(node.Spec.IsVacant || _slotOf.GetValueOrDefault(node.Spec.Name, -1) == slot, "I1", $"{name}: not found by name");
    }
}
