using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>How a call to the cloud's API ended. What may happen is an answer; nothing is thrown.</summary>
internal abstract record CloudAnswer<T>
{
    private CloudAnswer()
    {
    }

    public sealed record Done(T Value) : CloudAnswer<T>;

    /// <summary>There is no such thing (any more).</summary>
    public sealed record NotFound : CloudAnswer<T>;

    /// <summary>412, or 409: it was changed since it was read, or is being changed. Read again.</summary>
    public sealed record Changed : CloudAnswer<T>;

    /// <summary>429: too many calls; nothing was done.</summary>
    public sealed record Throttled(TimeSpan RetryAfter) : CloudAnswer<T>;

    /// <summary>The cloud said no, at once.</summary>
    public sealed record Failed(ScaleFailure Failure, string Message) : CloudAnswer<T>;

    /// <summary>No answer, or an error of the server: it may have been done, and may still be.</summary>
    public sealed record Unknown(string Why) : CloudAnswer<T>;
}
