namespace Scheduling;

/// <summary>Something that must hold did not: a bug here, never the caller's fault. What was being done must not be kept.</summary>
[GenerateSerializer]
public sealed class InvariantViolationException : Exception
{
    public InvariantViolationException()
    {
    }

    public InvariantViolationException(string message)
        : base(message)
    {
    }

    public InvariantViolationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
