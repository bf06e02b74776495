using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Audit;

/// <summary>A job at rest.</summary>
/// <param name="Workers">Of its whole gang; 0 for a job that only stands for its parts.</param>
public readonly record struct JobAtRest(AttemptId Attempt, JobPhase Phase, int Workers)
{
    /// <summary>Workers that it must have on racks now.</summary>
    public int Wanted => Phase.HoldsResources() ? Workers : 0;
}

/// <summary>When nothing is under way: jobs, racks and quota tell the same story, and nothing is held for nobody (I2, I3, I8).</summary>
public static class RestAudit
{
    public static void Check(IEnumerable<RackView> racks, IEnumerable<QuotaCharge> charges, IEnumerable<JobAtRest> jobs, AuditReport report)
    {
        Dictionary<AttemptId, int> held = [];
        foreach (var rack in racks)
        {
            RackAudit.Check(rack, report);
            foreach (var allocation in rack.Allocations)
            {
                held[allocation.Attempt] = held.GetValueOrDefault(allocation.Attempt) + allocation.Workers.Length;
                if (!allocation.Committed)
                {
                    report.Find("I8", $"{allocation.Attempt} is held on {rack.Spec.Rack} and nobody commits it");
                }
            }
        }

        var charged = charges.Select(c => c.Attempt).ToHashSet();
        foreach (var job in jobs)
        {
            report.Count(2);
            held.Remove(job.Attempt, out var workers);
            if (workers != job.Wanted)
            {
                report.Find("I2", $"{job.Attempt} is {job.Phase} with {workers} of {job.Workers} workers");
            }

            var isCharged = charged.Remove(job.Attempt);
            if (isCharged != job.Wanted > 0)
            {
                report.Find("I3", $"{job.Attempt} is {job.Phase}, charged: {isCharged}");
            }
        }

        foreach (var attempt in held.Keys)
        {
            report.Find("I8", $"{attempt} holds GPUs and no running job owns it");
        }

        foreach (var attempt in charged)
        {
            report.Find("I3", $"{attempt} is charged and no running job owns it");
        }
    }
}
