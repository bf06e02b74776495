using Scheduling.Model;

namespace Scheduling.Audit;

/// <summary>Checks a rack's own picture: invariant I1, recomputed from nothing but its allocations.</summary>
public static class RackAudit
{
    /// <returns>How many checks were made, and what is broken, each "I1: …".</returns>
    public static (long Checks, IReadOnlyList<string> Broken) Check(RackView view)
    {
        List<string> broken = [];
        long checks = 0;
        var nodes = view.Spec.Nodes;
        var cpu = new long[nodes.Length];
        var memory = new long[nodes.Length];
        var gpus = nodes.Select(n => new int[n.Gpus]).ToArray();
        foreach (var allocation in view.Allocations)
        {
            foreach (var worker in allocation.Workers)
            {
                checks++;
                if (worker.Slot >= nodes.Length || (worker.Gpus != 0 && 64 - System.Numerics.BitOperations.LeadingZeroCount(worker.Gpus) > nodes[worker.Slot].Gpus))
                {
                    broken.Add($"I1: {allocation.Attempt} is on slot {worker.Slot} of {view.Spec.Rack}, on a node or GPU that is not there");
                    continue;
                }

                cpu[worker.Slot] += allocation.Shapes[worker.Role].CpuMilli;
                memory[worker.Slot] += allocation.Shapes[worker.Role].MemoryMiB;
                for (var left = worker.Gpus; left != 0; left &= left - 1)
                {
                    gpus[worker.Slot][System.Numerics.BitOperations.TrailingZeroCount(left)] += worker.GpuMilli;
                }
            }
        }

        for (var slot = 0; slot < nodes.Length; slot++)
        {
            checks += 2 + gpus[slot].Length;
            if (cpu[slot] > nodes[slot].CpuMilli || memory[slot] > nodes[slot].MemoryMiB || gpus[slot].Any(g => g > WorkerShape.WholeGpu))
            {
                broken.Add($"I1: node {nodes[slot].Name} of {view.Spec.Rack} has more allocated than it offers");
            }
        }

        return (checks, broken);
    }
}
