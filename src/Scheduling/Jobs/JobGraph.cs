namespace Scheduling.Jobs;

/// <summary>The published graph of phases (see <see cref="JobPhase"/>). Invariant I6.</summary>
public static class JobGraph
{
    /// <summary>Phases that may follow <paramref name="from"/>.</summary>
    public static IReadOnlyList<JobPhase> Next(JobPhase from) => from switch
    {
        JobPhase.Pending => [JobPhase.Starting, JobPhase.Suspended, JobPhase.Cancelled, JobPhase.TimedOut],
        JobPhase.Starting => [JobPhase.Running, JobPhase.Stopping, JobPhase.Pending, JobPhase.Succeeded, JobPhase.Failed],
        JobPhase.Running => [JobPhase.Stopping, JobPhase.Pending, JobPhase.Succeeded, JobPhase.Failed],
        JobPhase.Stopping => [JobPhase.Pending, JobPhase.Suspended, JobPhase.Succeeded, JobPhase.Failed, JobPhase.Cancelled, JobPhase.TimedOut],
        JobPhase.Suspended => [JobPhase.Pending, JobPhase.Cancelled, JobPhase.TimedOut],
        _ => [],
    };

    /// <summary>True when the step is an edge of the graph, or no step at all.</summary>
    public static bool Allows(JobPhase from, JobPhase to) => from == to || Next(from).Contains(to);
}
