using System.Globalization;
using Gateway.Contracts;

namespace Cli.Input;

/// <summary>Amounts as people write them, into the units of the contracts. Strict: what cannot be meant exactly is refused.</summary>
internal static class Quantity
{
    /// <summary>Cores ("8", "0.5") or thousandths ("500m") into thousandths of a core.</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static long CpuMilli(string what, string text)
    {
        var milli = text.EndsWith('m') ? Number(text[..^1]) : Number(text) * 1000;
        return Whole(milli, Limits.MaxCpuMilli)
            ?? throw CliException.Usage($"{what} is \"{text}\"; write cores like 8 or 0.5, or thousandths like 500m, up to {Limits.MaxCpuMilli / 1000} cores");
    }

    /// <summary>"512Mi", "64Gi" or "1.5Ti" into MiB.</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static long MemoryMiB(string what, string text)
    {
        var mib = text switch
        {
            [.. var n, 'M', 'i'] => Number(n),
            [.. var n, 'G', 'i'] => Number(n) * 1024,
            [.. var n, 'T', 'i'] => Number(n) * 1024 * 1024,
            _ => null,
        };
        return Whole(mib, Limits.MaxMemoryMiB)
            ?? throw CliException.Usage($"{what} is \"{text}\"; write a whole number of MiB with its unit, like 512Mi, 64Gi or 1Ti, up to {Limits.MaxMemoryMiB}Mi");
    }

    /// <summary>A whole number within limits.</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static long Integer(string what, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw CliException.Usage($"{what} is \"{text}\"; write a whole number from {least} to {most}");

    /// <summary>Digits with at most one point: no sign, no exponent, no NaN. Null when it is not one.</summary>
    private static decimal? Number(string text) =>
        text.Length is > 0 and <= 20
        && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static long? Whole(decimal? value, long most) =>
        value is { } v && v >= 0 && v <= most && v == decimal.Truncate(v) ? (long)v : null;
}
