using Gateway.Contracts;

namespace Cli.Input;

/// <summary>"key=value", each key once.</summary>
internal static class Labels
{
    /// <exception cref="CliException">Usage.</exception>
    public static IReadOnlyDictionary<string, string?>? Parse(string what, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var labels = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var equals = value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw CliException.Usage($"{what} is \"{value}\"; write key=value");
            }

            if (!labels.TryAdd(value[..equals], value[(equals + 1)..]))
            {
                throw CliException.Usage($"{what} names \"{value[..equals]}\" twice; give each key once");
            }
        }

        return labels.Count <= Limits.MaxLabels ? labels : throw CliException.Usage($"{what} stands {labels.Count} times; at most {Limits.MaxLabels} are taken");
    }
}
