using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement.Policies;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <summary>What a run starts from: a pool, its racks and its quota trees as they stood at one moment, and how the pool is configured.</summary>
public sealed record WhatIfStart
{
    public required PoolId Pool { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Null: nobody has ever been here.</summary>
    public PoolSnapshot? Snapshot { get; init; }

    /// <summary>What racks consist of and which of their nodes take work. What is on them is read off the snapshot.</summary>
    public ImmutableArray<RackView> Racks { get; init; } = [];

    /// <summary>With the charges of other pools in them; those of this pool are read off the snapshot.</summary>
    public ImmutableArray<QuotaSnapshot> Trees { get; init; } = [];

    public PoolLimits Limits { get; init; } = new();

    public PoolPolicy Policy { get; init; } = new();

    /// <summary>A name of <see cref="ScoringPolicies"/>.</summary>
    public string Placement { get; init; } = ScoringPolicies.ByLevel;

    /// <summary>How long a tree keeps what borrowers give back for an owner who does not ask again.</summary>
    public TimeSpan EarmarkLease { get; init; } = TimeSpan.FromSeconds(60);
}
