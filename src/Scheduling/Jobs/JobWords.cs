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
}

/// <summary>What a backend saw of an attempt's workers. Absolute: sending it again changes nothing.</summary>
public readonly record struct WorkerReport(int Attempt, bool AllStarted, bool AllSucceeded, string? Failure, bool Gone);
