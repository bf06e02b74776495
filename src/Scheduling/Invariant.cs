using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

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

    /// <summary>The same; the message is only put together when the condition does not hold.</summary>
    public static void Holds(
        [DoesNotReturnIf(false)] bool holds, string number, [InterpolatedStringHandlerArgument(nameof(holds))] ref InvariantMessage message)
    {
        if (!holds)
        {
            throw new InvariantViolationException(number, message.ToString());
        }
    }
}

/// <summary>A message that costs nothing while the condition holds.</summary>
[InterpolatedStringHandler]
public ref struct InvariantMessage
{
    private DefaultInterpolatedStringHandler _text;

    public InvariantMessage(int literalLength, int formattedCount, bool holds, out bool needed)
    {
        needed = !holds;
        _text = needed ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public override string ToString() => _text.ToStringAndClear();
}

/// <summary>The program is about to break one of its promises. Never caught in the core.</summary>
[GenerateSerializer]
public sealed class InvariantViolationException(string number, string message) : Exception($"{number}: {message}")
{
    /// <summary>I1–I18.</summary>
    [Id(0)] public string Number { get; private set; } = number;
}
