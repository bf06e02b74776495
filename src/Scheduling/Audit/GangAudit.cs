using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Audit;

/// <summary>Holds a rack against the pool: what the pool has committed the rack has, on the planned nodes, and the other way round (I2, I7, I8).</summary>
public static class GangAudit
{
    /// <param name="machine">The pool.</param>
    /// <param name="view">What the rack says itself.</param>
    /// <param name="isUnderWay">Commits that this rack has not heard of yet.</param>
    /// <param name="report">Where it goes.</param>
    public static void Check(PoolMachine machine, RackView view, Func<PoolAttempt, bool> isUnderWay, AuditReport report)
    {
        report.Count(view.Allocations.Length);
        var (missing, strangers) = machine.Compare(view);
        foreach (var attempt in missing.Where(a => !isUnderWay(a)))
        {
            report.Find("I2", $"{attempt.Id} (plan {attempt.Plan}) runs, but rack {view.Spec.Rack} has no such allocation");
        }

        foreach (var stranger in strangers)
        {
            report.Find("I8", $"rack {view.Spec.Rack} has {stranger.Attempt} (plan {stranger.Plan}) allocated, which the pool does not know");
        }

        foreach (var allocation in view.Allocations)
        {
            if (machine.Find(allocation.Attempt) is { Placement: { } placement } attempt && attempt.Plan == allocation.Plan && !IsPlanned(placement, view.Spec.Rack, allocation))
            {
                report.Find("I7", $"{attempt.Id} (plan {attempt.Plan}) has other workers on rack {view.Spec.Rack} than were planned");
            }
        }
    }

    private static bool IsPlanned(GangPlacement placement, RackId rack, RackAllocation allocation) =>
        placement.Racks.FirstOrDefault(s => s.Rack == rack) is { } slice && slice.Workers.AsSpan().SequenceEqual(allocation.Workers.AsSpan());
}
