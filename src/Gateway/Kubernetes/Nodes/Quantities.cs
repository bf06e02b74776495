using System.Globalization;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Amounts as Kubernetes writes them: "1500m", "64Gi", "1e3", "0.5".</summary>
internal static class Quantities
{
    /// <summary>The largest amount there is: larger ones mean this.</summary>
    public const decimal Most = long.MaxValue;

    /// <summary>Exactly what is written, at most <see cref="Most"/>; null when it is no quantity.</summary>
    public static decimal? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' || (end == 0 && text[end] is '+' or '-')))
        {
            end++;
        }

        if (Factor(text.AsSpan(end)) is not { } factor
            || !decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        // Compared first, for the product may be more than a decimal holds.
        return Math.Abs(number) > Most / factor ? Math.Sign(number) * Most : number * factor;
    }

    /// <summary>In thousandths, rounded up.</summary>
    public static long Milli(decimal amount) => amount >= Most / 1000 ? long.MaxValue : (long)Math.Ceiling(amount * 1000);

    /// <summary>In whole units, rounded up.</summary>
    public static long Whole(decimal amount) => amount >= Most ? long.MaxValue : (long)Math.Ceiling(amount);

    private static decimal? Factor(ReadOnlySpan<char> suffix) => suffix switch
    {
        "" => 1m,
        "n" => 0.000_000_001m,
        "u" => 0.000_001m,
        "m" => 0.001m,
        "k" => 1_000m,
        "M" => 1_000_000m,
        "G" => 1_000_000_000m,
        "T" => 1_000_000_000_000m,
        "P" => 1_000_000_000_000_000m,
        "E" => 1_000_000_000_000_000_000m,
        "Ki" => 1L << 10,
        "Mi" => 1L << 20,
        "Gi" => 1L << 30,
        "Ti" => 1L << 40,
        "Pi" => 1L << 50,
        "Ei" => 1L << 60,
        ['e' or 'E', .. var exponent] => Power(exponent),
        _ => null,
    };

    private static decimal? Power(ReadOnlySpan<char> exponent)
    {
        if (!int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || power is < -18 or > 18)
        {
            return null;
        }

        var factor = 1m;
        for (var i = 0; i < Math.Abs(power); i++)
        {
            factor *= 10;
        }

        return power < 0 ? 1 / factor : factor;
    }
}
