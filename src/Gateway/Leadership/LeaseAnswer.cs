namespace Gateway.Leadership;

/// <summary>What a lease store says.</summary>
internal abstract record LeaseAnswer
{
    private LeaseAnswer()
    {
    }

    /// <summary>This is, or has become, the record.</summary>
    public sealed record Is(LeaseRecord Record, string Version) : LeaseAnswer;

    /// <summary>There is none.</summary>
    public sealed record Missing : LeaseAnswer;

    /// <summary>The record was changed since; nothing was written.</summary>
    public sealed record Changed : LeaseAnswer;

    /// <summary>No answer, an error, too many requests: a write may or may not have been made.</summary>
    public sealed record Unknown(string Why) : LeaseAnswer;
}
