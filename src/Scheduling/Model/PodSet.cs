using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>
/// Pods that somebody else made and that wait to be bound, as a job's workers. It names these very pods: others of the same names are not meant,
/// and nobody here makes them again. Rank r of the gang is the r-th pod, and so keeps its place in the placement.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record PodSet
{
    /// <summary>The Kubernetes cluster, as the gateway calls it.</summary>
    [Id(0)] public required string Cluster { get; init; }

    [Id(1)] public required string Namespace { get; init; }

    /// <summary>What they belong to, "JobSet/train": for people, and for what is said of the group; empty for a pod that stands alone.</summary>
    [Id(2)] public string Group { get; init; } = "";

    /// <summary>Names, by rank.</summary>
    [Id(3)] public required ImmutableArray<string> Names { get; init; }

    /// <summary>UIDs, by rank.</summary>
    [Id(4)] public required ImmutableArray<string> Uids { get; init; }
}
