using System.Collections.Immutable;
using Scheduling.Model;

namespace Simulation;

/// <summary>
/// What nodes offer and jobs ask for beside CPU, memory and GPUs. Drawn from numbers of its own: all else that a seed draws stays what it was.
/// </summary>
internal sealed class Extras(int seed)
{
    public const string Hca = "rdma/hca";

    /// <summary>Fewer than GPUs, so that they run out first where they are asked for.</summary>
    public const int HcasPerNode = 4;

    /// <summary>MiB of <see cref="ExtendedResources.EphemeralStorage"/>.</summary>
    public const long DiskPerNode = 400_000;

    private readonly Random _random = new(seed);

    /// <summary>Of a node with so many GPUs: who loses GPUs loses the devices beside them.</summary>
    public static ImmutableArray<ExtendedAmount> OfferedWith(int gpus) =>
        ExtendedResources.Sorted([new(ExtendedResources.EphemeralStorage, DiskPerNode), new(Hca, HcasPerNode * gpus / SimulatedWorld.GpusPerNode)]);

    /// <summary>What is asked for so of one node, when it is more than the node ever had.</summary>
    public static string? Beyond(IEnumerable<ExtendedAmount> asked) =>
        asked.GroupBy(a => a.Name).Select(g => new ExtendedAmount(g.Key, g.Sum(a => a.Count))).Where(a => a.Count > ExtendedResources.Of(OfferedWith(SimulatedWorld.GpusPerNode), a.Name))
            .Select(a => (string?)a.ToString()).FirstOrDefault();

    /// <summary>For a worker: mostly nothing. Two of the largest fit every node.</summary>
    public ImmutableArray<ExtendedAmount> Draw() => ExtendedResources.Sorted(
    [
        new(ExtendedResources.EphemeralStorage, _random.Next(4) == 0 ? _random.Next(1, 20) * 10_000 : 0),
        new(Hca, _random.Next(4) == 0 ? _random.Next(1, 3) : 0),
    ]);

    public JobSpec On(JobSpec spec) => spec with { Roles = [.. spec.Roles.Select(r => r with { Shape = r.Shape with { Extended = Draw() } })] };
}
