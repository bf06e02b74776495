using Scheduling.Pools;

namespace Scheduling.Audit;

/// <summary>Promises stand for attempts that wait, and only for a promise is anybody asked to go (I8, I9).</summary>
public static class PromiseAudit
{
    public static void Check(PoolMachine machine, AuditReport report)
    {
        report.Count(machine.Promises.Count);
        try
        {
            machine.CheckClaims();
        }
        catch (InvariantViolationException e)
        {
            report.Find(e.Number, e.Message[(e.Number.Length + 2)..]);
        }

        foreach (var attempt in machine.AttemptsAfter(null).Where(a => a is { Stage: AttemptStage.Running, StopWanted: false }))
        {
            report.Count(1);
            if (attempt.EvictedFor is { } preemptor && !machine.Promises.ContainsKey(preemptor))
            {
                report.Find("I9", $"{attempt.Id} is to make room for {preemptor}, which is promised nothing");
            }
            else if (attempt is { EvictedFor: null, CheckpointBy: { } by })
            {
                report.Find("I9", $"{attempt.Id} is to save its work and go by {by:O}, and nobody is promised its place");
            }
        }
    }
}
