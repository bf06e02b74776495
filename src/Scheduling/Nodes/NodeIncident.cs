namespace Scheduling.Nodes;

/// <summary>One change of a machine's state, or something that happened to it without one (From and To are the same), for its history.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeIncident
{
    [Id(0)] public required DateTimeOffset At { get; init; }
    [Id(1)] public required NodeState From { get; init; }
    [Id(2)] public required NodeState To { get; init; }

    /// <summary>The operator, or "cluster" for what the cluster said by itself.</summary>
    [Id(3)] public required string By { get; init; }

    [Id(4)] public string? Reason { get; init; }
}
