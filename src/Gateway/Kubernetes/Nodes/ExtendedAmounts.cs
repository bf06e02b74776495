using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Kubernetes' amounts as the ledger counts them: whole devices, and MiB of what is counted in bytes.</summary>
internal static class ExtendedAmounts
{
    private const long MiB = 1L << 20;

    /// <summary>Is this resource counted by its name? CPU, memory and GPUs have fields of their own; pods and attached volumes are no amounts that a pod asks for.</summary>
    public static bool Counts(string resource) =>
        resource is not (ResourceAmounts.Cpu or ResourceAmounts.Memory or ResourceAmounts.Pods)
        && !resource.StartsWith("attachable-volumes-", StringComparison.Ordinal) && resource.Length is > 0 and <= ExtendedResources.MaxNameLength
        && !GpuResources.IsWhole(resource) && GpuResources.ProfileOf(resource) is null;

    /// <summary>What somebody asks for, rounded up.</summary>
    public static long Asked(string resource, decimal amount) => Bounded(Math.Ceiling(Units(resource, amount)));

    /// <summary>What a node offers by name, rounded down; of more names than are kept the first.</summary>
    public static ImmutableArray<ExtendedAmount> OfferedBy(ResourceAmounts allocatable) =>
    [
        .. ExtendedResources.Sorted(allocatable.Where(a => a.Value > 0 && Counts(a.Key)).Select(a => new ExtendedAmount(a.Key, Bounded(Math.Floor(Units(a.Key, a.Value))))))
            .Take(ExtendedResources.MaxPerNode),
    ];

    /// <summary>What is asked for by name, rounded up; MiB to full steps.</summary>
    public static ImmutableArray<ExtendedAmount> AskedBy(ResourceAmounts amounts, int stepMiB) => ExtendedResources.Sorted(
        amounts.Where(a => a.Value > 0 && Counts(a.Key)).Select(a => new ExtendedAmount(a.Key, ExtendedResources.IsInMiB(a.Key) ? Up(Asked(a.Key, a.Value), stepMiB) : Asked(a.Key, a.Value))));

    /// <summary>The first less the second; what is used up is left out.</summary>
    public static ImmutableArray<ExtendedAmount> Less(ImmutableArray<ExtendedAmount> offered, ImmutableArray<ExtendedAmount> taken) =>
        taken.IsEmpty ? offered : [.. offered.Select(o => o with { Count = o.Count - ExtendedResources.Of(taken, o.Name) }).Where(o => o.Count > 0)];

    /// <summary>Of each name the larger amount of the two.</summary>
    public static ImmutableArray<ExtendedAmount> Larger(ImmutableArray<ExtendedAmount> one, ImmutableArray<ExtendedAmount> other) =>
        ExtendedResources.Sorted(one.Concat(other).GroupBy(a => a.Name).Select(g => g.MaxBy(a => a.Count)));

    /// <summary>As Kubernetes writes it.</summary>
    public static string Quantity(ExtendedAmount amount) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{amount.Count}{(ExtendedResources.IsInMiB(amount.Name) ? "Mi" : "")}");

    private static decimal Units(string resource, decimal amount) => ExtendedResources.IsInMiB(resource) ? amount / MiB : amount;

    private static long Bounded(decimal amount) => (long)Math.Clamp(amount, 0, ExtendedResources.MaxCount);

    private static long Up(long amount, long step) => (amount + step - 1) / step * step;
}
