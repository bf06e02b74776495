using System.Globalization;
using Gateway.Contracts;

namespace Gateway.Validation;

/// <summary>The rules for single values. Each says what is wrong in words that complete "this field …".</summary>
internal static class Rules
{
    public const string Required = "is required";
    public const string NameRule = "must be 1–63 lower-case letters, digits and '-', starting and ending with a letter or digit";
    public const string JobNameRule = "must be 1–253 lower-case letters, digits, '-' and '.', starting and ending with a letter or digit";
    public const string UserRule = "must be 1–63 letters, digits, '-', '_', '.' and '@', starting and ending with a letter or digit";
    public const string ModelRule = "must be 1–63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit, with an optional MIG profile after '/'";
    public const string LabelKeyRule = "must be a name of 1–63 letters, digits, '-', '_' and '.', after an optional DNS prefix of at most 253 and '/'";
    public const string LabelValueRule = "must be empty, or 1–63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit";

    /// <summary>A DNS label: role, tenant, team and pool names.</summary>
    public static bool IsName(ReadOnlySpan<char> value) => IsDelimited(value, Limits.MaxName, static c => IsLowerOrDigit(c) || c == '-', IsLowerOrDigit);

    /// <summary>A DNS subdomain.</summary>
    public static bool IsJobName(ReadOnlySpan<char> value) =>
        IsDelimited(value, Limits.MaxJobName, static c => IsLowerOrDigit(c) || c is '-' or '.', IsLowerOrDigit);

    public static bool IsUser(ReadOnlySpan<char> value) =>
        IsDelimited(value, Limits.MaxName, static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@', char.IsAsciiLetterOrDigit);

    /// <summary>Could a rack or node be called so? Anything else is not found, without waking a grain for it.</summary>
    public static bool IsMachineName(ReadOnlySpan<char> value) =>
        IsDelimited(value, Limits.MaxJobName, static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.', char.IsAsciiLetterOrDigit);

    /// <summary>A label's name or value, a GPU model.</summary>
    public static bool IsWord(ReadOnlySpan<char> value) =>
        IsDelimited(value, Limits.MaxLabelValue, static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.', char.IsAsciiLetterOrDigit);

    /// <summary>A GPU model, or a part of one by its MIG profile.</summary>
    public static bool IsGpuModel(ReadOnlySpan<char> value) =>
        value.IndexOf('/') is >= 0 and var slash ? IsWord(value[..slash]) && IsWord(value[(slash + 1)..]) : IsWord(value);

    public static bool IsLabelKey(ReadOnlySpan<char> key)
    {
        var slash = key.IndexOf('/');
        return slash < 0
            ? IsWord(key)
            : IsDelimited(key[..slash], Limits.MaxLabelPrefix, static c => IsLowerOrDigit(c) || c is '-' or '.', IsLowerOrDigit) && IsWord(key[(slash + 1)..]);
    }

    public static bool IsLabelValue(ReadOnlySpan<char> value) => value.IsEmpty || IsWord(value);

    /// <summary>Free text for people: bounded, and no control characters that could forge log lines.</summary>
    public static string? ReasonFault(string? reason)
    {
        if (reason is null)
            return null;
        if (reason.Length > Limits.MaxReason)
            return $"must have at most {Limits.MaxReason} characters";
        foreach (var c in reason)
        {
            if (char.IsControl(c))
                return "must not contain control characters";
        }

        return null;
    }

    public static string Range(long min, long max) => string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}");

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static bool IsDelimited(ReadOnlySpan<char> value, int max, Func<char, bool> inside, Func<char, bool> edge)
    {
        if (value.IsEmpty || value.Length > max || !edge(value[0]) || !edge(value[^1]))
            return false;
        foreach (var c in value)
        {
            if (!inside(c))
                return false;
        }

        return true;
    }
}
