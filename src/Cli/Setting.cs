namespace Cli;

/// <param name="Value">Null when it is not set.</param>
/// <param name="Source">The flag, variable or file it is from.</param>
internal sealed record Setting(string? Value, string Source);
