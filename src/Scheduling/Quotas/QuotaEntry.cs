using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>One change of a quota tree, as its journal stores it. Which members are set depends on <see cref="Kind"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaEntry
{
    [Id(0)] public required QuotaEntryKind Kind { get; init; }

    [Id(1)] public QuotaCharge? Charge { get; init; }

    [Id(2)] public PlanRef Plan { get; init; }

    [Id(3)] public QuotaPath Path { get; init; }

    [Id(4)] public QuotaSpec? Spec { get; init; }

    [Id(5)] public PoolId Pool { get; init; }

    public static QuotaEntry Charged(QuotaCharge charge) => new() { Kind = QuotaEntryKind.Charged, Charge = charge };

    public static QuotaEntry Refunded(PlanRef plan) => new() { Kind = QuotaEntryKind.Refunded, Plan = plan };

    public static QuotaEntry SpecSet(QuotaPath path, QuotaSpec spec) => new() { Kind = QuotaEntryKind.SpecSet, Path = path, Spec = spec };

    public static QuotaEntry PoolSeen(PoolId pool) => new() { Kind = QuotaEntryKind.PoolSeen, Pool = pool };
}
