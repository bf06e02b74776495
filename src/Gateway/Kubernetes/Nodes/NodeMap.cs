using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>What one node object says, in our words: where it belongs, what it offers before others have taken theirs, and who may come.</summary>
internal sealed record NodeMap
{
    public required NodeObject Node { get; init; }

    public required PoolId Pool { get; init; }

    public required string Block { get; init; }

    public required RackPlace Place { get; init; }

    public required string Domain { get; init; }

    public required int Spares { get; init; }

    /// <summary>Devices, their model, and the name of the resource that counts them; 0 and empty without GPUs.</summary>
    public required int Gpus { get; init; }
    public required string GpuModel { get; init; }
    public required string GpuResource { get; init; }

    /// <summary>Labels that jobs may ask for, in key order.</summary>
    public required ImmutableArray<Label> Labels { get; init; }

    /// <summary>Taints that a worker must tolerate.</summary>
    public required ImmutableArray<Label> Taints { get; init; }

    public required ImmutableArray<TenantId> Tenants { get; init; }

    /// <summary>Why somebody holds it out; null when nobody does.</summary>
    public required string? HeldBecause { get; init; }

    public required string? NotReadyBecause { get; init; }

    public bool Ready => NotReadyBecause is null;

    /// <summary>It joined with our taint.</summary>
    public required bool CarriesPreflightTaint { get; init; }
}
