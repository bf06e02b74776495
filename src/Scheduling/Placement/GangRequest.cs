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
        Tenant = original.Tenant;
        Spread = original.Spread;
        MayUseSpares = original.MayUseSpares;
    }

    public required ImmutableArray<RoleSpec> Roles { get; init; }

    public TopologyRule Topology { get; init; } = TopologyRule.None;

    /// <summary>Whose gang it is: nodes may be dedicated to tenants.</summary>
    public TenantId Tenant { get; init; }

    /// <summary>The set whose other jobs it keeps away from; null when it need not.</summary>
    public SpreadGroup? Spread { get; init; }

    /// <summary>Also on nodes held as spares: in place of nodes that failed under a running gang.</summary>
    public bool MayUseSpares { get; init; }

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

    public static GangRequest Of(JobSpec spec) => new()
    {
        Roles = spec.Roles,
        Topology = spec.Topology,
        Tenant = spec.Tenant,
        Spread = spec is { Spread: { } rule, Origin: { } origin } ? new SpreadGroup(origin.Set, rule.Level, rule.Required) : null,
    };

    public bool Equals(GangRequest? other) =>
        other is not null && Topology == other.Topology && Tenant == other.Tenant && Spread == other.Spread
        && MayUseSpares == other.MayUseSpares && Roles.AsSpan().SequenceEqual(other.Roles.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Topology, Tenant, Spread, Roles.Length, Roles.Length == 0 ? null : Roles[0]);
}
