using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>Machines that were bought for one gang: nobody else is placed on them until it has started or given up.</summary>
[GenerateSerializer, Immutable]
public sealed record MachineEarmark
{
    [Id(0)] public required AttemptId For { get; init; }

    /// <summary>By name, in name order, whether or not they have joined. None: the gang has none any more.</summary>
    [Id(1)] public required ImmutableArray<NodeId> Nodes { get; init; }

    /// <summary>From then on they are everybody's.</summary>
    [Id(2)] public required DateTimeOffset Until { get; init; }

    public bool Equals(MachineEarmark? other) => other is not null && For == other.For && Until == other.Until && Nodes.SequenceEqual(other.Nodes);

    public override int GetHashCode() => HashCode.Combine(For, Until, Nodes.Length);
}
