namespace Scheduling;

/// <summary>Counts the checks of one owner (a grain, a simulation), for its view and its metrics.</summary>
public sealed class InvariantCounter
{
    public long Checks { get; private set; }

    public long Failures { get; private set; }

    /// <summary>Runs a check that throws when an invariant is broken; counts it either way and lets the exception through.</summary>
    public void Run(Action check)
    {
        Checks++;
        try
        {
            check();
        }
        catch (InvariantViolationException)
        {
            Failures++;
            throw;
        }
    }
}
