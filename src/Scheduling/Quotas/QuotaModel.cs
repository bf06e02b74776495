using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>
/// So much of one resource: "gpu" (thousandths of any GPU), "gpu/MODEL" (thousandths of that model), "cpu" (thousandths of a core),
/// "memory" (MiB).
/// </summary>
[GenerateSerializer, Immutable]
public readonly record struct ResourceAmount([property: Id(0)] string Resource, [property: Id(1)] long Amount);

/// <summary>What one level of a quota tree is owed and may never pass. A resource that is not named is not limited.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaSpec
{
    /// <summary>Owed to this level.</summary>
    [Id(0)] public ImmutableArray<ResourceAmount> Nominal { get; init; } = [];

    /// <summary>Never passed.</summary>
    [Id(1)] public ImmutableArray<ResourceAmount> Limit { get; init; } = [];

    /// <summary>Share among siblings. > 0.</summary>
    [Id(2)] public int Weight { get; init; } = 1;

    /// <summary>Jobs of this level that may wait at once; null is the system's limit.</summary>
    [Id(3)] public int? MaxPendingJobs { get; init; }
}

/// <summary>A live charge, keyed by the attempt.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaCharge
{
    [Id(0)] public required AttemptId Attempt { get; init; }

    /// <summary>The leaf it is charged to; every level above is charged with it.</summary>
    [Id(1)] public required QuotaPath Path { get; init; }

    [Id(2)] public required ImmutableArray<ResourceAmount> Amounts { get; init; }

    /// <summary>
    /// The plan it was made for. A refund names its plan and ends only charges of that plan or an older one,
    /// so that a refund that was delayed never takes away the charge of the plan that followed.
    /// In the same way a charge for a plan that was refunded already is refused.
    /// </summary>
    [Id(3)] public required long Plan { get; init; }
}

/// <summary>Why a charge was refused: the level and resource whose limit bound.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaRefusal
{
    [Id(0)] public required QuotaPath Path { get; init; }
    [Id(1)] public required string Resource { get; init; }
    [Id(2)] public required long Limit { get; init; }
    [Id(3)] public required long Used { get; init; }
    [Id(4)] public required long Asked { get; init; }

    /// <summary>Set when not a limit but the request itself is at fault (negative, overflow, other amounts than before): waiting does not help.</summary>
    [Id(5)] public string? Problem { get; init; }

    public override string ToString() =>
        Problem ?? $"{Path}: {Resource} {Used} of {Limit} used, {Asked} more asked";
}

/// <summary>A level of the tree, as it stands.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaNodeView
{
    [Id(0)] public required QuotaPath Path { get; init; }
    [Id(1)] public required QuotaSpec Spec { get; init; }
    [Id(2)] public required ImmutableArray<ResourceAmount> Used { get; init; }

    /// <summary>Live charges at or below.</summary>
    [Id(3)] public required int Charges { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record QuotaTreeView
{
    /// <summary>From the asked path down, parents before children, in path order.</summary>
    [Id(0)] public required ImmutableArray<QuotaNodeView> Levels { get; init; }

    /// <summary>Grows with every change of the tree's settings (not with charges): the ETag.</summary>
    [Id(1)] public required long Version { get; init; }
}
