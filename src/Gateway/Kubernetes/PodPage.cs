using System.Collections.Immutable;

namespace Gateway.Kubernetes;

/// <summary>Some of our pods.</summary>
internal sealed record PodPage
{
    public required ImmutableArray<PodView> Pods { get; init; }

    /// <summary>Where the list goes on; null at its end.</summary>
    public string? Next { get; init; }

    /// <summary>Watch from here.</summary>
    public required string Version { get; init; }
}
