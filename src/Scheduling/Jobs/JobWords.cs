using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>Stable words for what happened in a job's timeline.</summary>
public static class JobEventType
{
    public const string Submitted = "Submitted";
    public const string Placed = "Placed";
    public const string Fenced = "Fenced";
    public const string Started = "Started";
    public const string Stopping = "Stopping";
    public const string Requeued = "Requeued";
    public const string Suspended = "Suspended";
    public const string Ended = "Ended";

    /// <summary>Asked to save its work and make room.</summary>
    public const string PreemptionAsked = "PreemptionAsked";

    /// <summary>The room is needed no longer; the attempt goes on.</summary>
    public const string PreemptionCalledOff = "PreemptionCalledOff";

    /// <summary>Its work was saved because it was asked to.</summary>
    public const string Checkpointed = "Checkpointed";

    /// <summary>Another number of replicas is wanted.</summary>
    public const string Scaled = "Scaled";

    /// <summary>It waited outside the queue, and has been let in.</summary>
    public const string Released = "Released";

    /// <summary>Workers that failed are started again where they were; the others run on.</summary>
    public const string MembersRestarted = "MembersRestarted";

    /// <summary>Workers were started in place of those that were lost with their node; the others run on.</summary>
    public const string MembersReplaced = "MembersReplaced";
}

/// <summary>What a job owes its pool.</summary>
public enum PoolDuty
{
    /// <summary>The pool knows all it needs.</summary>
    None = 0,

    /// <summary>The present attempt waits for a placement; older ones are over.</summary>
    Enqueue = 1,

    /// <summary>The present attempt's workers are to be stopped.</summary>
    Stop = 2,

    /// <summary>Neither the present attempt nor an older one is wanted.</summary>
    Ended = 3,

    /// <summary>The present attempt's workers are to save their work, and are stopped afterwards.</summary>
    Checkpoint = 4,

    /// <summary>The present attempt is not to be queued yet; older ones are over.</summary>
    Hold = 5,
}

/// <summary>What a backend saw of an attempt's workers. Absolute: sending it again changes nothing.</summary>
/// <param name="Class">What kind of failure <paramref name="Failure"/> is.</param>
/// <param name="CheckpointedAt">When their work was last saved; null when that is not known.</param>
/// <param name="Fence">The leadership under which the backend acts; 0 where there is only ever one backend.</param>
/// <param name="Binding">Asks whether these workers may be bound; null: it does not ask.</param>
/// <param name="Replaces">With <paramref name="Binding"/>: the workers that were bound before, some of which have failed and are over; null: none were.</param>
/// <param name="Vacant">With <paramref name="Binding"/>: so many workers are given up with their nodes, and none is bound in their place by this.</param>
/// <param name="Lost">Of workers that nobody can make again: why they will never be whole (again), for people; null while they may be.</param>
public readonly record struct WorkerReport(
    int Attempt, bool AllStarted, bool AllSucceeded, string? Failure, bool Gone, FailureClass Class = FailureClass.Application,
    DateTimeOffset? CheckpointedAt = null, long Fence = 0, string? Binding = null, string? Replaces = null, string? Lost = null, int Vacant = 0);
