using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Gateway.Http;

/// <summary>What a conditional header says.</summary>
internal enum ConditionKind
{
    Absent,
    Any,
    Version,
    Malformed,
}

/// <summary>A parsed If-Match or If-None-Match.</summary>
internal readonly record struct Condition(ConditionKind Kind, long Version = 0);

/// <summary>Our ETags are an object's version in quotes, always strong.</summary>
internal static class ETags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>For writing: one strong tag of ours, or *.</summary>
    public static Condition ParseIfMatch(StringValues header)
    {
        if (header.Count == 0)
            return new(ConditionKind.Absent);
        if (header.Count > 1)
            return new(ConditionKind.Malformed);
        var text = header[0].AsSpan().Trim();
        if (text is "*")
            return new(ConditionKind.Any);
        return TryVersion(text, out var version) ? new(ConditionKind.Version, version) : new(ConditionKind.Malformed);
    }

    /// <summary>For reading: does any of the listed tags name this version? Tags that are not ours simply don't match.</summary>
    public static bool NoneMatchHits(StringValues header, long version)
    {
        foreach (var line in header)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var tag = line.AsSpan()[range].Trim();
                if (tag is "*")
                    return true;
                if (tag.StartsWith("W/", StringComparison.Ordinal))
                    tag = tag[2..];
                if (TryVersion(tag, out var known) && known == version)
                    return true;
            }
        }

        return false;
    }

    private static bool TryVersion(ReadOnlySpan<char> tag, out long version)
    {
        version = 0;
        return tag.Length > 2 && tag[0] == '"' && tag[^1] == '"'
            && long.TryParse(tag[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }
}
