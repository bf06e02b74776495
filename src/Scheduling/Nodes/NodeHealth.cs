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

    /// <summary>Why somebody in the cluster holds it out; null when nobody does.</summary>
    [Id(6)] public string? HeldBecause { get; init; }

    /// <summary>It is Cordoned because of that, and no longer than that.</summary>
    [Id(7)] public bool HeldByCluster { get; init; }

    [Id(8)] public NodePreflight Preflight { get; init; }

    /// <summary>Why it failed preflight.</summary>
    [Id(9)] public string? PreflightBecause { get; init; }

    /// <summary>What the machine said of its preflight last: only what it says anew counts.</summary>
    [Id(10)] public NodePreflight PreflightSaid { get; init; }

    /// <summary>What ran on it is lost and has to be queued again before it takes new work.</summary>
    [Id(11)] public bool Lost { get; init; }

    /// <summary>Since when the cluster calls it not ready.</summary>
    [Id(12)] public DateTimeOffset? DownSince { get; init; }

    /// <summary>An operator, or the cloud, says that the machine is dead: nothing on it runs any more.</summary>
    [Id(13)] public bool OutOfService { get; init; }

    /// <summary>An operator holds it out; what the cluster says changes nothing of that.</summary>
    public bool IsHeldByOperator => State.IsHeldOut() && !HeldByCluster;
}
