namespace Gateway.Hollow;

/// <summary>What names an inventory may give. They become grain keys and parts of URLs, so they are plain.</summary>
internal static class InventoryNames
{
    public const int MaxLength = 63;

    /// <summary>Lower-case letters, digits and '-', as pools, blocks and racks are named.</summary>
    public static bool IsName(string? value) =>
        value is { Length: > 0 and <= MaxLength } && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1])
        && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>As machines are named: lower-case letters, digits, '-' and '.', at most 253.</summary>
    public static bool IsNodeName(string? value) =>
        value is { Length: > 0 and <= 253 } && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1])
        && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');

    /// <summary>
    /// As GPU models are written by their makers: letters, digits, '-', '_' and '.'; where they are partitioned, '/' and the MIG profile follow.
    /// </summary>
    public static bool IsModel(string? value) =>
        value is { Length: > 0 and <= MaxLength } && value.Split('/') is { Length: <= 2 } parts
        && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));

    /// <summary>A model as part of a rack's name; "cpu" for machines without GPUs.</summary>
    public static string OfModel(string model)
    {
        var plain = new string([.. model.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return plain.Length == 0 ? "cpu" : plain;
    }
}
