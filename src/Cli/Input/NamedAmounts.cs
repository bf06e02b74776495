using Gateway.Contracts;

namespace Cli.Input;

/// <summary>Extended resources by name, as people write and read them. What amounts there can be the server says.</summary>
internal static class NamedAmounts
{
    /// <summary>"rdma/hca=1", "ephemeral-storage=100Gi".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static IReadOnlyDictionary<string, ResourceCount>? Parse(string what, IReadOnlyList<string> values)
    {
        var amounts = new SortedDictionary<string, ResourceCount>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var equals = value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == value.Length - 1 || !amounts.TryAdd(value[..equals], new ResourceCount(value[(equals + 1)..])))
            {
                throw CliException.Usage($"{what} is \"{value}\"; write each resource once, like rdma/hca=1 or ephemeral-storage=100Gi");
            }
        }

        return amounts.Count == 0 ? null : amounts;
    }

    /// <summary>"ephemeral-storage 100Gi, rdma/hca 1"; null when there is none.</summary>
    public static string? Text(IReadOnlyDictionary<string, ResourceCount>? amounts) => amounts is not { Count: > 0 } ? null
        : string.Join(", ", amounts.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key} {a.Value}"));
}
