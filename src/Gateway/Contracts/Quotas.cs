namespace Gateway.Contracts;

/// <summary>A part of a quota tree, from the asked path down. Its ETag is the version of the whole tree's settings.</summary>
public sealed record QuotaTree
{
    public required string Path { get; init; }

    /// <summary>Parents before children, in path order.</summary>
    public required IReadOnlyList<QuotaLevel> Levels { get; init; }

    /// <summary>Grows with every change of the tree's settings, not with what is used.</summary>
    public required long Version { get; init; }
}

/// <summary>One level. Amounts by resource: gpu and gpu/MODEL (thousandths of a GPU), cpu (thousandths of a core), memory (MiB).</summary>
public sealed record QuotaLevel
{
    public required string Path { get; init; }
    public required IReadOnlyDictionary<string, long> Nominal { get; init; }
    public required IReadOnlyDictionary<string, long> Limit { get; init; }
    public required int Weight { get; init; }
    public int? MaxPendingJobs { get; init; }
    public required IReadOnlyDictionary<string, long> Used { get; init; }

    /// <summary>Jobs charged here or below.</summary>
    public required int Charges { get; init; }
}

/// <summary>The roots of the quota trees that the caller may see.</summary>
public sealed record CohortList
{
    public required IReadOnlyList<string> Value { get; init; }
}
