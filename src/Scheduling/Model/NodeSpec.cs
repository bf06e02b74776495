using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>One machine as the cluster describes it: facts, not health.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeSpec
{
    [Id(0)] public required NodeId Name { get; init; }

    /// <summary>Thousandths of a core that workers may use.</summary>
    [Id(1)] public required long CpuMilli { get; init; }

    [Id(2)] public required long MemoryMiB { get; init; }

    /// <summary>Physical GPUs, 0–64; or devices, where <see cref="GpuModel"/> names a part of a GPU.</summary>
    [Id(3)] public required int Gpus { get; init; }

    /// <summary>"A100-80GB"; of a node whose GPUs are partitioned, model and profile: "A100-80GB/1g.10gb".</summary>
    [Id(4)] public required string GpuModel { get; init; }

    [Id(5)] public ImmutableArray<Label> Labels { get; init; } = [];

    /// <summary>Only workers that tolerate every one of these may come here.</summary>
    [Id(6)] public ImmutableArray<Label> Taints { get; init; } = [];

    /// <summary>The NVLink domain it belongs to, a name within its rack; empty: the rack is one domain.</summary>
    [Id(7)] public string Domain { get; init; } = "";

    /// <summary>Whose workers may come here; empty: everybody's. A toleration is no way around it.</summary>
    [Id(8)] public ImmutableArray<TenantId> Tenants { get; init; } = [];

    /// <summary>What it offers beside these, by name: see <see cref="ExtendedResources"/>.</summary>
    [Id(9)] public ImmutableArray<ExtendedAmount> Extended { get; init; } = [];

    /// <summary>Stands in a rack's slot that no node has: it offers nothing.</summary>
    public static NodeSpec Vacant { get; } = new() { Name = new(""), CpuMilli = 0, MemoryMiB = 0, Gpus = 0, GpuModel = "" };

    public bool IsVacant => Name.Value.Length == 0;

    public bool Equals(NodeSpec? other) =>
        other is not null && Name == other.Name && CpuMilli == other.CpuMilli && MemoryMiB == other.MemoryMiB && Gpus == other.Gpus
        && GpuModel == other.GpuModel && Labels.SequenceEqual(other.Labels) && Taints.SequenceEqual(other.Taints)
        && Domain == other.Domain && Tenants.SequenceEqual(other.Tenants) && Extended.SequenceEqual(other.Extended);

    public override int GetHashCode() => HashCode.Combine(Name, CpuMilli, MemoryMiB, Gpus, GpuModel);
}

/// <summary>
/// A rack's nodes. A node's place in <see cref="Nodes"/> is its slot, 0–63, and never changes while the rack lives:
/// allocations name slots. A retired node leaves its slot behind, <see cref="NodeSpec.Vacant"/>, until a new node takes it.
/// Whoever offers a rack lists its nodes in any order: the rack gives the slots.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record RackSpec
{
    [Id(0)] public required RackId Rack { get; init; }

    /// <summary>The network block the rack belongs to.</summary>
    [Id(1)] public required string Block { get; init; }

    [Id(2)] public required ImmutableArray<NodeSpec> Nodes { get; init; }

    /// <summary>
    /// GPU nodes held back from ordinary work, to replace ones that fail: "16 of 18" is 2. A node that takes no new work uses one up.
    /// </summary>
    [Id(3)] public int Spares { get; init; }

    /// <summary>Nodes in one rack: a node mask is one 64-bit word.</summary>
    public const int MaxNodes = 64;
}
