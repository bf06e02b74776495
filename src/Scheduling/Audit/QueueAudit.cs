using Scheduling.Explain;
using Scheduling.Pools;

namespace Scheduling.Audit;

/// <summary>Nobody waits while it fits and may start (I11). Means something only while no transaction is under way.</summary>
public static class QueueAudit
{
    /// <param name="machine">The pool.</param>
    /// <param name="hasRoom">Would it be placed at once?</param>
    /// <param name="most">So many groups of like attempts are looked at: each may take a search.</param>
    /// <param name="report">Where it goes.</param>
    public static void Check(PoolMachine machine, Func<PoolAttempt, bool> hasRoom, int most, AuditReport report)
    {
        foreach (var attempt in machine.WaitingHeads.Take(most))
        {
            report.Count(1);
            var why = machine.ReasonOf(attempt);
            if (why == PendingReason.PendingEvaluation)
            {
                report.FindSlow("I11", $"{attempt.Id} waits to be looked at, and nothing is under way");
            }
            else if (machine.Promises.Count == 0 && why is PendingReason.Resources or PendingReason.TopologyPlacementFailed or PendingReason.NeverFits && hasRoom(attempt))
            {
                report.FindSlow("I11", $"{attempt.Id} waits for {why}, and has room");
            }
        }
    }
}
