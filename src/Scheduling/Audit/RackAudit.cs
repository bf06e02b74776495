using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Audit;

/// <summary>Checks a rack's own picture: invariant I1, recomputed from nothing but its allocations, and I8, that holds come to an end.</summary>
public static class RackAudit
{
    /// <summary>A hold that is overdue for longer is not being ended: its job was asked again and again by then.</summary>
    public static readonly TimeSpan MostOverdue = TimeSpan.FromMinutes(2);

    /// <returns>How many checks were made, and what is broken, each "I1: …".</returns>
    public static (long Checks, IReadOnlyList<string> Broken) Check(RackView view)
    {
        var report = new AuditReport();
        Check(view, report);
        return (report.Checks, [.. report.Words]);
    }

    /// <summary>I1: what is allocated fits what the nodes offer, GPU by GPU.</summary>
    public static void Check(RackView view, AuditReport report)
    {
        var nodes = view.Spec.Nodes;
        var cpu = new long[nodes.Length];
        var memory = new long[nodes.Length];
        var gpus = nodes.Select(n => new int[n.Gpus]).ToArray();
        var extended = nodes.Select(n => n.Extended.Select(e => e.Count).ToArray()).ToArray();
        var lacking = new bool[nodes.Length];
        foreach (var allocation in view.Allocations)
        {
            report.Count(allocation.Workers.Length);
            foreach (var worker in allocation.Workers)
            {
                if (worker.Slot >= nodes.Length || (worker.Gpus != 0 && 64 - BitOperations.LeadingZeroCount(worker.Gpus) > nodes[worker.Slot].Gpus))
                {
                    report.Find("I1", $"{allocation.Attempt} is on slot {worker.Slot} of {view.Spec.Rack}, on a node or GPU that is not there");
                    continue;
                }

                cpu[worker.Slot] += allocation.Shapes[worker.Role].CpuMilli;
                memory[worker.Slot] += allocation.Shapes[worker.Role].MemoryMiB;
                var asked = allocation.Shapes[worker.Role].Extended;
                ExtendedResources.Add(asked, nodes[worker.Slot].Extended, extended[worker.Slot], -1);
                lacking[worker.Slot] |= asked.Any(a => ExtendedResources.Of(nodes[worker.Slot].Extended, a.Name) == 0);
                for (var left = worker.Gpus; left != 0; left &= left - 1)
                {
                    gpus[worker.Slot][BitOperations.TrailingZeroCount(left)] += worker.GpuMilli;
                }
            }
        }

        for (var slot = 0; slot < nodes.Length; slot++)
        {
            report.Count(2 + gpus[slot].Length + extended[slot].Length);
            if (cpu[slot] > nodes[slot].CpuMilli || memory[slot] > nodes[slot].MemoryMiB || gpus[slot].Any(g => g > WorkerShape.WholeGpu)
                || lacking[slot] || extended[slot].Any(left => left < 0))
            {
                report.Find("I1", $"node {nodes[slot].Name} of {view.Spec.Rack} has more allocated than it offers");
            }
        }
    }

    /// <summary>I8: a hold whose lease ended long ago should have been committed or freed.</summary>
    public static void CheckLeases(RackView view, DateTimeOffset now, AuditReport report)
    {
        foreach (var hold in view.Allocations.Where(a => !a.Committed))
        {
            report.Count(1);
            if (now - hold.LeaseUntil > MostOverdue)
            {
                report.Find("I8", $"the hold of {hold.Attempt} (plan {hold.Plan}) on {view.Spec.Rack} ran out at {hold.LeaseUntil:O} and is neither committed nor freed");
            }
        }
    }
}
