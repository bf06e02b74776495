namespace Gateway.Kubernetes;

/// <summary>How a call to a cluster's API ended. What may happen is an answer; nothing is thrown.</summary>
internal abstract record ClusterAnswer<T>
{
    private ClusterAnswer()
    {
    }

    /// <summary>It was done, and this is how it stands.</summary>
    public sealed record Done(T Value) : ClusterAnswer<T>;

    /// <summary>There is no such object (any more).</summary>
    public sealed record NotFound : ClusterAnswer<T>;

    /// <summary>A precondition does not hold, or the name is taken: read and compare.</summary>
    public sealed record Conflict(string Why) : ClusterAnswer<T>;

    /// <summary>Too many calls; nothing was done.</summary>
    public sealed record Throttled(TimeSpan RetryAfter) : ClusterAnswer<T>, IPassing
    {
        TimeSpan? IPassing.After => RetryAfter;
    }

    /// <summary>It will never be done like this: not allowed, or not valid.</summary>
    public sealed record Refused(string Why) : ClusterAnswer<T>;

    /// <summary>No answer, or an error of the server: it may have been done, and may still be.</summary>
    public sealed record Unknown(string Why) : ClusterAnswer<T>, IPassing
    {
        TimeSpan? IPassing.After => null;
    }

    /// <summary>The same answer with another value.</summary>
    public ClusterAnswer<TOther> Map<TOther>(Func<T, TOther> map) => this switch
    {
        Done done => new ClusterAnswer<TOther>.Done(map(done.Value)),
        NotFound => new ClusterAnswer<TOther>.NotFound(),
        Conflict conflict => new ClusterAnswer<TOther>.Conflict(conflict.Why),
        Throttled throttled => new ClusterAnswer<TOther>.Throttled(throttled.RetryAfter),
        Refused refused => new ClusterAnswer<TOther>.Refused(refused.Why),
        Unknown unknown => new ClusterAnswer<TOther>.Unknown(unknown.Why),
        _ => throw new InvalidOperationException($"{this} is no answer"),
    };
}

/// <summary>An answer that says nothing for good: a read may be made again.</summary>
internal interface IPassing
{
    /// <summary>Not before this, if the server said so.</summary>
    TimeSpan? After { get; }
}
