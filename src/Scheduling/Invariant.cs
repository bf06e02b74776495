using System.Diagnostics.CodeAnalysis;

namespace Scheduling;

/// <summary>What must hold is asserted; a broken one stops the turn before anything is written.</summary>
public static class Invariant
{
    /// <param name="holds">The condition.</param>
    /// <param name="number">I1–I18, as docs/architecture.md lists them.</param>
    /// <param name="message">What was found, with names and numbers.</param>
    public static void Holds([DoesNotReturnIf(false)] bool holds, string number, string message)
    {
        if (!holds)
        {
            throw new InvariantViolationException(number, message);
        }
    }
}

/// <summary>The program is about to break one of its promises. Never caught in the core.</summary>
public sealed class InvariantViolationException(string number, string message) : Exception($"{number}: {message}")
{
    /// <summary>I1–I18.</summary>
    public string Number { get; } = number;
}
