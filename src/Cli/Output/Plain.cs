namespace Cli.Output;

/// <summary>Text of others on this terminal: control characters would move the cursor or change its title, so they are shown as '?'.</summary>
internal static class Plain
{
    /// <summary>One line without control characters.</summary>
    public static string Line(string? text) => string.IsNullOrEmpty(text) || !text.Any(IsUnsafe)
        ? text ?? ""
        : new string([.. text.Select(c => c is '\n' or '\r' or '\t' ? ' ' : IsUnsafe(c) ? '?' : c)]);

    /// <summary>Controls, and the marks that turn the direction of writing around.</summary>
    private static bool IsUnsafe(char c) => char.IsControl(c) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
