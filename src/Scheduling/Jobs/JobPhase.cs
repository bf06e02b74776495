namespace Scheduling.Jobs;

/// <summary>
/// Where a job is. The published graph:
/// <code>
/// Pending → Starting → Running → Succeeded | Failed
/// Starting | Running → Stopping → Pending (retry, eviction) | Suspended | Cancelled | TimedOut | Failed | Succeeded
/// Pending ⇄ Suspended;  Pending | Suspended → Cancelled | TimedOut (the deadline cannot be met any more)
/// </code>
/// A job that waits for other jobs or backs off after a failure is Pending too: see <see cref="JobState.IsHeld"/>.
/// Stopping lasts until the world has confirmed that no worker of the attempt is left: only then is anything freed.
/// </summary>
[GenerateSerializer]
public enum JobPhase
{
    Pending = 0,
    Starting = 1,
    Running = 2,
    Stopping = 3,
    Suspended = 4,
    Succeeded = 5,
    Failed = 6,
    Cancelled = 7,
    TimedOut = 8,
}

/// <summary>What phases mean for others.</summary>
public static class JobPhases
{
    /// <summary>An ended job stays ended.</summary>
    public static bool IsEnded(this JobPhase phase) => phase >= JobPhase.Succeeded;

    /// <summary>The attempt has a committed placement.</summary>
    public static bool HoldsResources(this JobPhase phase) => phase is JobPhase.Starting or JobPhase.Running or JobPhase.Stopping;
}
