using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>So much of one extended resource.</summary>
/// <param name="Name">As Kubernetes names it: "rdma/hca", "ephemeral-storage", "hugepages-2Mi".</param>
/// <param name="Count">Devices; of what is counted in bytes, MiB (<see cref="ExtendedResources.IsInMiB"/>).</param>
[GenerateSerializer, Immutable]
public readonly record struct ExtendedAmount([property: Id(0)] string Name, [property: Id(1)] long Count)
{
    public override string ToString() => ExtendedResources.IsInMiB(Name) ? $"{Count} MiB of {Name}" : $"{Count} {Name}";
}

/// <summary>
/// Whatever a node has a number of, beside CPU, memory and GPUs: ephemeral storage, huge pages, RDMA devices and others by name. Lists of them are
/// sorted by name, each name once, none of them 0.
/// </summary>
public static class ExtendedResources
{
    /// <summary>The node's own disk: logs, images' writable layers and empty folders.</summary>
    public const string EphemeralStorage = "ephemeral-storage";

    /// <summary>What the names of huge pages begin with; their size follows.</summary>
    public const string HugePages = "hugepages-";

    /// <summary>Names that one worker asks for.</summary>
    public const int MaxPerShape = 16;

    /// <summary>Names that one node offers.</summary>
    public const int MaxPerNode = 32;

    /// <summary>A DNS prefix of 253 characters, '/', and a name of 63.</summary>
    public const int MaxNameLength = 317;

    /// <summary>The most of one resource: a gang's sum is still a number.</summary>
    public const long MaxCount = 1_000_000_000_000;

    /// <summary>Counted in MiB: asks are rounded up, offers down.</summary>
    public static bool IsInMiB(string name) => name == EphemeralStorage || name.StartsWith(HugePages, StringComparison.Ordinal);

    /// <summary>So much of it is in the list; 0 when it is not named.</summary>
    public static long Of(ImmutableArray<ExtendedAmount> amounts, string name)
    {
        foreach (var amount in amounts)
        {
            if (amount.Name == name)
                return amount.Count;
        }

        return 0;
    }

    /// <summary>As such lists are kept: by name, what is 0 left out.</summary>
    public static ImmutableArray<ExtendedAmount> Sorted(IEnumerable<ExtendedAmount> amounts) =>
        [.. amounts.Where(a => a.Count != 0).OrderBy(a => a.Name, StringComparer.Ordinal)];

    /// <summary>What is wrong with such a list; null when nothing is.</summary>
    public static string? Refuses(ImmutableArray<ExtendedAmount> amounts, int most)
    {
        if (amounts.Length > most)
            return $"{amounts.Length} extended resources; {most} can be";
        for (var i = 0; i < amounts.Length; i++)
        {
            var (name, count) = amounts[i];
            if (string.IsNullOrEmpty(name) || name.Length > MaxNameLength)
                return $"an extended resource without a name, or with one longer than {MaxNameLength}";
            if (count is < 1 or > MaxCount)
                return $"{count} {name}; 1 to {MaxCount} can be";
            if (i > 0 && string.CompareOrdinal(amounts[i - 1].Name, name) >= 0)
                return $"{name} after {amounts[i - 1].Name}; extended resources stand by name, each once";
        }

        return null;
    }

    /// <summary>For how many workers that each ask for so much there is enough, at most <paramref name="most"/>.</summary>
    /// <param name="asked">What one worker asks for.</param>
    /// <param name="offered">What the node has, for the names.</param>
    /// <param name="left">What is left of each of them; negative where the node shrank under its workers.</param>
    /// <param name="most">More need not be counted.</param>
    public static long Fit(ImmutableArray<ExtendedAmount> asked, ImmutableArray<ExtendedAmount> offered, ReadOnlySpan<long> left, long most)
    {
        var at = 0;
        foreach (var (name, count) in asked)
        {
            if (!Find(offered, name, ref at))
                return 0;
            if (left[at] < most * count)
                most = Math.Max(0, left[at]) / count;
        }

        return most;
    }

    /// <summary>Adds so many times the amounts to what is left; names that the node does not offer are nobody's.</summary>
    public static void Add(ImmutableArray<ExtendedAmount> amounts, ImmutableArray<ExtendedAmount> offered, Span<long> left, long times)
    {
        var at = 0;
        foreach (var (name, count) in amounts)
        {
            if (Find(offered, name, ref at))
                left[at] += times * count;
        }
    }

    /// <summary>Goes on to a name in a sorted list; false when it is not there.</summary>
    private static bool Find(ImmutableArray<ExtendedAmount> sorted, string name, ref int at)
    {
        while (at < sorted.Length)
        {
            var order = string.CompareOrdinal(sorted[at].Name, name);
            if (order >= 0)
                return order == 0;
            at++;
        }

        return false;
    }
}
