namespace Gateway.Hollow;

/// <summary>What has happened to an attempt's hollow workers. Everything in it has been reported.</summary>
internal sealed record HollowRun
{
    /// <summary>When the assignment was first seen.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When all workers had started; null when they have not.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When a worker failed; null when none did.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>When the wish to stop was first seen; null when there is none.</summary>
    public DateTimeOffset? StopSeenAt { get; init; }

    /// <summary>When their work was saved last; null when it never was.</summary>
    public DateTimeOffset? SavedAt { get; init; }

    /// <summary>When the wish for a checkpoint was first seen; null when there is none.</summary>
    public DateTimeOffset? SaveAskedAt { get; init; }

    /// <summary>They ended by themselves with success.</summary>
    public bool Succeeded { get; init; }

    /// <summary>When "no worker is left" was reported last; null when it was not.</summary>
    public DateTimeOffset? GoneAt { get; init; }
}
