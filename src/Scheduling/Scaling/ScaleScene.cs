using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>All that a plan of capacity goes by.</summary>
public sealed record ScaleScene
{
    public required DateTimeOffset Now { get; init; }

    public required ScalePolicy Policy { get; init; }

    public required ScaleDemand Demand { get; init; }

    /// <summary>The pool's sets, the one to be taken first in front: size, zone, region, spot before on-demand or after, as the operator wants it.</summary>
    public required ImmutableArray<OfferedSet> Sets { get; init; }

    /// <summary>Since when nodes have been idle; one that is not in it has just become so.</summary>
    public ImmutableDictionary<NodeId, DateTimeOffset> IdleSince { get; init; } = ImmutableDictionary<NodeId, DateTimeOffset>.Empty;

    /// <summary>Since when gangs cannot be completed; one that is not in it has just become so.</summary>
    public ImmutableDictionary<AttemptId, DateTimeOffset> UnmetSince { get; init; } = ImmutableDictionary<AttemptId, DateTimeOffset>.Empty;

    /// <summary>Nodes that have joined, have nothing on them and take no work, for so long that they are given up, and why.</summary>
    public ImmutableDictionary<NodeId, string> Broken { get; init; } = ImmutableDictionary<NodeId, string>.Empty;

    /// <summary>A machine that is younger than this may yet become a node that takes work.</summary>
    public TimeSpan JoinWithin { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Machines returned within the last ten minutes.</summary>
    public int RecentDeletions { get; init; }
}
