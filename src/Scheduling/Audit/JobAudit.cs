using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Audit;

/// <summary>How a job is stored.</summary>
/// <param name="Held">Not for the pool to place: it waits for a time or for other jobs, or has no workers of its own.</param>
public readonly record struct JobRow(JobId Job, JobPhase Phase, int Attempt, bool Held);

/// <summary>
/// Holds stored jobs that have not ended against the pool: each is in exactly one of pending and running (I4). A job is stored before its pool
/// hears of it, and what a crash swallowed between the two is made good by the reconciler: until its next pass they may differ.
/// </summary>
public static class JobAudit
{
    public static void Check(JobRow row, PoolMachine machine, AuditReport report)
    {
        report.Count(1);
        if (!Agrees(row, machine.Find(new AttemptId(row.Job, row.Attempt))))
        {
            report.FindSlow("I4", $"job {row.Job} is {row.Phase} at attempt {row.Attempt}, and the pool has it as {machine.FindJob(row.Job)?.Stage.ToString() ?? "nothing"}");
        }
    }

    private static bool Agrees(JobRow row, PoolAttempt? attempt) => row.Phase switch
    {
        _ when row.Held => attempt is null or { EndWanted: true },
        JobPhase.Pending => attempt is { Stage: AttemptStage.Queued or AttemptStage.Placing },
        JobPhase.Suspended => attempt is null or { EndWanted: true },
        _ => attempt is { Stage: AttemptStage.Running, EndWanted: false },
    };
}
