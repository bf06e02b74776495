using System.Globalization;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Labels' values as names of pools, blocks and racks: lower-case letters, digits and '-'.</summary>
internal static class NodeNames
{
    private const int MaxLength = 40;

    /// <summary>
    /// The value itself where it is such a name. Otherwise what is left of it, with a digest of the whole behind, so that two values never become one name.
    /// </summary>
    public static string Plain(string value)
    {
        if (value.Length is > 0 and <= MaxLength && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && value[0] != '-' && value[^1] != '-')
        {
            return value;
        }

        var digest = value.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u));
        var plain = new string([.. value.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-').Take(MaxLength)]).Trim('-');
        return string.Create(CultureInfo.InvariantCulture, $"{(plain.Length == 0 ? "x" : plain)}-{digest & 0xffff:x4}");
    }

    /// <summary>The rack that is the <paramref name="index"/>th, from 1, of those that <paramref name="place"/> is split into.</summary>
    public static string Rack(RackPlace place, int index) =>
        place.IsNamed && index == 1 ? place.Name : string.Create(CultureInfo.InvariantCulture, $"{place.Name}-r{index:00}");

    /// <summary>Is this one of the racks that the place is split into?</summary>
    public static bool IsRackOf(string rack, RackPlace place)
    {
        if (rack == place.Name)
        {
            return place.IsNamed;
        }

        var tail = rack.Length > place.Name.Length + 2 && rack.StartsWith(place.Name, StringComparison.Ordinal) ? rack.AsSpan(place.Name.Length) : default;
        return tail is ['-', 'r', .. var number] && number.IndexOfAnyExceptInRange('0', '9') < 0;
    }
}

/// <summary>Where a node's labels put it within its pool: in a rack that they name, or among nodes of its kind that racks are made of.</summary>
internal readonly record struct RackPlace(string Name, bool IsNamed);
