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

    /// <summary>When it happened: GPU time is counted up to then. Absent: no time is counted.</summary>
    [Id(6)] public DateTimeOffset At { get; init; }

    public static QuotaEntry Charged(QuotaCharge charge, DateTimeOffset at) => new() { Kind = QuotaEntryKind.Charged, Charge = charge, At = at };

    public static QuotaEntry Refunded(PlanRef plan, DateTimeOffset at) => new() { Kind = QuotaEntryKind.Refunded, Plan = plan, At = at };

    public static QuotaEntry SpecSet(QuotaPath path, QuotaSpec spec, DateTimeOffset at) => new() { Kind = QuotaEntryKind.SpecSet, Path = path, Spec = spec, At = at };

    public static QuotaEntry PoolSeen(PoolId pool) => new() { Kind = QuotaEntryKind.PoolSeen, Pool = pool };
}
