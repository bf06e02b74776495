using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Preemption;

/// <summary>Why capacity is promised.</summary>
[GenerateSerializer]
public enum ClaimKind
{
    /// <summary>A reservation: the gang's turn comes when what runs there ends by itself.</summary>
    Reserve = 0,

    /// <summary>Attempts are being evicted for it.</summary>
    Evict = 1,
}

/// <summary>Capacity promised to one attempt: named nodes and GPUs that nobody else gets.</summary>
[GenerateSerializer, Immutable]
public sealed record Claim
{
    [Id(0)] public required AttemptId For { get; init; }

    [Id(1)] public required GangPlacement Target { get; init; }

    [Id(2)] public required ImmutableArray<RoleSpec> Roles { get; init; }

    [Id(3)] public required ClaimKind Kind { get; init; }

    /// <summary>When all of it is expected to be free.</summary>
    [Id(4)] public required DateTimeOffset StartAt { get; init; }

    /// <summary>Attempts that must go first: evicted for it, or waited for.</summary>
    [Id(5)] public ImmutableArray<AttemptId> Victims { get; init; } = [];

    /// <summary>What its quota said: the victims give back quota too, so it waits for all of them to be gone. Null: only for room.</summary>
    [Id(6)] public QuotaRefusal? Refusal { get; init; }
}

/// <summary>What became of an offer of a claim: a closed set.</summary>
public abstract record ClaimAnswer
{
    private ClaimAnswer()
    {
    }

    /// <summary>It is kept. <paramref name="Pending"/> workers wait for capacity that others still hold.</summary>
    public sealed record Made(int Pending) : ClaimAnswer;

    /// <summary>It needs what is promised to another already.</summary>
    public sealed record Overlaps(AttemptId Other) : ClaimAnswer;

    /// <summary>A node of its target is gone, or takes no new work.</summary>
    public sealed record Broken(RackId Rack, int Slot) : ClaimAnswer;

    /// <summary>As many claims as a pool keeps are made already.</summary>
    public sealed record TooMany(int Limit) : ClaimAnswer;
}
