namespace Scheduling.Pools;

/// <summary>
/// What a pool's activation decides by, beside the journal: written when it begins, so that whoever re-decides a recorded day decides by the same.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record PoolSetup
{
    /// <summary>
    /// The rules that the program decides by. Raised with every change after which the same inputs may be decided otherwise: what an older
    /// program decided is then not held against this one.
    /// </summary>
    public const int CurrentRules = 4;

    /// <summary>See <see cref="CurrentRules"/>.</summary>
    [Id(0)] public required int Rules { get; init; }

    /// <summary>The journal position of the snapshot that it was built from; 0: from the entries alone.</summary>
    [Id(1)] public required long BuiltFrom { get; init; }

    [Id(2)] public required PoolLimits Limits { get; init; }

    [Id(3)] public required PoolPolicy Policy { get; init; }

    /// <summary>What chooses the node of single workers: a name of ScoringPolicies.</summary>
    [Id(4)] public required string Placement { get; init; }
}
