using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Scheduling;

/// <summary>Asserts what must hold (the table of invariants in docs/architecture.md), in every build.</summary>
public static class Invariant
{
    /// <summary>Throws unless <paramref name="condition"/>; the message is only made when it is needed.</summary>
    /// <param name="name">The invariant's number: "I1".</param>
    /// <exception cref="InvariantViolationException">It does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition, string name,
        [InterpolatedStringHandlerArgument(nameof(condition))] InvariantMessage message)
    {
        if (!condition)
            throw new InvariantViolationException($"{name} does not hold: {message.ToStringAndClear()}");
    }
}
