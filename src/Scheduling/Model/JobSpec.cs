using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>What a user asked for. Never changes after it was accepted.</summary>
[GenerateSerializer, Immutable]
public sealed record JobSpec
{
    /// <summary>The user's name for the job; need not be unique.</summary>
    [Id(0)] public required string Name { get; init; }

    [Id(1)] public required TenantId Tenant { get; init; }

    /// <summary>Who submitted it.</summary>
    [Id(2)] public required string User { get; init; }

    /// <summary>Where it is charged: "cohort/team/user".</summary>
    [Id(3)] public required QuotaPath Quota { get; init; }

    [Id(4)] public required PoolId Pool { get; init; }

    /// <summary>Higher goes first. 0–1000.</summary>
    [Id(5)] public int Priority { get; init; }

    /// <summary>The gang: all workers of all roles start together or not at all.</summary>
    [Id(6)] public required ImmutableArray<RoleSpec> Roles { get; init; }

    [Id(7)] public TopologyRule Topology { get; init; } = TopologyRule.None;

    /// <summary>How long the workers of a hollow node run; null runs until stopped.</summary>
    [Id(8)] public TimeSpan? RunFor { get; init; }

    /// <summary>Ended as TimedOut when an attempt runs longer; null is unlimited.</summary>
    [Id(9)] public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many further attempts follow a failed one.</summary>
    [Id(10)] public int MaxRetries { get; init; }

    /// <summary>Free-form, for finding jobs again.</summary>
    [Id(11)] public ImmutableArray<Label> Labels { get; init; } = [];

    /// <summary>Workers in all roles.</summary>
    public int TotalWorkers => Roles.Sum(r => r.Count);

    /// <summary>GPU of all workers in thousandths.</summary>
    public long TotalGpuMilli => Roles.Sum(r => r.Count * r.Shape.TotalGpuMilli);
}

/// <summary>So many workers of one shape.</summary>
[GenerateSerializer, Immutable]
public sealed record RoleSpec
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>Workers of this role. ≥ 1.</summary>
    [Id(1)] public required int Count { get; init; }

    [Id(2)] public required WorkerShape Shape { get; init; }
}

/// <summary>Topology levels, from one machine to the whole pool.</summary>
[GenerateSerializer]
public enum TopologyLevel
{
    None = 0,
    Node = 1,
    Rack = 2,
    Block = 3,
}

/// <summary>How close together a gang must be, and how close it would like to be.</summary>
[GenerateSerializer, Immutable]
public sealed record TopologyRule
{
    /// <summary>The whole gang within one such domain, or it does not start. None: anywhere in the pool.</summary>
    [Id(0)] public TopologyLevel Required { get; init; }

    /// <summary>Tried first; where it cannot be had the gang takes as few domains as it can.</summary>
    [Id(1)] public TopologyLevel Preferred { get; init; }

    public static TopologyRule None { get; } = new();
}
