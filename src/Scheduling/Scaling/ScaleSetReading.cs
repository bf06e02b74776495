using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>A scale set as the cloud shows it, read as a whole just now. What could not be read so is no reading.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetReading
{
    /// <summary>The capacity that was asked for last, whoever asked.</summary>
    [Id(0)] public required int Capacity { get; init; }

    /// <summary>What a write must match.</summary>
    [Id(1)] public required string ETag { get; init; }

    /// <summary>The leadership that wrote it last; 0 when none of ours did.</summary>
    [Id(2)] public required long Epoch { get; init; }

    /// <summary>The cloud is changing it.</summary>
    [Id(3)] public required bool IsUpdating { get; init; }

    [Id(4)] public required ImmutableArray<ScaleSetInstance> Instances { get; init; }
}

[GenerateSerializer]
public enum InstanceState
{
    Creating = 0,
    Running = 1,
    Deleting = 2,

    /// <summary>It will never run.</summary>
    Failed = 3,
}

/// <summary>A machine of a scale set.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetInstance
{
    [Id(0)] public required string Id { get; init; }

    /// <summary>What the cluster calls it, once it has joined.</summary>
    [Id(1)] public required NodeId Node { get; init; }

    [Id(2)] public required InstanceState State { get; init; }

    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The cluster has it.</summary>
    [Id(4)] public required bool HasJoined { get; init; }

    /// <summary>It is not taken by whoever lowers the capacity.</summary>
    [Id(5)] public bool IsProtected { get; init; }
}
