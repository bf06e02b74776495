using System.Collections.Immutable;

namespace Scheduling.Nodes;

/// <summary>One machine's health: what an operator wants of it and what the cluster says of it make one state.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeHealth
{
    /// <summary>Incidents kept; older ones are forgotten.</summary>
    public const int MaxIncidents = 32;

    [Id(0)] public NodeState State { get; init; }

    /// <summary>What the cluster said last; decides where an uncordoned machine goes.</summary>
    [Id(1)] public bool ClusterReady { get; init; } = true;

    /// <summary>Why, by whom and since when it is not Ready.</summary>
    [Id(2)] public string? Reason { get; init; }
    [Id(3)] public string? By { get; init; }
    [Id(4)] public DateTimeOffset? Since { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(5)] public ImmutableArray<NodeIncident> Incidents { get; init; } = [];
}
