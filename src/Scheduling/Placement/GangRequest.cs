using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>What the placement index needs to know of a job: its roles and how close together they must be.</summary>
public sealed record GangRequest
{
    public GangRequest()
    {
    }

    // A changed copy (`with`) is another request: what the index made of the original must not come along.
    [SetsRequiredMembers]
    private GangRequest(GangRequest original)
    {
        Roles = original.Roles;
        Topology = original.Topology;
    }

    public required ImmutableArray<RoleSpec> Roles { get; init; }

    public TopologyRule Topology { get; init; } = TopologyRule.None;

    /// <summary>Workers in all roles.</summary>
    public int TotalWorkers
    {
        get
        {
            var total = 0;
            foreach (var role in Roles) total += role.Count;
            return total;
        }
    }

    /// <summary>What the index that last saw this request made of it. No part of the value.</summary>
    internal GangPlan? Plan { get; set; }

    public static GangRequest Of(JobSpec spec) => new() { Roles = spec.Roles, Topology = spec.Topology };

    public bool Equals(GangRequest? other) =>
        other is not null && Topology == other.Topology && Roles.AsSpan().SequenceEqual(other.Roles.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Topology, Roles.Length, Roles.Length == 0 ? null : Roles[0]);
}
