using System.Globalization;

namespace Cli.Input;

/// <summary>Times as people write them: 90s, 15m, 2h, 1d, 1h30m, 02:30:00 or 1-12:00:00.</summary>
internal static class Duration
{
    private const string Help = "write a time like 90s, 15m, 2h, 1d, 1h30m or 1-12:00:00";

    /// <summary>More than 0 and up to <paramref name="most"/>; 365 days when not given.</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static TimeSpan Parse(string what, string text, TimeSpan? most = null)
    {
        var limit = most ?? TimeSpan.FromSeconds(Gateway.Contracts.Limits.MaxDurationSeconds);
        var seconds = text.Contains(':', StringComparison.Ordinal) ? Clock(text) : Units(text);
        if (seconds is not { } value)
        {
            throw CliException.Usage($"{what} is \"{text}\"; {Help}");
        }

        return value > 0 && value <= (decimal)limit.TotalSeconds
            ? TimeSpan.FromTicks((long)(value * TimeSpan.TicksPerSecond))
            : throw CliException.Usage(string.Create(CultureInfo.InvariantCulture, $"{what} is \"{text}\"; it must be above 0 and at most {limit.TotalSeconds:0} seconds"));
    }

    public static TimeSpan ParseOr(string what, string? text, TimeSpan otherwise) => text is null ? otherwise : Parse(what, text);

    /// <summary>Whole seconds, as the server counts.</summary>
    public static long? Seconds(string what, string? text)
    {
        if (text is null)
        {
            return null;
        }

        var time = Parse(what, text);
        return time.Ticks % TimeSpan.TicksPerSecond == 0
            ? time.Ticks / TimeSpan.TicksPerSecond
            : throw CliException.Usage($"{what} is \"{text}\"; write whole seconds");
    }

    private static decimal? Units(string text)
    {
        decimal total = 0;
        var last = decimal.MaxValue;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || text[i] == '.')
            {
                continue;
            }

            var (unit, length) = text.AsSpan(i) switch
            {
                ['m', 's', ..] => (0.001m, 2),
                ['s', ..] => (1m, 1),
                ['m', ..] => (60m, 1),
                ['h', ..] => (3600m, 1),
                ['d', ..] => (86400m, 1),
                _ => (0m, 0),
            };

            // Units go from large to small, each once: 1h30m, not 30m1h.
            if (length == 0 || unit >= last || i - start > 12
                || !decimal.TryParse(text.AsSpan(start, i - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            total += number * unit;
            last = unit;
            start = i + length;
            i = start - 1;
        }

        return start == text.Length && text.Length > 0 ? total : null;
    }

    private static decimal? Clock(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var parts = text[(dash + 1)..].Split(':');
        if (parts.Length != 3 || (dash >= 0 && !Whole(text[..dash], 9999, out _)))
        {
            return null;
        }

        var days = dash >= 0 && Whole(text[..dash], 9999, out var d) ? d : 0;
        return Whole(parts[0], dash >= 0 ? 23 : 9999, out var hours) && Whole(parts[1], 59, out var minutes) && Whole(parts[2], 59, out var seconds)
            ? (days * 86400m) + (hours * 3600m) + (minutes * 60m) + seconds
            : null;
    }

    private static bool Whole(string text, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;
}
