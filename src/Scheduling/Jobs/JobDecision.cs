namespace Scheduling.Jobs;

/// <summary>What a command does to a job.</summary>
public abstract record JobDecision
{
    private JobDecision()
    {
    }

    /// <summary>The job becomes <paramref name="Next"/>, once that is durable.</summary>
    public sealed record Change(JobState Next) : JobDecision;

    /// <summary>It is so already, or the message is out of date: nothing to do, nothing wrong.</summary>
    public sealed record Nothing : JobDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>The job's phase does not allow it. <paramref name="Message"/> is for the user.</summary>
    public sealed record Refuse(string Message) : JobDecision;
}
